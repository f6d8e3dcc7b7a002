"""The one exception for what a user can cause and mend."""

from __future__ import annotations


class LabError(Exception):
    """Ends a command with exit code 2; the message is one line that says what to do."""
