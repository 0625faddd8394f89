"""Doors into the shop and who came in by them: many look, fewer order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from app.core.db import db
from app.core.ids import UNAMBIGUOUS
from app.entrances.models import Entrance, EntranceKind, EntranceVisit, SceneCode
from app.entrances.scenes import SCENE_LENGTH
from app.entrances.service import WORD_LENGTH
from app.keywords.models import KeywordRule
from app.keywords.replies import ReplyKind
from app.seed.year.goods import Goods
from app.seed.year.plan import Year
from app.seed.year.rows import Rows
from app.seed.year.words import Words

# How many come in by such a door, and how many order; shared among the doors of a kind.
SHARES = {
    EntranceKind.MENU: (20, 26),
    EntranceKind.KEYWORD: (16, 22),
    EntranceKind.SHARE: (28, 14),
    EntranceKind.WELCOME: (12, 9),
    EntranceKind.POSTER: (18, 17),
    EntranceKind.DESK: (6, 12),
    EntranceKind.SCENE: (9, 11),
}
WITHOUT = 0.16  # of the orders come by no link of ours
VISITORS_OF_AN_ORDER = 4
LOOKED = 0.6  # of those who order nothing open a product's page


@dataclass(frozen=True, slots=True)
class Doors:
    """The numbers of all entrances, with how many come in and how many order there."""

    ids: Sequence[int]
    coming: Sequence[float]
    ordering: Sequence[float]

    def pick(self, chance: Random) -> int | None:
        """By which one an order came."""
        return None if chance.random() < WITHOUT else chance.choices(self.ids, self.ordering)[0]


def add_doors(year: Year, words: Words, goods: Sequence[Goods], actor: str, rows: Rows) -> None:
    """The entrances themselves, as the shop would make them one by one."""
    chance = year.chance("doors")
    scenes = [
        (EntranceKind.SCENE, str(_add_scene(year, scene, actor, chance, rows)), f"渠道码：{scene['label']}")
        for scene in words.scenes
    ]
    for kind, ref, label in [*_doors(words, goods, actor), *scenes]:
        code = "".join(chance.choices(UNAMBIGUOUS, k=WORD_LENGTH))
        rows.add(Entrance, code=code, kind=kind, ref=ref, label=label[:80], created_at=year.starts_at)


def _add_scene(year: Year, scene: Mapping[str, str], actor: str, chance: Random, rows: Rows) -> int:
    """A scene code without its picture, which only WeChat can give: the page of codes asks for it."""
    return rows.add(
        SceneCode,
        scene="".join(chance.choices(UNAMBIGUOUS, k=SCENE_LENGTH)),
        label=scene["label"],
        is_permanent=True,
        product_slug=scene["product"],
        created_at=year.starts_at,
        created_by=actor,
    )


def load_doors() -> Doors:
    """All that there are."""
    doors = [(row.id, row.kind) for row in db.session.scalars(select(Entrance).order_by(Entrance.id))]
    doors = [(number, kind) for number, kind in doors if kind in SHARES]
    kinds = [kind for _number, kind in doors]
    coming, ordering = ([SHARES[kind][n] / kinds.count(kind) for kind in kinds] for n in (0, 1))
    return Doors([number for number, _kind in doors], coming, ordering)


def add_visits(
    year: Year, day: int, doors: Doors, ordered: Sequence[int], chance: Random, rows: Rows
) -> None:
    """A day's visitors: those who only looked, and one more for each order that came by a door."""
    looked = round(year.weights[day] * year.orders * VISITORS_OF_AN_ORDER / sum(year.weights))
    came = chance.choices(doors.ids, doors.coming, k=looked)
    for number, entrance_id in enumerate([*ordered, *came]):
        visits = chance.choices((1, 2, 3, 5), (70, 19, 8, 3))[0]
        visitor = f"{chance.getrandbits(128):032x}"
        rows.add(
            EntranceVisit,
            entrance_id=entrance_id,
            day=year.days[day],
            visitor=visitor,
            visits=visits,
            saw_product=number < len(ordered) or chance.random() < LOOKED,
        )


def _doors(words: Words, goods: Sequence[Goods], actor: str) -> list[tuple[EntranceKind, str, str]]:
    titles = {each.slug: each.title for each in goods}
    first = list(titles.items())[:4]
    doors = [(EntranceKind.MENU, f"PRODUCT_{slug}", f"菜单：{title}") for slug, title in first]
    doors += [
        (EntranceKind.MENU, "NEWS_NEW", "菜单：本季上新"),
        (EntranceKind.WELCOME, "subscribe", "关注欢迎语"),
    ]
    doors.append((EntranceKind.DESK, actor, f"客服：{words.desk_label}"))
    doors += [
        (EntranceKind.KEYWORD, str(rule.id), f"关键词：{rule.name}")
        for rule in db.session.scalars(select(KeywordRule).order_by(KeywordRule.id))
        if any(entry["kind"] in (ReplyKind.PRODUCT, ReplyKind.NEWEST) for entry in rule.replies)
    ]
    doors += [(EntranceKind.SHARE, slug, title) for slug, title in titles.items()]
    doors += [
        (EntranceKind.POSTER, f"{slug}/{place}", f"{title} · {place}")
        for slug, title in first[:2]
        for place in words.posters
    ]
    return doors
