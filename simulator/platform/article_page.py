"""How an article page looks: title, author, day, picture, body, and 阅读原文, which leads to the account's own page."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from flask import Response

from simulator.clock import BEIJING

if TYPE_CHECKING:
    from simulator.engine import Engine

HEAD = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>
:root{{color-scheme:light dark;--text:#1a1a1a;--soft:#737373;--paper:#fff;--link:#576b95}}
@media (prefers-color-scheme:dark){{:root{{--text:#d8d8d8;--soft:#8e8e8e;--paper:#191919;--link:#7d90a9}}}}
body{{margin:0 auto;max-width:640px;padding:24px 20px 40px;font:17px/1.75 system-ui,"PingFang SC",sans-serif;
color:var(--text);background:var(--paper);overflow-wrap:anywhere}}h1{{font-size:22px;line-height:1.4;margin:0 0 12px}}
.by{{display:flex;flex-wrap:wrap;gap:4px 10px;margin:0 0 22px;font-size:15px;color:var(--soft)}}
.by b{{font-weight:400;color:var(--link)}}img{{max-width:100%;height:auto}}.words{{white-space:pre-wrap}}
a{{color:var(--link)}}.source{{display:inline-block;margin:28px 0 0;padding:8px 0;text-decoration:none}}
.draft{{margin:-24px -20px 20px;padding:8px 20px;background:#fa9d3b22;font-size:14px;color:var(--soft)}}
</style></head><body>"""
GONE = (
    HEAD.format(title="该内容已被发布者删除")
    + '<p style="text-align:center;padding-top:30vh">该内容已被发布者删除</p>'
)


def draw_article(engine: Engine, page: dict[str, Any], *, draft: bool = False) -> Response:
    name, author = escape(engine.settings.account.name), escape(page.get("author") or "")
    day = datetime.fromtimestamp(page["at"], BEIJING).strftime("%Y年%-m月%-d日") if page.get("at") else ""
    parts = [
        HEAD.format(title=escape(page["title"])),
        '<p class="draft">预览：此页面为草稿，仅供预览</p>' if draft else "",
        f"<h1>{escape(page['title'])}</h1>",
        f'<p class="by">{f"<span>{author}</span>" if author else ""}<b>{name}</b><span>{day}</span></p>',
        _body(engine, page),
        _source(page.get("content_source_url") or ""),
        "</body></html>",
    ]
    return Response("".join(parts), content_type="text/html; charset=utf-8")


def gone() -> Response:
    return Response(GONE, status=404, content_type="text/html; charset=utf-8")


def _body(engine: Engine, page: dict[str, Any]) -> str:
    """What a draft's article says was cleaned when it was kept; a lab's article is only words."""
    pictures = "".join(
        f'<p><img src="{escape(engine.media.url({"media_id": one}))}" alt=""></p>'
        for one in page.get("pictures") or []
    )
    if page.get("content"):
        return f"{pictures}<div>{page['content']}</div>"
    cover = escape(page["picurl"])
    shown = f'<p><img src="{cover}" alt=""></p>' if cover.startswith("http") and not pictures else ""
    return f'{pictures}{shown}<p class="words">{escape(page["digest"])}</p>'


def _source(url: str) -> str:
    return f'<a class="source" id="source" href="{escape(url)}">阅读原文</a>' if url else ""
