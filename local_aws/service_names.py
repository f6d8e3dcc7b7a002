"""Whether a name is that of a service of AWS, known without reading what every service of AWS can do.

AWS: a call of one service never waits for the descriptions of all the others. Stock MiniStack, at the first call of a
service that it does not have (IAM Access Analyzer), loads botocore's models of every service there is, and serves
nobody for the 5 seconds which that takes.
Hook: `core.router._is_aws_service_name`. The names of services and of their endpoints, which botocore keeps in one
list, are asked first; a name that is in neither goes to MiniStack as before.
"""

from __future__ import annotations

from functools import cache

import botocore.loaders

from local_aws import upstream


def install() -> None:
    """Look into the lists before MiniStack reads all models."""
    ministack = upstream.module("core.router")._is_aws_service_name

    def _is_aws_service_name(name: str) -> bool:
        return name in listed() or bool(ministack(name))

    upstream.replace("core.router", "_is_aws_service_name", _is_aws_service_name)


@cache
def listed() -> frozenset[str]:
    """The names of AWS's services and of their endpoints, as far as botocore lists them."""
    loader = botocore.loaders.Loader()
    partitions = loader.load_data("endpoints")["partitions"]
    endpoints = (name for partition in partitions for name in partition["services"])
    return frozenset([*loader.list_available_services("service-2"), *endpoints])
