"""`lab list`: the labs there are."""

from __future__ import annotations

import json

import click

from labkit.catalogue import all_labs, by_document
from labkit.reports.terminal import Terminal


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(as_json: bool) -> None:
    """Show the labs by the document that they come from."""
    rows = [
        {"name": entry.name, "title": entry.lab.title, "stack": entry.lab.stack, "source": entry.lab.source}
        for entry in all_labs()
    ]
    terminal = Terminal()
    if as_json:
        terminal.say(json.dumps(rows, indent=2))
        return
    for document, group in by_document(all_labs()).items():
        terminal.say(document)
        for entry in group:
            terminal.say(f"  {entry.name:<18} {entry.lab.title}  (stack {entry.lab.stack})")
