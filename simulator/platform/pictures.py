"""Pictures WeChat hosts: avatars and what people sent each other."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from simulator.platform.media import CONTENT_TYPES

if TYPE_CHECKING:
    from simulator.engine import Engine

AVATAR = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 132 132" width="{size}" height="{size}">'
    '<rect width="132" height="132" fill="{color}"/>'
    '<text x="66" y="68" font-size="64" fill="#fff" text-anchor="middle" dominant-baseline="central" '
    'font-family="system-ui,PingFang SC,Noto Sans CJK SC,sans-serif">{letter}</text></svg>'
)


def make_pictures(engine: Engine) -> Blueprint:
    pictures = Blueprint("pictures", __name__)

    @pictures.get("/mmopen/vi_32/<openid>/<int:size>")
    def avatar(openid: str, size: int) -> Response:
        follower = engine.followers.find(openid)
        if follower is None or size not in {0, 46, 64, 96, 132}:
            return Response(status=404)
        letters = [character for character in follower["nickname"] if character.isalnum()] or ["?"]
        drawn = AVATAR.format(size=size or 640, color=escape(follower["color"]), letter=escape(letters[0]))
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(drawn, content_type="image/svg+xml; charset=utf-8", headers=headers)

    @pictures.get("/mmbiz/<media_id>/0")
    def picture(media_id: str) -> Response:
        found = engine.media.find(media_id)
        if found is None:
            return Response(status=404)
        document, data = found
        return Response(data, content_type=CONTENT_TYPES[document["ending"]])

    return pictures
