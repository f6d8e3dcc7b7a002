"""A measured figure beside the bound that the project holds it to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Figure:
    """A measured figure, the most that it may be, and its unit ("s", "s of CPU", "times", "MB")."""

    what: str
    value: float
    bound: float
    unit: str

    @property
    def within(self) -> bool:
        return self.value <= self.bound

    def __str__(self) -> str:
        verdict = "within" if self.within else "OVER"
        return f"{self.what:<66} {self.value:6.2f} {self.unit:<9} {verdict} {self.bound:g}"
