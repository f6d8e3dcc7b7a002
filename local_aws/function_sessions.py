"""The session of its execution role that a Lambda function runs with.

AWS: Lambda Developer Guide, lambda-intro-execution-role: Lambda assumes the function's role when it prepares an
environment, with the function's name for the session's; requests that the function makes have
`lambda:SourceFunctionArn` (permissions-source-function-arn). A role that Lambda can't assume ends an invocation with
AccessDeniedException. Stock MiniStack derives the keys from the function's and the role's names, so that anyone can
compute them, asks no trust policy, and lets the session last for ever.
Hook: `lambda_runtime.execution_credentials`, its `Worker._spawn` and `invoke`; `lambda_svc._invoke`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from local_aws import function_roles, upstream
from local_aws.issued_credentials import issue_to_service
from local_aws.lambda_api import FunctionError, error_response
from local_aws.service_roles import Service, assumable

_SESSION_SECONDS = 12 * 3600


class RoleNotAssumableError(Exception):
    """Lambda can't assume the function's role."""


def install() -> None:
    """Give functions real sessions."""
    upstream.replace("core.lambda_runtime", "execution_credentials", execution_credentials)
    _end_with_the_session(upstream.module("core.lambda_runtime").Worker)
    invoke = upstream.module("services.lambda_svc")._invoke

    async def _invoke(*given: Any, **more: Any) -> Any:
        status, headers, body = await invoke(*given, **more)
        if headers.get("X-Amz-Function-Error") and _kind_of_error(body) == RoleNotAssumableError.__name__:
            return error_response(FunctionError("AccessDeniedException", function_roles.NOT_ASSUMABLE, 403))
        return status, headers, body

    upstream.replace("services.lambda_svc", "_invoke", _invoke)


def execution_credentials(config: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables of a new session of the function's role. Raises RoleNotAssumableError."""
    role_arn, name = config["Role"], config["FunctionName"]
    # Without the version or alias that it was invoked by.
    function_arn = ":".join(config["FunctionArn"].split(":")[:7])
    role = assumable(role_arn, Service(function_roles.SERVICE, function_arn), name)
    if role is None:
        raise RoleNotAssumableError(function_roles.NOT_ASSUMABLE)
    account = role_arn.split(":")[4]
    credentials = issue_to_service(
        function_roles.SERVICE,
        _SESSION_SECONDS,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role['RoleName']}/{name}",
            "UserId": f"{role['RoleId']}:{name}",
            "AccountId": account,
            "PrincipalType": "AssumedRole",
            "SessionTags": [],
            "TransitiveTagKeys": [],
            "SourceIdentity": None,
            "SessionPolicies": None,
            "ContextKeys": {"lambda:SourceFunctionArn": function_arn},
        },
    )
    return {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
    }


def _kind_of_error(body: bytes) -> str:
    """What MiniStack calls the error that ended an invocation; those of a handler are all `Runtime.HandlerError`."""
    error = json.loads(body)
    return str(error.get("errorType")) if isinstance(error, dict) else ""


def _end_with_the_session(worker: Any) -> None:
    """An environment is not used any longer than its credentials last."""
    spawn, invoke = worker._spawn, worker.invoke

    def _spawn(self: Any) -> None:
        self.session_ends = time.time() + _SESSION_SECONDS
        spawn(self)

    def invoke_in_time(self: Any, event: Any, request_id: str, **more: Any) -> Any:
        most = float(self.config.get("Timeout", 0))
        if self._proc is not None and time.time() + most >= self.session_ends:
            self.kill()
        return invoke(self, event, request_id, **more)

    worker._spawn, worker.invoke = _spawn, invoke_in_time
