"""The decision table's score on the embedded AWS, stock MiniStack and moto, side by side."""

from __future__ import annotations

from collections import Counter

from tests.bench import servers
from tests.bench.figures import Figure
from tests.decisions.score import Outcome, Scorer
from tests.decisions.table import rows


def score() -> Figure:
    """Print the table of scores; the figure is the share of rows that the embedded AWS gets wrong."""
    outcomes: dict[str, list[Outcome]] = {}
    for running in (servers.embedded_aws, servers.stock_ministack, servers.moto):
        with running() as server:
            outcomes[server.name] = list(Scorer(server.administrators).score(rows()))
    print(_by_topic(outcomes), flush=True)
    ours = next(iter(outcomes.values()))
    wrong = sum(not outcome.right for outcome in ours)
    return Figure("rows of the decision table that the embedded AWS gets wrong", 100 * wrong / len(ours), 0, "%")


def _by_topic(outcomes: dict[str, list[Outcome]]) -> str:
    ours = next(iter(outcomes.values()))
    asked = Counter(outcome.row.group.topic for outcome in ours)
    lines = [f"{'decision table':<28}{'rows':>6}" + "".join(f"{name:>20}" for name in outcomes)]
    for topic, count in asked.items():
        right = [sum(o.right for o in found if o.row.group.topic == topic) for found in outcomes.values()]
        lines.append(f"{topic:<28}{count:>6}" + "".join(f"{each:>20}" for each in right))
    for what, counted in (("answered right", "right"), ("rightly allowed or refused", "verdict_right")):
        shares = [sum(getattr(o, counted) for o in found) / len(found) for found in outcomes.values()]
        lines.append(f"{what:<28}{len(ours):>6}" + "".join(f"{share:>20.1%}" for share in shares))
    return "\n".join(lines)
