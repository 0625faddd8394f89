"""Tapping the account's menu: what the phone asks for, what it shows by itself, and the event it makes."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest, Conflict

from simulator.persona import Persona, from_data_url
from simulator.platform.payloads import PICTURE_EVENTS, SCAN_EVENTS
from simulator.platform.pushes import Push

if TYPE_CHECKING:
    from simulator.engine import Engine


class MenuTaps:
    def __init__(self, engine: Engine) -> None:
        self._engine, self._persona = engine, Persona(engine)

    def tap(self, openid: str, path: list[int], given: dict[str, Any], *, wait: bool) -> dict[str, Any]:
        """Answers what the phone does next: open a page, ask for a scan, pictures or a place, or nothing."""
        if not self._persona.subscribed(openid):
            raise Conflict("还没有关注，没有菜单")
        button, menuid = self._button(openid, path)
        kind = str(button.get("type", ""))
        if kind in {"view", "miniprogram"}:
            event, key = ("VIEW", "url") if kind == "view" else ("view_miniprogram", "pagepath")
            sent = self._send(openid, event, {"key": button[key], "menu_id": menuid}, wait=wait)
            return {**sent, "open_url": button["url"]}
        if kind == "click":
            return self._send(openid, "CLICK", {"key": button["key"]}, wait=wait)
        if kind in SCAN_EVENTS:
            if "scan_result" not in given:
                return {"ask": "scan", "type": kind}
            names = ("scan_result", "scan_type")
            fields = {name: given[name] for name in names if name in given}
            return self._send(openid, kind, {**fields, "key": button["key"]}, wait=wait)
        if kind in PICTURE_EVENTS:
            return self._send_pictures(openid, button, given, wait=wait)
        if kind == "location_select":
            if "latitude" not in given:
                return {"ask": "location", "type": kind}
            event_push = self._engine.pushes.build(openid, kind, {**given, "key": button["key"]})
            return self._send_both(event_push, {**given, "type": "location"}, None, wait=wait)
        return self._show_by_itself(openid, button)

    def _show_by_itself(self, openid: str, button: dict[str, Any]) -> dict[str, Any]:
        """Materials and articles: WeChat shows them, and the account hears nothing."""
        if button.get("media_id"):
            media = self._engine.media.describe(button["media_id"])
            if media is None:
                raise Conflict("这个素材已经不在了")
            words = {name: str(media.get(name, "")) for name in ("title", "introduction")}
            self._engine.chats.add(
                openid, "out", media["type"], via="menu", media_id=media["media_id"], title=words["title"]
            )
            return {}
        card = self._engine.articles.as_card(button.get("article_id"))
        if card is None:
            raise Conflict("这篇文章已经不在了")
        if button["type"] == "article_view_limited":
            return {"open_url": card["articles"][0]["url"]}
        self._engine.chats.add(openid, "out", via="menu", **card)
        return {}

    def _button(self, openid: str, path: list[int]) -> tuple[dict[str, Any], int]:
        follower = self._engine.followers.find(openid)
        menu = self._engine.menus.seen_by(follower) if follower else None
        if menu is None:
            raise Conflict("还没有菜单")
        try:
            button = menu["button"][path[0]]
            button = button["sub_button"][path[1]] if len(path) == 2 else button
        except (IndexError, KeyError) as error:
            raise BadRequest("菜单里没有这个按钮") from error
        if button.get("sub_button"):
            raise BadRequest("这个按钮只打开子菜单")
        return button, menu["menuid"]

    def _send(self, openid: str, kind: str, fields: dict[str, Any], *, wait: bool) -> dict[str, Any]:
        return self._persona.send(self._engine.pushes.build(openid, kind, fields), wait=wait)

    def _send_pictures(
        self, openid: str, button: dict[str, Any], given: dict[str, Any], *, wait: bool
    ) -> dict[str, Any]:
        if "picture" not in given:
            return {"ask": "picture", "type": button["type"]}
        data = from_data_url(given["picture"])
        fields = {"key": button["key"], "pictures": [hashlib.md5(data).hexdigest()]}
        event = self._engine.pushes.build(openid, button["type"], fields)
        return self._send_both(event, {"type": "image"}, data, wait=wait)

    def _send_both(
        self, event: Push, message: dict[str, Any], picture: bytes | None, *, wait: bool
    ) -> dict[str, Any]:
        """The event first, then the ordinary message that belongs to it."""

        def run() -> dict[str, Any]:
            sent = self._persona.send(event, wait=True)
            said = self._persona.say(event.openid, message, picture, wait=True)
            return {"deliveries": sent["deliveries"] + said["deliveries"]}

        if wait:
            return run()
        threading.Thread(target=run, daemon=True).start()
        return {}
