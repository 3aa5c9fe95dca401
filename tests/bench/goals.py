"""What `make bench` found beside what it is to be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    what: str
    found: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return (self.at_least is None or self.found >= self.at_least) and (
            self.at_most is None or self.found <= self.at_most
        )

    @property
    def wanted(self) -> str:
        if self.at_least is not None:
            return f"at least {self.at_least:g}{self.unit}"
        return f"at most {self.at_most:g}{self.unit}" if self.at_most is not None else "for information"


def table(goals: list[Goal]) -> str:
    """In Markdown, as it stands in the README."""
    lines = ["| what | found | goal | |", "|---|---|---|---|"]
    for goal in goals:
        verdict = "" if goal.wanted == "for information" else ("met" if goal.is_met else "MISSED")
        lines.append(f"| {goal.what} | {goal.found:.4g}{goal.unit} | {goal.wanted} | {verdict} |")
    return "\n".join(lines)
