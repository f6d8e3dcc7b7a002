"""The seam to MiniStack: its modules by name, and how one of its names is replaced.

MiniStack is untyped and all that is taken hold of here is private to it, so this works with exactly
one version. What is reached through this module is `Any`; typed code begins on this side of it.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import Any

VERSION = "1.5.33"


@cache
def module(name: str) -> Any:
    """The MiniStack module of that name (`core.iam_evaluator`, `services.sts`)."""
    return import_module(f"ministack.{name}")


def replace(name: str, attribute: str, new: Any) -> Any:
    """Put `new` in the place of a module's attribute and return the original.

    Modules that have already imported the original under its own name get the new one, too. Raises
    AttributeError where MiniStack has no such name: a hook that takes hold of nothing must not pass.
    """
    original = getattr(module(name), attribute)
    for loaded_name, loaded in list(sys.modules.items()):
        if loaded_name.startswith("ministack.") and vars(loaded).get(attribute) is original:
            setattr(loaded, attribute, new)
    return original
