"""What stock MiniStack gets wrong in S3, EC2 and services that it lacks (missing_objects.py, service_names.py …)."""

from __future__ import annotations

import pytest

from local_aws import upstream
from tests.local.callers import Caller, Name, allow, make_user, policy, refusal


def test_missing_objects_are_told_to_whoever_may_read(stock_admin: Caller, name: Name) -> None:
    bucket = name("canary-missing")
    stock_admin.client("s3").create_bucket(Bucket=bucket)
    reader = make_user(stock_admin, name("reader"), policy(allow("s3:GetObject")))
    assert refusal(reader.client("s3").list_objects_v2, Bucket=bucket)[0] == "AccessDenied"
    assert refusal(reader.client("s3").get_object, Bucket=bucket, Key="missing")[0] == "NoSuchKey"


def test_bucket_policies_of_any_content(stock_admin: Caller, name: Name) -> None:
    bucket = name("canary-policy")
    stock_admin.client("s3").create_bucket(Bucket=bucket)
    ghost = {"AWS": "arn:aws:iam::000000000000:user/nobody"}
    for document in ("{", policy(allow("s3:GetObject", "arn:aws:s3:::other/*", Principal=ghost))):
        stock_admin.client("s3").put_bucket_policy(Bucket=bucket, Policy=document)
        assert stock_admin.client("s3").get_bucket_policy(Bucket=bucket)["Policy"] == document


def test_dry_runs_are_carried_out(stock_admin: Caller, name: Name) -> None:
    ec2, key = stock_admin.client("ec2"), name("canary-key")
    ec2.create_key_pair(KeyName=key, DryRun=True)
    assert ec2.describe_key_pairs(KeyNames=[key])["KeyPairs"]


def test_service_names_are_looked_for_in_every_model(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def get_service_model(_: object, name: str) -> None:
        read.append(name)
        raise ValueError(name)

    monkeypatch.setattr("botocore.session.Session.get_service_model", get_service_model)
    router = upstream.module("core.router")
    monkeypatch.setattr(router, "_KNOWN_AWS_SERVICE_NAMES", None)
    router._is_aws_service_name("access-analyzer")
    assert len(read) > 300
