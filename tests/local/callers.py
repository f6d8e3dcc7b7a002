"""Who calls the embedded AWS, and what tests say to it: callers, policy documents, refusals, processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pyotp
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
# Clients share this session for its cache of service models; its own credentials are never used.
_SESSION = boto3.Session(region_name=REGION)
_CONFIG = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, parameter_validation=False)

Name = Callable[[str], str]
NewUser = Callable[..., "Caller"]
NewRole = Callable[..., str]


@dataclass
class Caller:
    """Whose keys a call is signed with, and where it is sent."""

    endpoint: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: str, region: str = REGION) -> Any:
        """A boto3 client; the same one every time."""
        key = f"{service} {region}"
        if key not in self.clients:
            self.clients[key] = _SESSION.client(
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                aws_access_key_id=self.access_key_id,
                aws_secret_access_key=self.secret_access_key,
                aws_session_token=self.session_token,
                config=_CONFIG,
            )
        return self.clients[key]

    @property
    def arn(self) -> str:
        """The caller's ARN as AWS states it."""
        return str(self.client("sts").get_caller_identity()["Arn"])

    def with_credentials(self, credentials: dict[str, Any]) -> Caller:
        """The caller that these temporary credentials (as STS returns them) make."""
        return Caller(
            self.endpoint, credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
        )

    def assume(self, role_arn: str, **parameters: Any) -> Caller:
        """The session that AssumeRole gives; RoleSessionName is `session` unless given."""
        answer = self.client("sts").assume_role(**{"RoleArn": role_arn, "RoleSessionName": "session", **parameters})
        return self.with_credentials(answer["Credentials"])


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Code and message of the error with which the call is refused; fails if it is not."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


def policy(*statements: dict[str, Any]) -> str:
    """A policy document with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement; `more` holds Condition, Sid …"""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A Deny statement."""
    return {**allow(action, resource, **more), "Effect": "Deny"}


def trust(principal: str | dict[str, Any], action: str | list[str] = "sts:AssumeRole", **more: Any) -> str:
    """A trust policy that lets one principal (an ARN, an account id, or a whole Principal element) in."""
    who = principal if isinstance(principal, dict) or principal == "*" else {"AWS": principal}
    return policy({"Effect": "Allow", "Principal": who, "Action": action, **more})


def make_user(owner: Caller, user_name: str, *documents: str, **parameters: Any) -> Caller:
    """A user with an access key; each document becomes an inline policy `policy-0` …"""
    iam = owner.client("iam")
    iam.create_user(UserName=user_name, **parameters)
    for number, document in enumerate(documents):
        iam.put_user_policy(UserName=user_name, PolicyName=f"policy-{number}", PolicyDocument=document)
    key = iam.create_access_key(UserName=user_name)["AccessKey"]
    return Caller(owner.endpoint, key["AccessKeyId"], key["SecretAccessKey"])


def make_role(owner: Caller, role_name: str, trust_document: str, *documents: str, **parameters: Any) -> str:
    """A role; each document becomes an inline policy `policy-0` … Returns its ARN."""
    iam = owner.client("iam")
    role = iam.create_role(RoleName=role_name, AssumeRolePolicyDocument=trust_document, **parameters)["Role"]
    for number, document in enumerate(documents):
        iam.put_role_policy(RoleName=role_name, PolicyName=f"policy-{number}", PolicyDocument=document)
    return str(role["Arn"])


def give_mfa_device(owner: Caller, user_name: str, device_name: str) -> str:
    """Enable a new virtual MFA device for a user; returns its serial number."""
    iam = owner.client("iam")
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=device_name)["VirtualMFADevice"]
    totp, step = pyotp.TOTP(made["Base32StringSeed"].decode()), int(time.time()) // 30
    codes = {f"AuthenticationCode{number}": totp.generate_otp(step + number - 2) for number in (1, 2)}
    iam.enable_mfa_device(UserName=user_name, SerialNumber=made["SerialNumber"], **codes)
    return str(made["SerialNumber"])


@dataclass(frozen=True)
class Embedded:
    """A running embedded AWS: its ready document, and its process."""

    document: dict[str, Any]
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        return str(self.document["endpoint"])

    def administrator(self, account: str) -> Caller:
        """The administrator of `home` or `partner`."""
        keys = self.document["accounts"][account]
        return Caller(self.endpoint, keys["access_key_id"], keys["secret_access_key"])


def start_embedded(
    *arguments: str, environment: dict[str, str] | None = None, program: tuple[str, ...] = ("-m", "local_aws")
) -> Embedded:
    """Start an embedded AWS that ends with this process. Whoever calls this ends it: `stop_embedded`."""
    process = subprocess.Popen(
        [sys.executable, *program, "--port", "0", "--stop-with-parent", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line, f"the embedded AWS ended with {process.wait()} before it was ready"
    return Embedded(json.loads(line), process)


def stop_embedded(instance: Embedded) -> int:
    """End it as the death of its parent would; returns its exit code."""
    assert instance.process.stdin
    instance.process.stdin.close()
    return instance.process.wait(timeout=20)
