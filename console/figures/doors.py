"""The way from message to money as the page shows it: all entrances together, and each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.days import Days
from app.entrances.models import Entrance
from app.figures.funnel import Steps, read_funnel, said_by
from app.figures.reading import Figures
from console.frame.entrance_labels import entrance_label, names_of

MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One entrance; `said_by` as the log of messages finds what it said, empty where no message leads there."""

    name: str
    steps: Steps
    said_by: str

    @property
    def entrance_id(self) -> int:
        """As the ledger's filter takes it: 0 without an entrance."""
        return self.steps.entrance.id if self.steps.entrance else 0

    @property
    def messages(self) -> int | str:
        """How many, or a dash."""
        return "—" if self.steps.messages is None else self.steps.messages


@dataclass(frozen=True, slots=True)
class Funnel:
    """`total`: label, number and share (percent of the largest) of each step, of all entrances but none."""

    rows: Sequence[DoorRow]
    total: Sequence[tuple[str, int, int]]

    @property
    def shown(self) -> Sequence[DoorRow]:
        """Those the page has room for."""
        return self.rows[:MOST_ROWS]


def read_doors(figures: Figures, days: Days) -> Funnel:
    """Of these days."""
    found = read_funnel(figures, days)
    names_of(steps.entrance for steps in found if steps.entrance)  # all at once
    rows = [
        DoorRow(_name(steps.entrance), steps, said_by(steps.entrance) if steps.entrance else "")
        for steps in found
    ]
    return Funnel(rows, _total([steps for steps in found if steps.entrance]))


def _name(entrance: Entrance | None) -> str:
    return entrance_label(entrance) if entrance else _("直接打开")


def _total(found: Sequence[Steps]) -> list[tuple[str, int, int]]:
    steps = [
        (_("消息"), sum(each.messages or 0 for each in found)),
        (_("打开"), sum(each.opened for each in found)),
        (_("看商品"), sum(each.looked for each in found)),
        (_("下单"), sum(each.ordered for each in found)),
        (_("付款"), sum(each.paid for each in found)),
    ]
    top = max(number for _label, number in steps) or 1
    return [(label, number, number * 100 // top) for label, number in steps]
