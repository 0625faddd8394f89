"""One line of an order's timeline."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What happened, who did it, when. `tone` is a colour name of the kit, `icon` one of ours.

    `details`: names and values to be folded out, without anything that names, finds or unlocks a person.
    `quote`: what was said or written, shown below the words.
    """

    at: datetime
    words: str
    who: str
    icon: str
    tone: str = "secondary"
    details: tuple[tuple[str, str], ...] = ()
    quote: str = ""
