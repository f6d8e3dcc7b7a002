"""Lambda functions for tests: their code, and what they answer."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from tests.local.callers import Caller

# Answers what the event asks for: a call of an AWS service, or its environment.
CODE = """
import json
import os

import boto3
from botocore.exceptions import ClientError


def handler(event, context):
    if "environment" in event:
        return dict(os.environ)
    try:
        call = getattr(boto3.client(event["service"]), event["operation"])
        answer = call(**event.get("parameters", {}))
    except ClientError as error:
        return {"Error": error.response["Error"]}
    answer.pop("ResponseMetadata")
    return json.loads(json.dumps(answer, default=str))
"""


def archive(code: str = CODE) -> bytes:
    """A deployment package with the code in index.py."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("index.py", code)
    return data.getvalue()


def make_function(caller: Caller, name: str, role_arn: str, **more: Any) -> dict[str, Any]:
    """CreateFunction; returns its answer."""
    given = {"Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": archive()}, "Timeout": 20}
    made: dict[str, Any] = caller.client("lambda").create_function(FunctionName=name, Role=role_arn, **(given | more))
    return made


def invoke(caller: Caller, name: str, **event: Any) -> Mapping[str, Any]:
    """What the function returns for this event; fails where the function fails."""
    answer = caller.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    payload = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    found: Mapping[str, Any] = payload
    return found


def identity(caller: Caller, name: str) -> str:
    """The ARN that the function has by its own account."""
    return str(invoke(caller, name, service="sts", operation="get_caller_identity")["Arn"])
