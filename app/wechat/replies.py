"""What the account can say to a follower: a text, or cards that open a page. Neither XML nor JSON."""

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


Reply = TextReply | NewsReply


def keep(reply: Reply) -> dict[str, Any]:
    """A form that a JSON column holds."""
    return asdict(reply)


def bring_back(kept: Mapping[str, Any]) -> Reply:
    """The reply that `keep` put away."""
    if "text" in kept:
        return TextReply(kept["text"])
    return NewsReply(tuple(Article(**article) for article in kept["articles"]))
