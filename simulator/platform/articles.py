"""Article pages as they stand on mp.weixin.qq.com, single or several published together; the phone opens them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from simulator.platform.article_page import draw_article, gone

if TYPE_CHECKING:
    from simulator.engine import Engine

PAGE_FIELDS = ("title", "author", "digest", "content", "content_source_url", "thumb_media_id", "crop")


class Articles:
    """A page is a document of its own; a publication names its pages in their order."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._store = engine, engine.store

    def add(self, title: str, digest: str, picurl: str) -> dict[str, Any]:
        """One that the control API publishes."""
        return self._keep(title=title, digest=digest, picurl=picurl)

    def publish(self, articles: list[dict[str, Any]], origin: str) -> dict[str, Any]:
        """Pages of a draft; `origin` is `publish` or `mass`. Answers the publication."""
        pages = [self._keep(**self._page_of(article))["article_id"] for article in articles]
        publication: dict[str, Any] = {
            "article_id": "sim" + secrets.token_urlsafe(30),
            "number": self._store.number("publication"),
            "origin": origin,
            "pages": pages,
            "articles": articles,
            "update_time": int(self._engine.clock.now()),
        }
        return self._store.put("publications", publication["article_id"], publication)

    def find(self, article_id: Any) -> dict[str, Any] | None:
        """A page that can be read."""
        page = self._store.find("articles", article_id) if isinstance(article_id, str) else None
        return None if page is None or page.get("deleted") else page

    def publication(self, article_id: Any) -> dict[str, Any] | None:
        return self._store.find("publications", article_id) if isinstance(article_id, str) else None

    def published(self) -> list[dict[str, Any]]:
        """Newest first, without what was sent as a message."""
        rows = [row for row in self._store.all("publications") if row["origin"] == "publish"]
        return sorted(rows, key=lambda row: -int(row["number"]))

    def pages(self, publication: dict[str, Any]) -> list[dict[str, Any]]:
        found = (self._store.find("articles", page) for page in publication["pages"])
        return [page for page in found if page is not None]

    def delete(self, publication: dict[str, Any], index: int = 0) -> None:
        """One page, counted from 1, or all; the messages that name them stay."""
        chosen = publication["pages"] if index == 0 else [publication["pages"][index - 1]]
        for page in chosen:
            self._store.change("articles", page, deleted=True)

    def page_of_url(self, url: str) -> str:
        """The page's id when it is one of ours, or nothing."""
        page = url.rpartition("/s/")[2].partition("?")[0].partition("#")[0]
        return page if self._store.find("articles", page) else ""

    def as_card(self, article_id: Any) -> dict[str, Any] | None:
        """The card a chat shows; None for an article nobody published."""
        publication = self.publication(article_id)
        page = self.find(article_id)
        pages = self.pages(publication) if publication else [page] if page else []
        living = [one for one in pages if not one.get("deleted")]
        if not living:
            return None
        return {"kind": "news", "articles": [card_of(one) for one in living], "article_id": article_id}

    def picture_of(self, article: dict[str, Any]) -> str:
        media = article.get("thumb_media_id") or _first_picture(article)
        return self._engine.media.url({"media_id": media}) if media else ""

    def preview_cards(self, media_id: str, articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Cards of a draft; their pages live as long as it does."""
        base = self._engine.settings.base
        return [
            card_of({**self._page_of(article), "url": f"{base}/s/draft/{media_id}/{place}"})
            for place, article in enumerate(articles)
        ]

    def draft_page(self, media_id: str, place: int) -> dict[str, Any] | None:
        articles = (self._store.find("drafts", media_id) or {"articles": []})["articles"]
        return self._page_of(articles[place]) if place < len(articles) else None

    def _page_of(self, article: dict[str, Any]) -> dict[str, Any]:
        crop = article.get("pic_crop_235_1", "")
        fields = {name: article.get(name, "") for name in PAGE_FIELDS}
        pictures = [row["image_media_id"] for row in _image_list(article)]
        return {**fields, "crop": crop, "picurl": self.picture_of(article), "pictures": pictures}

    def _keep(self, **fields: Any) -> dict[str, Any]:
        article_id = "sim" + secrets.token_urlsafe(30)
        url = f"{self._engine.settings.base}/s/{article_id}"
        made = {"article_id": article_id, **fields, "url": url, "at": int(self._engine.clock.now())}
        return self._store.put("articles", article_id, made)


def card_of(page: dict[str, Any]) -> dict[str, Any]:
    card = {"title": page["title"], "description": page["digest"], "picurl": page["picurl"]}
    crop = {"crop": page["crop"]} if page.get("crop") else {}
    return {**card, "url": page["url"], **crop}


def _image_list(article: dict[str, Any]) -> list[dict[str, Any]]:
    return list((article.get("image_info") or {}).get("image_list") or [])


def _first_picture(article: dict[str, Any]) -> str:
    return next((str(row["image_media_id"]) for row in _image_list(article)), "")


def make_articles(engine: Engine) -> Blueprint:
    pages = Blueprint("articles", __name__)

    @pages.get("/s/<article_id>")
    def show(article_id: str) -> Response:
        page = engine.articles.find(article_id)
        return gone() if page is None else draw_article(engine, page)

    @pages.get("/s/draft/<media_id>/<int:place>")
    def show_draft(media_id: str, place: int) -> Response:
        page = engine.articles.draft_page(media_id, place)
        return gone() if page is None else draw_article(engine, page, draft=True)

    return pages
