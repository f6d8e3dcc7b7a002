"""A lab as its folder declares it: what it is called, who plays in it, and the story that must be proven."""

from __future__ import annotations

from dataclasses import dataclass

from labkit.checks.check import Check
from labkit.checks.principals import Role, User


@dataclass(frozen=True)
class Lab:
    """One lab. A lab's `checks.py` binds one to the name LAB.

    `title`: a sentence; `stack`: the name of its CloudFormation stack; `source`: the documents and steps
    it comes from; `users`, `roles`: those that a person may work as; `story`: its checks, in order.
    """

    title: str
    stack: str
    source: str
    users: tuple[User, ...]
    roles: tuple[Role, ...]
    story: tuple[Check, ...]
