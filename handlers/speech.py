"""The words of replies: `texts/`, one file per utterance, with named placeholders."""

from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"


def say(utterance: str, **values: str) -> str:
    """The text `texts/<utterance>.txt` with its placeholders filled in."""
    return _read(utterance).format(**values)


@cache
def _read(utterance: str) -> str:
    return (TEXTS / f"{utterance}.txt").read_text(encoding="utf-8").strip()
