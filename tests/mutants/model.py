"""What a mutant is: a lab broken in one place on purpose, and what must be said of it.

A *word* is a string, or an intrinsic function of CloudFormation that becomes one once the stack stands: so that an
operator, which sees nothing but a template, can speak of the name that a role will have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Template = dict[str, Any]
Word = str | Mapping[str, Any]
Cause = tuple[Word, ...]
"""Words that one failed check has to hold, all of them, in what it says: its title, what it observed, its reason."""


@dataclass(frozen=True)
class Document:
    """A policy document as the parameter of a call: JSON text, once its intrinsic functions are resolved."""

    statements: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Step:
    """One call by which somebody changes a lab that stands. Its parameters may hold words and `Document`s.

    `service` is boto3's name, `operation` is spelled as AWS does.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What an operator does to one place of a lab.

    `where`: the place and the change, unique among those of the operator; `causes`: any one of them has to be named;
    `template`: the changed one, None if the change is made by hand, by `steps`, after the deployment;
    `afterwards`: takes away what the steps made of their own, once the stacks are gone.
    """

    where: str
    causes: tuple[Cause, ...]
    template: Template | None = None
    steps: tuple[Step, ...] = ()
    afterwards: tuple[Step, ...] = ()


Operator = Callable[[Template], Iterator[Change]]


@dataclass(frozen=True)
class Stack:
    """One stack of a lab. `account`: "home" or "partner"."""

    name: str
    account: str
    template: Template


@dataclass(frozen=True)
class LabTemplates:
    """A lab by its name, with its stacks in the order in which they are deployed."""

    name: str
    stacks: tuple[Stack, ...]


@dataclass(frozen=True)
class Mutant:
    """A lab with one change. `stack`: the name of the stack that is changed."""

    lab: LabTemplates
    stack: str
    operator: str
    change: Change

    @property
    def id(self) -> str:
        """What the lists of equivalent mutants know it by."""
        return f"{self.stack} {self.operator}: {self.change.where}"

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """The stacks to deploy."""
        return tuple(
            Stack(stack.name, stack.account, self.change.template)
            if stack.name == self.stack and self.change.template
            else stack
            for stack in self.lab.stacks
        )


HEALTHY = "healthy"
"""What stands for the operator in the outcome of a lab that nothing was done to."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"  # exit code 0
    UNDETERMINED = "undetermined"  # exit code 2
    MISNAMED = "misnamed"  # exit code 1, but no failed check names the cause
    INVALID = "invalid"  # it could not be deployed, so there was nothing to verify


@dataclass(frozen=True)
class Outcome:
    """The fate of the mutant `id`, and in `words` why: CloudFormation's reason, or what `lab verify` said."""

    lab: str
    operator: str
    id: str
    fate: Fate
    words: str = ""
