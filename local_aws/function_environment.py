"""What a Lambda function runs in: its environment variables, and runtimes that are there.

AWS: Lambda Developer Guide, configuration-envvars: reserved variables are Lambda's, and a function that sets one is
refused; a function sees nothing of where Lambda itself runs. Stock MiniStack leaves reserved ones out without a word,
hands a function the whole environment of its own process, and answers for a function that it can't run (without
Docker all but Python and Node) with a success that it made up.
Hook: `lambda_svc._create_function`, `_update_config` and `_execute_function_dispatch`, `lambda_runtime.subprocess`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from local_aws import upstream
from local_aws.lambda_api import FunctionError, error_response

_MADE_UP = "Mock response"
# What a process needs to run, and no setting of MiniStack's.
_INHERITED = frozenset({"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH"})
# Lambda Developer Guide, configuration-envvars, "Reserved environment variables".
_RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)


def install() -> None:
    """Give functions the environment that they have on AWS."""
    functions, runtime = upstream.module("services.lambda_svc"), upstream.module("core.lambda_runtime")
    create, update = functions._create_function, functions._update_config
    dispatch = functions._execute_function_dispatch

    def _create_function(data: Mapping[str, Any]) -> Any:
        return _refused(data) or create(data)

    def _update_config(name: str, data: Mapping[str, Any]) -> Any:
        return _refused(data) or update(name, data)

    def _execute_function_dispatch(*given: Any) -> Any:
        return _unless_made_up(dispatch(*given))

    upstream.replace("services.lambda_svc", "_create_function", _create_function)
    upstream.replace("services.lambda_svc", "_update_config", _update_config)
    upstream.replace("services.lambda_svc", "_execute_function_dispatch", _execute_function_dispatch)
    # Of this module only: all it starts are functions.
    runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": _start})


def check_variables(data: Mapping[str, Any]) -> None:
    """Raise FunctionError where a function's `Environment` sets what is reserved."""
    reserved = sorted(_RESERVED & ((data.get("Environment") or {}).get("Variables") or {}).keys())
    if reserved:
        raise FunctionError(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
        )


def _refused(data: Mapping[str, Any]) -> Any:
    try:
        check_variables(data)
    except FunctionError as error:
        return error_response(error)
    return None


def _start(command: Any, *, env: Mapping[str, str], **more: Any) -> Any:
    own = {name: value for name, value in env.items() if name in _INHERITED or os.environ.get(name) != value}
    return subprocess.Popen(command, env=own, **more)


def _unless_made_up(result: Mapping[str, Any]) -> Mapping[str, Any]:
    body = result.get("body")
    answer = body.get("body") if isinstance(body, dict) else None
    if result.get("error") or not str(answer).startswith(_MADE_UP):
        return result
    message = f"the embedded AWS can't run this function: {answer}"
    return {"body": {"errorMessage": message, "errorType": "Runtime.Unavailable"}, "error": True, "log": message}
