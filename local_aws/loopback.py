"""Keeps the whole process on loopback: no listener elsewhere, no connection elsewhere.

MiniStack opens listeners on 0.0.0.0 for some services (SFTP, MQTT, databases) and connects to what its
users name (HTTP subscriptions, containers). An audit hook (PEP 578) sees every socket call of the process, so
one rule holds for all of them, present and future.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

_LOCAL_NAMES = frozenset({"localhost", "ip6-localhost"})


class NotLoopbackError(PermissionError):
    """A socket call that would leave this machine or open it to others."""


def is_loopback(host: str) -> bool:
    """Whether a host as given to a socket call is this machine's loopback. No name is looked up."""
    if host in _LOCAL_NAMES or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("socket.bind", "socket.connect"):
        return
    address = arguments[1]
    if isinstance(address, tuple) and not is_loopback(str(address[0])):
        raise NotLoopbackError(f"the embedded AWS stays on loopback: {event.removeprefix('socket.')} {address[0]}")


def install() -> None:
    """From now on sockets of this process reach loopback and Unix sockets only. Can't be undone."""
    sys.addaudithook(_watch)
