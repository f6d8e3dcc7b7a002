"""An AWS that is open for a while, and stories of checks that are proven against it: the lab without a lab folder.

For who proves something of principals of their own, whatever deployed these; the pytest plugin is built on it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import WaiterError

from labkit import embedded
from labkit.aws.clients import PERSIST, Clients
from labkit.checks.check import Check
from labkit.checks.lab import Lab
from labkit.checks.observation import Observation
from labkit.checks.values import Account, Facts
from labkit.deadline import Clock, Deadline
from labkit.environment import enter, on_aws, on_instance
from labkit.errors import LabError
from labkit.explanation.explainer import Explainer
from labkit.results import CheckResult, LabResult
from labkit.runner import Runner
from labkit.scene import LiveScene
from labkit.stacks import find_stack
from labkit.verification import administrator_arn

TARGETS = ("local", "aws", "environment")
# AWS General Reference, "AWS service endpoints".
_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_LOG = logging.getLogger("labkit")


class _Logged:
    """Implements `labkit.runner.Audience`: what is waited for goes to the log."""

    def waiting(self, check: Check, observation: Observation, waited: float) -> None:
        _LOG.info("waiting for %s (%.1f s): %s", check.id, waited, observation.reason or observation.observed)

    def decided(self, result: CheckResult) -> None:
        _LOG.info("%s: %s", result.id, result.verdict.value)

    def note(self, text: str) -> None:
        _LOG.info(text)


@dataclass(frozen=True)
class OpenAws:
    """An AWS that this process's environment names. `administrator`: the ARN of whoever its credentials belong to.

    `throw_away`: it began empty and ends with this session.
    """

    administrator: str
    throw_away: bool
    clients: Clients = field(repr=False)

    @property
    def account(self) -> str:
        """The account's id, 12 digits."""
        return Account.of_arn(self.administrator).id

    def client(self, service: str) -> Any:
        """A boto3 client of `service` with the administrator's credentials; it retries what AWS did not answer."""
        return self.clients.client(service, config=PERSIST)

    def outputs_of(self, stack: str, template: Path | None = None) -> Mapping[str, str]:
        """The outputs of the CloudFormation stack `stack`.

        Where it does not stand and this AWS is a throw-away one, it is deployed there from `template` (a file).
        Raises `LabError` if it does not stand as it should.
        """
        cloudformation = self.client("cloudformation")
        found = find_stack(cloudformation, stack)
        if found is None and template is not None and self.throw_away:
            _create(cloudformation, stack, template)
            found = find_stack(cloudformation, stack)
        if found is None:
            raise LabError(f"there is no stack {stack} in account {self.account}; deploy it first")
        if not found.stands:
            raise LabError(f"the stack {stack} does not stand ({found.status}); deploy it anew")
        return found.outputs

    def prove(
        self, story: Sequence[Check], outputs: Mapping[str, str], deadline: float, *, explain: bool = False
    ) -> LabResult:
        """Run the checks of `story` in their order and say what came out.

        `outputs`: what `Output` stands for; `deadline`: seconds after which nothing is asked again; `explain`: why AWS
        answered so, for each check. A last result called `clean-up` says if something could not be put back.
        """
        clock = Clock()
        until = Deadline(deadline, clock)
        scene = LiveScene(
            Facts(outputs, Account.of_arn(self.administrator)), self.clients, self.administrator, deadline=until
        )
        annotate = [Explainer(scene).annotate] if explain else []
        lab = Lab(title="", stack="", source="", users=(), roles=(), story=tuple(story))
        return Runner(scene, until, _Logged(), clock, annotate).run("", lab)


@contextlib.contextmanager
def open_aws(target: str) -> Iterator[OpenAws]:
    """Open `target` while the block runs; the process's environment is that AWS's until its end. Raises `LabError`.

    "local": an embedded AWS that is thrown away afterwards. "environment": the AWS that the environment names, whatever
    it is. "aws": the same, unless that is some other endpoint than AWS's own.
    """
    if target not in TARGETS:
        raise LabError(f"there is no target {target!r}; it is one of {', '.join(TARGETS)}")
    with contextlib.ExitStack() as stack:
        if target == "local":
            # Not among a test run's kept folders: it holds keys.
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
            instance = stack.enter_context(embedded.throw_away(folder)).ready()
            environment = on_instance(os.environ, instance)
        else:
            environment = on_aws(os.environ, profile=None, region=None)
        stack.enter_context(_entered(environment))
        clients = Clients()
        if target == "aws":
            _require_aws(clients)
        yield OpenAws(administrator_arn(clients), target == "local", clients)


def _require_aws(clients: Clients) -> None:
    """Raise `LabError` where the environment or the AWS configuration leads to an endpoint that is not AWS's."""
    elsewhere = [name for name, value in sorted(os.environ.items()) if name.startswith("AWS_ENDPOINT_URL") and value]
    if clients.region and not elsewhere:
        endpoint = urlsplit(clients.client("sts").meta.endpoint_url)
        elsewhere = [] if str(endpoint.hostname).endswith(_AWS_DOMAINS) else [f"the endpoint {endpoint.hostname}"]
    if elsewhere:
        raise LabError(f"{elsewhere[0]} is set, so this is not AWS; unset it, or choose the target environment")


@contextlib.contextmanager
def _entered(environment: Mapping[str, str], current: MutableMapping[str, str] = os.environ) -> Iterator[None]:
    """Make `environment` the process's own; afterwards every variable that this changed is again as it was."""
    before = dict(current)
    changed = [name for name in {*before, *environment} if before.get(name) != environment.get(name)]
    enter(environment, current)
    try:
        yield
    finally:
        for name in changed:
            if name in before:
                current[name] = before[name]
            else:
                current.pop(name, None)


def _create(cloudformation: Any, stack: str, template: Path) -> None:
    """Deploy a stack and wait for it; whether it stands is for the caller to see."""
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=template.read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    with contextlib.suppress(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
