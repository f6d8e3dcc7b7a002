"""What must hold for the users, roles and buckets of every lab, whatever its story."""

from __future__ import annotations

from labkit.checks.buckets import BucketHasExactly
from labkit.checks.check import Check
from labkit.checks.principals import Role, User
from labkit.checks.sign_in import HasConsolePassword, HasOneAccessKey
from labkit.checks.tags import Tagged
from labkit.checks.values import Output


def belongings(
    lab: str,
    users: tuple[User, ...],
    roles: tuple[Role, ...],
    buckets: tuple[Output, ...] = (),
    functions: tuple[Output, ...] = (),
) -> tuple[Check, ...]:
    """The checks on credentials, buckets and tags.

    Each user has the credentials that the lab hands out, no bucket lets anybody in by itself, and all carry the
    tag `lab`. `buckets`, `functions`: the outputs that hold their names; a bucket with a policy of its own needs a
    check of its own.
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
    shut = (
        BucketHasExactly(f"{bucket.key}-policy", f"The bucket in {bucket.key} lets in nobody by itself", bucket)
        for bucket in buckets
    )
    return (
        *keys,
        *passwords,
        *shut,
        Tagged("tags", "What is the lab's says so", "lab", lab, (*users, *roles), buckets, functions),
    )
