"""What a run of mutants amounts to: the score by lab and operator, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.mutants.model import Fate, Outcome

Equivalents = Mapping[str, Mapping[str, str]]
"""By lab: the ids of its equivalent mutants, each with the reason."""
_ALIVE = (Fate.SURVIVED, Fate.UNDETERMINED, Fate.MISNAMED)


@dataclass(frozen=True)
class Tally:
    """How many mutants there were of one kind. `killed` + `alive` are those that count."""

    killed: int = 0
    alive: int = 0
    equivalent: int = 0
    invalid: int = 0

    @property
    def score(self) -> str:
        return f"{self.killed}/{self.killed + self.alive}"


@dataclass(frozen=True)
class Score:
    """The outcomes of a run. `healthy`: those of verifications of labs as they are; `equivalents`: what is listed."""

    outcomes: Sequence[Outcome]
    healthy: Sequence[Outcome]
    equivalents: Equivalents
    seconds: float = field(default=0.0, compare=False)

    def tally(self, lab: str | None = None, operator: str | None = None) -> Tally:
        """The count of one lab, of one operator, or of both at once; of everything if neither is named."""
        chosen = [o for o in self.outcomes if lab in (None, o.lab) and operator in (None, o.operator)]
        counting = [outcome for outcome in chosen if not self._is_equivalent(outcome)]
        return Tally(
            killed=sum(outcome.fate is Fate.KILLED for outcome in counting),
            alive=sum(outcome.fate in _ALIVE for outcome in counting),
            equivalent=len(chosen) - len(counting),
            invalid=sum(outcome.fate is Fate.INVALID for outcome in counting),
        )

    def faults(self, *, complete: bool) -> list[str]:
        """All that is wrong, one line each. `complete`: every mutant was tried, so those that are listed as well."""
        return [*self._alive(), *self._false_alarms(), *self._wrongly_listed(complete)]

    def invalid(self) -> list[str]:
        """The mutants that CloudFormation, or the service, refused to make, one line each with the reason."""
        return [f"{o.lab}: {o.id}: {o.words}" for o in self.outcomes if o.fate is Fate.INVALID]

    def _alive(self) -> Iterable[str]:
        for outcome in self.outcomes:
            if outcome.fate in _ALIVE and not self._is_equivalent(outcome):
                yield f"{outcome.fate}: {outcome.lab}: {outcome.id}: {outcome.words}"

    def _false_alarms(self) -> Iterable[str]:
        for outcome in self.healthy:
            if outcome.fate is not Fate.SURVIVED:
                yield f"false alarm: {outcome.lab}: {outcome.words}"

    def _wrongly_listed(self, complete: bool) -> Iterable[str]:
        by_id = {(outcome.lab, outcome.id): outcome for outcome in self.outcomes}
        for lab, listed in self.equivalents.items():
            for mutant in listed:
                outcome = by_id.get((lab, mutant))
                if outcome is None and complete:
                    yield f"listed as equivalent, but there is no such mutant: {lab}: {mutant}"
                elif outcome is not None and outcome.fate is not Fate.SURVIVED:
                    yield f"listed as equivalent, but {outcome.fate}: {lab}: {mutant}: {outcome.words}"

    def _is_equivalent(self, outcome: Outcome) -> bool:
        return outcome.id in self.equivalents.get(outcome.lab, {})


def as_table(score: Score, operators: Iterable[str]) -> str:
    """The score of every operator in every lab, for a terminal."""
    labs = sorted({outcome.lab for outcome in score.outcomes})
    rows = [["operator", *labs, "all"]]
    for operator in operators:
        cells = [_cell(score.tally(lab, operator)) for lab in labs]
        rows.append([operator, *cells, _cell(score.tally(operator=operator))])
    rows.append(["all", *(_cell(score.tally(lab)) for lab in labs), _cell(score.tally())])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_markdown(score: Score) -> str:
    """The score of every lab as a table for a README, and a line about the verifications of healthy labs."""
    lines = ["| lab | killed | equivalent | refused by AWS |", "| --- | --- | --- | --- |"]
    for lab in sorted({outcome.lab for outcome in score.outcomes}):
        tally = score.tally(lab)
        lines.append(f"| `{lab}` | {tally.score} | {tally.equivalent} | {tally.invalid} |")
    tally = score.tally()
    lines.append(f"| all | **{tally.score}** | {tally.equivalent} | {tally.invalid} |")
    return "\n".join([*lines, "", f"{_alarms(score)}, {score.seconds:.0f} s."]) + "\n"


def in_one_line(score: Score) -> str:
    """The score, for the end of a run."""
    tally = score.tally()
    more = f"{tally.equivalent} equivalent, {tally.invalid} refused by AWS"
    return f"{tally.score} mutants killed ({more}); {_alarms(score)}; {score.seconds:.0f} s"


def _alarms(score: Score) -> str:
    alarms = sum(outcome.fate is not Fate.SURVIVED for outcome in score.healthy)
    return (
        f"{alarms or 'no'} false alarm{'s' if alarms > 1 else ''} in {len(score.healthy)} verifications of healthy labs"
    )


def _cell(tally: Tally) -> str:
    if tally == Tally():
        return "-"
    counted = tally.score if tally.killed + tally.alive else ""
    notes = "".join(f" {n}{mark}" for n, mark in ((tally.equivalent, "e"), (tally.invalid, "i")) if n)
    return f"{counted}{notes}".strip()
