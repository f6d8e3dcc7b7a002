"""A call of a service that the embedded AWS does not have is told so at once."""

from __future__ import annotations

import pytest

from local_aws.service_names import listed


@pytest.mark.parametrize("name", ["access-analyzer", "accessanalyzer", "s3", "sts"])
def test_a_service_is_known_by_its_name_or_its_endpoint(name: str) -> None:
    assert name in listed()


def test_what_is_none_is_not_known() -> None:
    assert "no-such-service" not in listed()
