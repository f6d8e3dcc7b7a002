"""Where the roles stand: on AWS the pipeline has deployed them, on a throw-away embedded AWS they are deployed now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from labkit.session import OpenAws


@pytest.fixture(scope="session")
def lab_outputs(lab_aws: OpenAws) -> Mapping[str, str]:
    return lab_aws.outputs_of("reporting", Path(__file__).with_name("template.yaml"))
