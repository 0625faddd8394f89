"""What the account can say to a follower, as values: neither XML nor JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TextReply:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """One card of a news reply; `picture_url` and `link` are full addresses."""

    title: str
    summary: str
    picture_url: str
    link: str


@dataclass(frozen=True, slots=True)
class NewsReply:
    """Cards, the most important first."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class MediaReply:
    """A picture, voice or video of ours; WeChat knows it by a media_id that may have to be made first."""

    material_id: int
    kind: str  # `image`, `voice`, `video`
    media_id: str = ""  # theirs; empty: to be uploaded before it can be sent
    title: str = ""  # video
    summary: str = ""  # video
    thumb_media_id: str = ""  # video as a customer-service message


@dataclass(frozen=True, slots=True)
class MusicReply:
    """Music behind an address, with a small picture of ours."""

    title: str
    summary: str
    url: str
    material_id: int  # the small picture
    thumb_media_id: str = ""  # theirs; empty: to be uploaded first


@dataclass(frozen=True, slots=True)
class PublishedArticleReply:
    """An article published on the account; goes as a customer-service message only."""

    article_id: str  # theirs
    title: str = ""


@dataclass(frozen=True, slots=True)
class TransferReply:
    """WeChat's own multi-agent desk takes over; an answer to a message only, never sent by itself."""

    kf_account: str = ""  # empty: whoever is free


@dataclass(frozen=True, slots=True)
class HandOver:
    """No message: from here on a person answers, at our desk or with this account of WeChat's."""

    kf_account: str = ""


Reply = TextReply | NewsReply | MediaReply | MusicReply | PublishedArticleReply | TransferReply | HandOver

_TYPES: dict[str, type[Any]] = {
    "text": TextReply,
    "news": NewsReply,
    "media": MediaReply,
    "music": MusicReply,
    "article": PublishedArticleReply,
    "transfer": TransferReply,
    "hand_over": HandOver,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}


def keep(reply: Reply) -> dict[str, Any]:
    """A form that a JSON column holds."""
    return {"type": _NAMES[type(reply)], **asdict(reply)}


def bring_back(kept: Mapping[str, Any]) -> Reply:
    """The reply that `keep` put away."""
    fields = {name: value for name, value in kept.items() if name != "type"}
    if kept["type"] == "news":
        return NewsReply(tuple(Article(**article) for article in fields["articles"]))
    reply: Reply = _TYPES[kept["type"]](**fields)
    return reply


def read_kept(text: str) -> dict[str, Any]:
    """What `keep` made, from the text the message log holds."""
    kept: dict[str, Any] = json.loads(text)
    return kept


def is_ready(reply: Reply) -> bool:
    """Whether it can be an answer as it is: not what has to be uploaded first, nor what only follows."""
    if isinstance(reply, MediaReply):
        return bool(reply.media_id)
    if isinstance(reply, MusicReply):
        return bool(reply.thumb_media_id)
    return not isinstance(reply, PublishedArticleReply | HandOver)
