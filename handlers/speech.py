"""The words of replies: `texts/`, one file per utterance, with named placeholders."""

from functools import cache
from pathlib import Path

from flask_babel import force_locale

from app.conversations.service_hours import ServiceHours

TEXTS = Path(__file__).parent / "texts"


def say(utterance: str, **values: str) -> str:
    """The text `texts/<utterance>.txt` with its placeholders filled in."""
    return _read(utterance).format(**values)


def say_hours(hours: ServiceHours) -> str:
    """As followers read them, also where a colleague who reads English looks at it."""
    with force_locale("zh"):
        return hours.words()


@cache
def _read(utterance: str) -> str:
    return (TEXTS / f"{utterance}.txt").read_text(encoding="utf-8").strip()
