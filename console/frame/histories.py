"""A line of a history as pages show it, whatever it is the history of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What happened, who did it, when; `tone` is a colour name of the kit."""

    at: datetime
    words: str
    who: str
    tone: str = "secondary"
