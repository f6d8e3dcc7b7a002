"""Deploys labs and takes them down again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence, Set

from botocore.exceptions import BotoCoreError, ClientError

from labkit.aws.answers import from_error
from labkit.catalogue import Entry
from labkit.cdk import Cdk, CdkError
from labkit.errors import LabError
from labkit.place import Place, given_parameters, read_template, sites
from labkit.reports.terminal import Terminal
from labkit.stacks import Resource, Stack, find_stack, first_failure, last_deleted, resources
from labkit.teardown.absence import Trace, look_for
from labkit.teardown.additions import Addition, find_additions, remove
from labkit.teardown.contents import Contents, empty, find_contents
from labkit.teardown.template import parse_template

BUSY_TIMEOUT_S = 900.0
_POLL_S = 2.0
# More would not fit into a line.
_NAMED_AT_MOST = 3

# Names of stacks, each with the values of its parameters.
Stacks = Mapping[str, Mapping[str, str]]


def deploy(cdk: Cdk, entries: Sequence[Entry], place: Place, terminal: Terminal) -> dict[str, str]:
    """Deploy the synthesized stacks of `entries`; return, by lab, why one could not be: CloudFormation's own reason.

    One that fails does not stop the others, but for the home stack of a lab whose partner stack failed. A stack that
    could not be created for the first time is removed again: rolled back, it holds nothing any more.
    """
    failures: dict[str, str] = {}
    for wave in sites(entries, place):
        labs = {site.stack: site.entry.name for site in wave if site.entry.name not in failures}
        if labs:
            stacks = {name: given_parameters(read_template(cdk.assembly, name), place) for name in labs}
            with terminal.stage(f"deploying {_in_short(tuple(labs))}"):
                failed = _deploy_wave(cdk, stacks, wave[0].place)
            failures |= {labs[name]: reason for name, reason in failed.items()}
    return failures


def _deploy_wave(cdk: Cdk, stacks: Stacks, place: Place) -> dict[str, str]:
    """Deploy stacks of one account; by stack, why one could not be."""
    new = {name for name in stacks if not find_stack(place.cloudformation, name)}
    failures = _deploy(cdk, stacks, new, place)
    _remove_rolled_back(new & failures.keys(), place)
    return failures


def _deploy(cdk: Cdk, stacks: Stacks, new: Set[str], place: Place) -> dict[str, str]:
    """Deploy all at once; since the CLI begins nothing more after a failure, go on with the rest one by one."""
    names = tuple(stacks)
    try:
        cdk.start_deployment(stacks, place.environment).wait()
    except CdkError as error:
        if len(names) == 1:
            return {names[0]: _failure("was not deployed", names, place, error)}
        failures = {}
        for name in names:
            if reason := first_failure(place.cloudformation, name):
                failures[name] = f"{name} was not deployed: {reason}"
            elif not (name in new and _stands(name, place)):
                failures |= _deploy(cdk, {name: stacks[name]}, new, place)
        return failures
    return {}


def _stands(name: str, place: Place) -> bool:
    stack = find_stack(place.cloudformation, name)
    return stack is not None and stack.stands


def destroy(cdk: Cdk, entries: Sequence[Entry], place: Place, terminal: Terminal) -> list[Trace]:
    """Destroy the stacks of `entries` and prove that their resources are gone. Raises `LabError`."""
    return [
        trace
        for wave in reversed(sites(entries, place))
        for trace in _destroy_wave(cdk, [site.stack for site in wave], wave[0].place, terminal)
    ]


def _destroy_wave(cdk: Cdk, names: Sequence[str], place: Place, terminal: Terminal) -> list[Trace]:
    """Destroy stacks of one account. Raises `LabError`."""
    existed = [resource for name in names for resource in stack_resources(place, name)]
    with terminal.stage(f"destroying {_in_short(names)}"):
        try:
            cdk.start_destruction(names, place.environment).wait()
        except CdkError as error:
            raise LabError(_failure("was not destroyed", names, place, error)) from error
    return prove_absence(place, names, existed)


def _in_short(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= _NAMED_AT_MOST else f"{len(names)} stacks"


def prove_absence(place: Place, names: Sequence[str], existed: Sequence[Resource]) -> list[Trace]:
    """What is known of the resources that `existed`. Raises `LabError` if a stack itself is still there."""
    for name in names:
        stack = find_stack(place.cloudformation, name)
        if stack:
            raise LabError(f"the stack {name} is still there ({stack.status}); run lab down again")
    return look_for(place.clients, existed)


def stack_resources(place: Place, name: str) -> tuple[Resource, ...]:
    """The resources of the stack `name`, or of the one of that name that was deleted last. Raises `LabError`."""
    try:
        stack = find_stack(place.cloudformation, name)
        stack_id = stack.id if stack else last_deleted(place.cloudformation, name)
        return resources(place.cloudformation, stack_id) if stack_id else ()
    except (BotoCoreError, ClientError) as error:
        raise LabError(f"CloudFormation does not show the resources of {name}: {from_error(error)}") from error


def additions(place: Place, stack: Stack) -> list[Addition]:
    """What was added by hand to the principals of `stack`. Raises `LabError`."""
    try:
        body = place.cloudformation.get_template(StackName=stack.id)["TemplateBody"]
    except (BotoCoreError, ClientError) as error:
        raise LabError(f"the template of {stack.name} can't be read: {from_error(error)}") from error
    found = stack_resources(place, stack.name)
    return find_additions(place.clients, found, parse_template(body), place.account)


def contents(place: Place, stack: Stack) -> list[Contents]:
    """What lies in the buckets of `stack`. Raises `LabError`."""
    return find_contents(place.clients, stack_resources(place, stack.name))


def remove_additions(place: Place, stack: Stack, terminal: Terminal) -> None:
    """Take away what was added by hand to the principals of `stack` and put into its buckets, saying what.

    Raises `LabError`.
    """
    for addition in additions(place, stack):
        terminal.note(f"removing what was added by hand: {addition}")
        remove(place.clients, addition)
    for found in contents(place, stack):
        terminal.note(f"removing {found}")
        empty(place.clients, found)


def settled(place: Place, name: str, terminal: Terminal) -> Stack | None:
    """The stack `name` once nothing changes it any more. Raises `LabError` if that takes too long."""
    stack = find_stack(place.cloudformation, name)
    if not stack or not stack.busy:
        return stack
    end = time.monotonic() + BUSY_TIMEOUT_S
    with terminal.stage(f"waiting for {name}, which is {stack.status}"):
        while stack and stack.busy:
            if time.monotonic() > end:
                raise LabError(f"{name} is still {stack.status}; look at it in CloudFormation and try again")
            time.sleep(_POLL_S)
            stack = find_stack(place.cloudformation, name)
    return stack


def _failure(what: str, names: Sequence[str], place: Place, error: CdkError) -> str:
    """CloudFormation's reason if it has one, else the CDK CLI's last words."""
    for name in names:
        try:
            reason = first_failure(place.cloudformation, name)
        except BotoCoreError:
            reason = None
        if reason:
            return f"{name} {what}: {reason}"
    return f"{', '.join(names)} {what}: {error}"


def _remove_rolled_back(names: Iterable[str], place: Place) -> None:
    for name in names:
        stack = find_stack(place.cloudformation, name)
        if stack and stack.status == "ROLLBACK_COMPLETE":
            place.cloudformation.delete_stack(StackName=stack.id)
