"""The texts a shop begins with, in Chinese and English. A merchant puts his own in their place."""

from functools import cache
from pathlib import Path

from app.words.models import Words

FOLDER = Path(__file__).with_name("texts")
VERSION = 1  # raised whenever a text below is changed: buyers agreed to the one before


@cache
def standard_text(kind: Words, language: str) -> str:
    """Our text; `{shop}` stands where the shop's name belongs. `language`: `zh` or `en`."""
    return (FOLDER / f"{kind}.{language}.txt").read_text(encoding="utf-8").strip()
