"""A lab as its folder declares it: what it is called, who plays in it, and the story that must be proven."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.checks.check import Check
from labkit.checks.principals import Role, User


@dataclass(frozen=True)
class Lab:
    """One lab. A lab's `checks.py` binds one to the name LAB.

    `title`: a sentence; `stack`: the name of its CloudFormation stack; `source`: the documents and steps
    it comes from; `users`, `roles`: those that a person may work as; `story`: its checks, in order; `compared`:
    those of them whose answers a report shows as a table as well, a column for each identity.
    """

    title: str
    stack: str
    source: str
    users: tuple[User, ...]
    roles: tuple[Role, ...]
    story: tuple[Check, ...]
    compared: tuple[Check, ...] = ()

    @property
    def document(self) -> str:
        """Number and title of the document that comes first in `source`."""
        return re.split(r"[,;]", self.source, maxsplit=1)[0]
