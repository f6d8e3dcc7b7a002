"""What must hold for the users, roles and buckets of every lab, whatever its story."""

from __future__ import annotations

from labkit.checks.check import Check
from labkit.checks.principals import Role, User
from labkit.checks.sign_in import HasConsolePassword, HasOneAccessKey
from labkit.checks.tags import Tagged
from labkit.checks.values import Output


def belongings(
    lab: str, users: tuple[User, ...], roles: tuple[Role, ...], buckets: tuple[Output, ...] = ()
) -> tuple[Check, ...]:
    """The checks that each user has the credentials that the lab hands out, and that all carry the tag `lab`.

    `buckets`: the outputs that hold their names.
    """
    keys = (
        HasOneAccessKey(f"{user.name}-one-access-key", f"{user.name} has one access key, the one handed out", user)
        for user in users
    )
    passwords = (
        HasConsolePassword(f"{user.name}-console-password", f"{user.name} can sign in to the console", user)
        for user in users
        if user.password
    )
    return (*keys, *passwords, Tagged("tags", "What is the lab's says so", "lab", lab, (*users, *roles), buckets))
