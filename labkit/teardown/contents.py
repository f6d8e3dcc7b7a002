"""What lies in a lab's buckets, and has to go before CloudFormation can delete them.

Amazon S3 User Guide, "Deleting a bucket": only an empty one can be deleted, and every version of an object and every
delete marker counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from labkit.aws.answers import from_error
from labkit.aws.clients import PERSIST, Clients
from labkit.errors import LabError
from labkit.stacks import Resource

BUCKET = "AWS::S3::Bucket"
_SHOWN = 3
# Amazon S3 API Reference, DeleteObjects: at most that many in one call.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Contents:
    """The objects in one bucket, each version by itself: (key, version id)."""

    bucket: str
    versions: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        keys = list(dict.fromkeys(key for key, _ in self.versions))
        more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
        return f"what lies in the bucket {self.bucket}: {', '.join(keys[:_SHOWN])}{more}"


def find_contents(clients: Clients, resources: Sequence[Resource]) -> list[Contents]:
    """What lies in the buckets among `resources`; empty ones are left out. Raises `LabError` if one can't be read."""
    buckets = [r.physical_id for r in resources if r.type == BUCKET and r.physical_id and r.status != "DELETE_COMPLETE"]
    found = (Contents(bucket, tuple(_versions(clients, bucket))) for bucket in buckets)
    return [contents for contents in found if contents.versions]


def empty(clients: Clients, contents: Contents) -> None:
    """Delete these objects. Raises `LabError` for one that stays."""
    for start in range(0, len(contents.versions), _AT_ONCE):
        objects = [{"Key": key, "VersionId": id_} for key, id_ in contents.versions[start : start + _AT_ONCE]]
        try:
            answer = _s3(clients).delete_objects(Bucket=contents.bucket, Delete={"Objects": objects, "Quiet": True})
        except (BotoCoreError, ClientError) as error:
            raise LabError(_stays(contents.bucket, str(from_error(error)))) from error
        for failed in answer.get("Errors", []):
            raise LabError(_stays(contents.bucket, f"{failed['Key']}: {failed['Code']}: {failed.get('Message', '')}"))


def _versions(clients: Clients, bucket: str) -> Iterator[tuple[str, str]]:
    try:
        for page in _s3(clients).get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                yield version["Key"], version["VersionId"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchBucket":
            raise LabError(f"what lies in the bucket {bucket} can't be read: {from_error(error)}") from error
    except BotoCoreError as error:
        raise LabError(f"what lies in the bucket {bucket} can't be read: {from_error(error)}") from error


def _stays(bucket: str, why: str) -> str:
    return f"the bucket {bucket} can't be emptied ({why}); empty it by hand and run lab down again"


def _s3(clients: Clients) -> Any:
    return clients.client("s3", config=PERSIST)
