"""What a rule, a welcome or a scene code answers, as the merchant set it up and as a JSON column keeps it.

Only what to say; how it becomes a message is the door's business.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from app.core.errors import InputInvalid

MAX_REPLIES = 5  # one at once, and as many further ones as WeChat's window after a message allows
MAX_TEXT_BYTES = 2048
MAX_CARDS = 8  # an event may be answered with so many; what a person typed with one
LONGEST_TITLE = 64
LONGEST_SUMMARY = 120
LONGEST_URL = 500


class ReplyKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    MUSIC = "music"
    PRODUCT = "product"  # cards of goods picked from the catalogue
    NEWEST = "newest"  # cards of what came on sale last
    ARTICLE = "article"  # a published article; always follows as a customer-service message
    HAND_OVER = "hand_over"  # a person takes over
    ORDER_STATUS = "order_status"  # how this follower's orders stand


class ReplyMode(StrEnum):
    ALL = "all"
    ONE = "one"  # one of them, at random


@dataclass(frozen=True, slots=True)
class ReplySpec:
    """One reply; which fields count depends on `kind`."""

    kind: ReplyKind
    text: str = ""  # text; said before a hand-over when not empty
    material_id: int | None = None  # image, voice, video; the small picture of music
    slugs: tuple[str, ...] = ()  # product
    title: str = ""  # video, music, article
    summary: str = ""  # video, music
    url: str = ""  # music: the sound's address
    article_id: str = ""  # article: theirs
    kf_account: str = ""  # hand_over to this account of WeChat's own desk; empty: whoever is free

    def keep(self) -> dict[str, Any]:
        """A form that a JSON column holds; without what is empty."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None, ())}


def read_specs(kept: Iterable[Mapping[str, Any]]) -> tuple[ReplySpec, ...]:
    """The replies that `keep` put away."""
    return tuple(_read(entry) for entry in kept)


def check_specs(specs: Iterable[ReplySpec]) -> None:
    """Raises: InputInvalid with a sentence when one of them could not be sent."""
    for spec in specs:
        for problem in find_problems(spec):
            raise InputInvalid(problem)


def find_problems(spec: ReplySpec) -> list[str]:
    """One sentence for everything this reply lacks or has too much of."""
    problems = []
    if any("\0" in value for value in (*spec.slugs, *spec.keep().values()) if isinstance(value, str)):
        problems.append(_("文字里有不能保存的字符"))
    if spec.kind is ReplyKind.TEXT and not spec.text.strip():
        problems.append(_("回复的文字不能为空"))
    size = len(spec.text.encode())
    if size > MAX_TEXT_BYTES:
        problems.append(_("文字太长：%(size)d 字节，最多 %(limit)d 字节", size=size, limit=MAX_TEXT_BYTES))
    if spec.kind in (ReplyKind.IMAGE, ReplyKind.VOICE, ReplyKind.VIDEO) and spec.material_id is None:
        problems.append(_("请选择素材"))
    if spec.kind is ReplyKind.PRODUCT and not 1 <= len(spec.slugs) <= MAX_CARDS:
        problems.append(_("请选择 1 到 %(limit)d 件商品", limit=MAX_CARDS))
    return problems + _find_problems_of_titles(spec)


def _find_problems_of_titles(spec: ReplySpec) -> list[str]:
    problems = []
    if spec.kind is ReplyKind.MUSIC and (spec.material_id is None or not spec.url.startswith("https://")):
        problems.append(_("音乐要有一张缩略图和一个 https:// 开头的声音地址"))
    if spec.kind is ReplyKind.ARTICLE and not spec.article_id.strip():
        problems.append(_("请填写已发布文章的 article_id"))
    if len(spec.url) > LONGEST_URL:
        problems.append(_("声音地址最多 %(limit)d 个字符", limit=LONGEST_URL))
    if len(spec.title) > LONGEST_TITLE or len(spec.summary) > LONGEST_SUMMARY:
        problems.append(
            _("标题最多 %(title)d 字，说明最多 %(summary)d 字", title=LONGEST_TITLE, summary=LONGEST_SUMMARY)
        )
    return problems


def _read(entry: Mapping[str, Any]) -> ReplySpec:
    known = {name: entry[name] for name in ReplySpec.__slots__ if name in entry}
    return ReplySpec(**known | {"kind": ReplyKind(entry["kind"]), "slugs": tuple(entry.get("slugs", ()))})
