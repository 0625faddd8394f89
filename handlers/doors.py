"""The doors of the chat: what hands out a link, so that the visit can be counted under it."""

from dataclasses import dataclass

from app.entrances.models import EntranceKind


@dataclass(frozen=True, slots=True)
class Door:
    """A rule, a button, a code or an occasion."""

    kind: EntranceKind
    ref: str
    label: str
