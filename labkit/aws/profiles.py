"""Credentials by the name of a profile of the AWS configuration, as the AWS CLI finds them."""

from __future__ import annotations

import boto3
from botocore.exceptions import NoCredentialsError

from labkit.aws.clients import Credentials


def credentials_of(profile: str) -> Credentials:
    """The credentials that `profile` leads to: its key, a role it assumes, a sign-in, a process that it names.

    Raises botocore's `BotoCoreError`, or its `ClientError` where AWS refuses the role.
    """
    found = boto3.Session(profile_name=profile).get_credentials()
    if found is None:
        raise NoCredentialsError
    key = found.get_frozen_credentials()
    if not key.access_key or not key.secret_key:
        raise NoCredentialsError
    return Credentials(key.access_key, key.secret_key, key.token)
