"""The environment in which AWS's own tools work on a target: endpoint, credentials, region and nothing else.

Nothing but this differs between AWS and the embedded AWS.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

from labkit.instance import AccountKey, Instance

LOCAL_DEADLINE_S = "5"
LOOPBACK = "127.0.0.1,localhost"


def exports(instance: Instance, account: str = "home") -> dict[str, str]:
    """The variables that point AWS's tools at `account` ("home" or "partner") of an embedded AWS."""
    key: AccountKey = instance.accounts[account]
    return {
        "AWS_ENDPOINT_URL": instance.endpoint,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_REGION": instance.region,
        "AWS_DEFAULT_REGION": instance.region,
        "LAB_DEADLINE": LOCAL_DEADLINE_S,
    }


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without a single AWS setting, and with no configuration file to take one from."""
    kept = {name: value for name, value in environment.items() if not name.upper().startswith("AWS_")}
    return {**kept, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def on_instance(environment: Mapping[str, str], instance: Instance, account: str = "home") -> dict[str, str]:
    """The environment of a process that works on `account` of an embedded AWS, whatever the user's own settings."""
    own_deadline = {"LAB_DEADLINE": environment["LAB_DEADLINE"]} if environment.get("LAB_DEADLINE") else {}
    # A proxy that the user needs for the world must not be asked for the loopback address.
    past_proxies = {
        name: ",".join(filter(None, [environment.get(name), LOOPBACK])) for name in ("NO_PROXY", "no_proxy")
    }
    return {**without_aws(environment), **past_proxies, **exports(instance, account), **own_deadline}


def on_aws(environment: Mapping[str, str], profile: str | None, region: str | None) -> dict[str, str]:
    """The environment of a process that works on AWS with the usual credential chain."""
    result = dict(environment)
    if profile:
        # Keys in the environment would win over the profile that was asked for.
        for name in (
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_DEFAULT_PROFILE",
        ):
            result.pop(name, None)
        result["AWS_PROFILE"] = profile
    # boto3 reads AWS_DEFAULT_REGION only, the CDK both.
    region = region or result.get("AWS_REGION") or result.get("AWS_DEFAULT_REGION")
    return {**result, "AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else result


def enter(environment: Mapping[str, str], current: MutableMapping[str, str] = os.environ) -> None:
    """Make `environment` this process's own, so that boto3 and every child see the same AWS."""
    current.clear()
    current.update(environment)
