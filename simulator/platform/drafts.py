"""The draft box: articles that wait to be sent or published, each under a media id of its own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from simulator.platform.draft_rules import read_article, read_articles
from simulator.platform.errors import PlatformError
from simulator.platform.routing import OK, Call, require_text, route

if TYPE_CHECKING:
    from simulator.engine import Engine

MOST_LISTED = 20


class Drafts:
    def __init__(self, engine: Engine) -> None:
        self._engine, self._store = engine, engine.store

    def add(self, articles: list[dict[str, Any]]) -> dict[str, Any]:
        media_id = f"simdraft_{secrets.token_urlsafe(40)}"
        number = self._store.number("draft")
        return self.keep({"media_id": media_id, "number": number, "articles": articles})

    def keep(self, draft: dict[str, Any]) -> dict[str, Any]:
        changed = {**draft, "update_time": int(self._engine.clock.now())}
        return self._store.put("drafts", draft["media_id"], changed)

    def find(self, media_id: Any) -> dict[str, Any] | None:
        return self._store.find("drafts", media_id) if isinstance(media_id, str) else None

    def remove(self, media_id: str) -> None:
        """By hand, or because it was sent or published."""
        self._store.remove("drafts", media_id)

    def list(self) -> list[dict[str, Any]]:
        """Newest first."""
        return sorted(self._store.all("drafts"), key=lambda draft: -int(draft["number"]))

    def items(self, draft: dict[str, Any], *, bare: bool = False) -> list[dict[str, Any]]:
        """The articles as the calls answer them; bare is without their bodies."""
        cards = self._engine.articles.preview_cards(draft["media_id"], draft["articles"])
        return [
            as_item(row, card["url"], bare=bare) for row, card in zip(draft["articles"], cards, strict=True)
        ]


def as_item(article: dict[str, Any], url: str, *, bare: bool = False) -> dict[str, Any]:
    shown = {**article, "show_cover_pic": 0, "url": url}
    if bare:
        shown.pop("content")
    return shown


def known_draft(call: Call, media_id: Any) -> dict[str, Any]:
    """Raises: PlatformError 40007 for what is gone, sent already or no draft."""
    draft = call.engine.drafts.find(media_id)
    if not call.verdicts.add("草稿", draft is not None, str(media_id)[:24]) or draft is None:
        raise PlatformError(40007)
    return draft


def page_numbers(call: Call) -> tuple[int, int, bool]:
    """Offset, count and whether bodies are left out. Raises: PlatformError 40097."""
    body = call.json()
    offset, count = body.get("offset"), body.get("count")
    if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
        raise PlatformError(40097)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_LISTED:
        raise PlatformError(40097)
    return offset, count, body.get("no_content") in (1, True)


@route("POST", "/cgi-bin/draft/add", "新建草稿", daily_limit=1000)
def add(call: Call) -> dict[str, Any]:
    return {"media_id": call.engine.drafts.add(read_articles(call, call.json().get("articles")))["media_id"]}


@route("POST", "/cgi-bin/draft/update", "修改草稿", daily_limit=1000)
def update(call: Call) -> dict[str, Any]:
    body = call.json()
    draft, index = known_draft(call, body.get("media_id")), body.get("index", 0)
    if not isinstance(index, int) or not 0 <= index < len(draft["articles"]):
        raise PlatformError(40060)
    article = read_article(call, body.get("articles"), alone=len(draft["articles"]) == 1)
    articles = [article if place == index else old for place, old in enumerate(draft["articles"])]
    call.engine.drafts.keep({**draft, "articles": articles})
    return OK


@route("POST", "/cgi-bin/draft/get", "取草稿", daily_limit=500)
def get(call: Call) -> dict[str, Any]:
    draft = known_draft(call, require_text(call.json(), "media_id", 41006))
    return {"news_item": call.engine.drafts.items(draft)}


@route("POST", "/cgi-bin/draft/delete", "删除草稿", daily_limit=1000)
def delete(call: Call) -> dict[str, Any]:
    call.engine.drafts.remove(known_draft(call, require_text(call.json(), "media_id", 41006))["media_id"])
    return OK


@route("GET", "/cgi-bin/draft/count", "取草稿总数", daily_limit=1000)
def count(call: Call) -> dict[str, Any]:
    return {"total_count": call.engine.store.count("drafts")}


@route("POST", "/cgi-bin/draft/batchget", "取草稿列表", daily_limit=1000)
def list_drafts(call: Call) -> dict[str, Any]:
    offset, number, bare = page_numbers(call)
    drafts = call.engine.drafts.list()
    items = [
        {
            "media_id": draft["media_id"],
            "content": {"news_item": call.engine.drafts.items(draft, bare=bare)},
            "update_time": draft["update_time"],
        }
        for draft in drafts[offset : offset + number]
    ]
    return {"total_count": len(drafts), "item_count": len(items), "item": items}
