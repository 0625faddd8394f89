"""`year.toml` of a seed folder: what people are called, ask and answer, and which goods have a season."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.seed.year.seasons import Season

FILE = "year.toml"


@dataclass(frozen=True, slots=True)
class Place:
    """A city where buyers live."""

    province: str
    city: str
    districts: tuple[str, ...]
    roads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeskTalk:
    """What a follower says to a person, and what the person answers."""

    ask: tuple[str, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """All of the file."""

    firsts: Sequence[str]
    lasts: Sequence[str]
    receiver: str
    buildings: Sequence[str]
    remarks: Sequence[str]
    tags: Sequence[str]
    places: Sequence[Place]
    seasons: Mapping[str, frozenset[Season]]  # by slug
    asked: Sequence[str]
    unanswered: Sequence[str]
    desk: Sequence[DeskTalk]
    posters: Sequence[str]
    desk_label: str
    scenes: Sequence[Mapping[str, str]]  # scene codes: `label`, and `product`, the slug its answer shows
    reductions: Sequence[Mapping[str, Any]]  # as `offers` reads them
    flash_sales: Sequence[Mapping[str, Any]]


def read_words(folder: Path) -> Words:
    """Raises: FileNotFoundError, KeyError or ValueError when the file is not what it should be."""
    file = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    return Words(
        **file["people"],
        places=[_place(entry) for entry in file["places"]],
        seasons=_by_slug(file["seasons"]),
        asked=file["talk"]["asked"],
        unanswered=file["talk"]["unanswered"],
        desk=[DeskTalk(tuple(entry["ask"]), tuple(entry["answer"])) for entry in file["desk"]],
        posters=file["doors"]["posters"],
        desk_label=file["doors"]["desk"],
        scenes=file.get("scenes", ()),
        reductions=file.get("reductions", ()),
        flash_sales=file.get("flash_sales", ()),
    )


def _place(entry: Mapping[str, Any]) -> Place:
    return Place(entry["province"], entry["city"], tuple(entry["districts"]), tuple(entry["roads"]))


def _by_slug(seasons: Mapping[str, Sequence[str]]) -> dict[str, frozenset[Season]]:
    slugs = {slug for listed in seasons.values() for slug in listed}
    return {
        slug: frozenset(Season(name) for name, listed in seasons.items() if slug in listed) for slug in slugs
    }
