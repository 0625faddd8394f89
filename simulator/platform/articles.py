"""Published articles, made by the control API; messages and menus name them, the phone opens them."""

from __future__ import annotations

import secrets
from html import escape
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

if TYPE_CHECKING:
    from simulator.engine import Engine

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{margin:0 auto;max-width:640px;padding:24px 20px;font:17px/1.7 system-ui,"PingFang SC",sans-serif;
color:#1a1a1a;background:#fff;overflow-wrap:anywhere}}h1{{font-size:22px;line-height:1.4}}p{{white-space:pre-wrap}}
small{{color:#8a8a8a}}img{{max-width:100%}}</style></head>
<body><h1>{title}</h1><small>{account}</small>{cover}<p>{text}</p></body></html>"""


class Articles:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, title: str, digest: str, picurl: str) -> dict[str, Any]:
        article_id = "sim" + secrets.token_urlsafe(30)
        document = {
            "article_id": article_id,
            "title": title,
            "digest": digest,
            "picurl": picurl,
            "url": f"{self._engine.settings.base}/s/{article_id}",
        }
        return self._engine.store.put("articles", article_id, document)

    def find(self, article_id: Any) -> dict[str, Any] | None:
        return self._engine.store.find("articles", article_id) if isinstance(article_id, str) else None

    def as_card(self, article_id: Any) -> dict[str, Any] | None:
        """The card a chat shows; None for an article nobody published."""
        article = self.find(article_id)
        if article is None:
            return None
        card = {"title": article["title"], "description": article["digest"], "picurl": article["picurl"]}
        return {"kind": "news", "articles": [{**card, "url": article["url"]}], "article_id": article_id}


def make_articles(engine: Engine) -> Blueprint:
    pages = Blueprint("articles", __name__)

    @pages.get("/s/<article_id>")
    def show(article_id: str) -> Response:
        article = engine.articles.find(article_id)
        if article is None:
            return Response("该内容已被发布者删除", status=404, content_type="text/plain; charset=utf-8")
        picture = escape(article["picurl"])
        drawn = PAGE.format(
            title=escape(article["title"]),
            account=escape(engine.settings.account.name),
            cover=f'<p><img src="{picture}" alt=""></p>' if picture.startswith("http") else "",
            text=escape(article["digest"]),
        )
        return Response(drawn, content_type="text/html; charset=utf-8")

    return pages
