"""What an entrance is called now: its rule, code or product may have been renamed since its link was made."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select

from app.catalog.models import Product
from app.core.db import db
from app.entrances.models import Entrance, EntranceKind, SceneCode
from app.entrances.posters import split_ref
from app.keywords.models import KeywordRule

Names = dict[str, str]  # ref → name


def name_entrances(entrances: Iterable[Entrance]) -> dict[int, str]:
    """Names by the entrances' numbers, without their kind; one query for each kind that can be renamed."""
    every = list(entrances)
    names = {entrance.id: name_when_made(entrance) for entrance in every}
    for kind, find in _FINDERS.items():
        of_kind = [entrance for entrance in every if entrance.kind == kind]
        if of_kind:
            now = find([entrance.ref for entrance in of_kind])
            names |= {entrance.id: now[entrance.ref] for entrance in of_kind if entrance.ref in now}
    return names


def name_when_made(entrance: Entrance) -> str:
    """The name its label holds, without the kind some labels begin with: `关键词：茶` → `茶`."""
    kind, colon, name = entrance.label.partition("：")
    return name if colon and name and kind in _KINDS_IN_LABELS else entrance.label


_KINDS_IN_LABELS = ("关键词", "菜单", "分享", "渠道码", "通知", "客服", "群发", "关注回复")


def _rules(refs: list[str]) -> Names:
    return _by_number(KeywordRule.id, KeywordRule.name, refs)


def _codes(refs: list[str]) -> Names:
    return _by_number(SceneCode.id, SceneCode.label, refs)


def _by_number(number: Any, name: Any, refs: list[str]) -> Names:
    numbers = [int(ref) for ref in refs if ref.isdecimal()]
    rows = db.session.execute(select(number, name).where(number.in_(numbers)))
    return {str(key): value for key, value in rows}


def _products(refs: list[str]) -> Names:
    rows = db.session.execute(select(Product.slug, Product.title).where(Product.slug.in_(refs)))
    return dict(rows.all())  # type: ignore[arg-type]


def _posters(refs: list[str]) -> Names:
    places = {ref: split_ref(ref) for ref in refs}
    titles = _products([slug for slug, _place in places.values()])
    return {ref: f"{titles[slug]} · {place}" for ref, (slug, place) in places.items() if slug in titles}


_FINDERS: dict[EntranceKind, Callable[[list[str]], Names]] = {
    EntranceKind.KEYWORD: _rules,
    EntranceKind.SCENE: _codes,
    EntranceKind.SHARE: _products,
    EntranceKind.POSTER: _posters,
}
