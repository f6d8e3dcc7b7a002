"""What the modules that put Lambda right share: its errors, and the ARNs of functions."""

from __future__ import annotations

from typing import Any

from local_aws import upstream


class FunctionError(Exception):
    """An error of the Lambda API: its code, its message, its HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def error_response(error: FunctionError) -> Any:
    """The error as the Lambda API sends it."""
    return upstream.module("core.responses").error_response_json(error.code, error.message, error.status)


def arn_of(function_name: str) -> str:
    """The ARN of the function of that name in the account and region of the request."""
    arn: str = upstream.module("services.lambda_svc")._func_arn(function_name)
    return arn
