"""What a person does with the phone: write, tap the menu, scan, follow, leave; and the push made of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest, Conflict

from simulator.platform.payloads import MESSAGE_KINDS, PICTURE_EVENTS, SCAN_EVENTS
from simulator.platform.pushes import Delivery, Push
from simulator.qr.reader import QrError, read_picture

if TYPE_CHECKING:
    from simulator.engine import Engine

ADDRESS_FIELDS = (
    "userName",
    "telNumber",
    "addressPostalCode",
    "proviceFirstStageName",
    "addressCitySecondStageName",
    "addressCountiesThirdStageName",
    "addressDetailInfo",
    "nationalCode",
)
LONGEST_TEXT = 4096
SIGNATURES = ((b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"))


class Persona:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- the chat

    def say(self, openid: str, given: dict[str, Any], picture: bytes | None, *, wait: bool) -> dict[str, Any]:
        kind = str(given.get("type") or "text")
        if kind not in MESSAGE_KINDS:
            raise BadRequest(f"不认识 {kind}")
        if not self._subscribed(openid):
            raise Conflict("还没有关注，不能发消息")
        if kind == "text" and not 1 <= len(str(given.get("content", ""))) <= LONGEST_TEXT:
            raise BadRequest("要有 content，不超过 4096 字")
        fields, shown = dict(given), {"text": str(given.get("content", ""))}
        if kind == "image":
            media = self._keep_picture(picture or _from_data_url(given.get("picture")))
            fields |= {"media_id": media["media_id"], "pic_url": self._engine.media.url(media)}
            shown = {"media_id": media["media_id"], "picurl": self._engine.media.url(media)}
        elif kind != "text":
            names = ("title", "description", "url", "label", "latitude", "longitude", "media_id")
            shown = {name: str(given[name]) for name in names if name in given}
        message = self._engine.chats.add(openid, "in", kind, state="sending", **shown)
        return self._send(self._engine.pushes.build(openid, kind, fields), wait=wait, message=message)

    def push(
        self, openid: str, kind: str, given: dict[str, Any], *, times: int, same_instant: bool
    ) -> list[Delivery]:
        """Any message or event, delivered while the caller waits."""
        filled = {name: value for name, value in given.items() if value not in ("", None)}
        try:
            push = self._engine.pushes.build(openid, kind, filled)
        except (TypeError, ValueError) as error:
            raise BadRequest(f"字段的值不对：{error}") from error
        if push.is_message:
            self._engine.chats.add(openid, "in", kind, text=str(given.get("content", "")))
        if times == 1 and not same_instant:
            return self._engine.pushes.deliver(push)
        return self._engine.pushes.deliver_repeatedly(push, times, same_instant=same_instant)

    # -- following

    def subscribe(self, openid: str, scene: str, *, wait: bool) -> dict[str, Any]:
        code = self._engine.qrcodes.find(scene) if scene else None
        value = code["scene"] if code else scene
        self._engine.followers.subscribe(openid, qr_scene=value)
        self._engine.chats.add(
            openid, "system", "text", text=f"你已关注 {self._engine.settings.account.name}"
        )
        ticket = code["ticket"] if code else ("gQlab==" if scene else "")
        push = self._engine.pushes.build(openid, "subscribe", {"scene": value, "ticket": ticket})
        return self._send(push, wait=wait)

    def unsubscribe(self, openid: str, *, wait: bool) -> dict[str, Any]:
        self._engine.followers.unsubscribe(openid)
        self._engine.chats.add(openid, "system", "text", text="你已取消关注")
        return self._send(self._engine.pushes.build(openid, "unsubscribe", {}), wait=wait)

    # -- the menu

    def tap(self, openid: str, path: list[int], given: dict[str, Any], *, wait: bool) -> dict[str, Any]:
        """Answers what the phone does next: open a page, ask for a scan, pictures or a place, or nothing."""
        if not self._subscribed(openid):
            raise Conflict("还没有关注，没有菜单")
        button, menuid = self._button(openid, path)
        kind = button.get("type")
        if kind == "view":
            sent = self._tapped(openid, "VIEW", {"key": button["url"], "menu_id": menuid}, wait=wait)
            return {**sent, "open_url": button["url"]}
        if kind == "click":
            return self._tapped(openid, "CLICK", {"key": button["key"]}, wait=wait)
        if kind == "miniprogram":
            sent = self._tapped(
                openid, "view_miniprogram", {"key": button["pagepath"], "menu_id": menuid}, wait=wait
            )
            return {**sent, "open_url": button["url"]}
        if kind in SCAN_EVENTS:
            if "scan_result" not in given:
                return {"ask": "scan", "type": kind}
            fields = {"key": button["key"], "scan_result": given["scan_result"]}
            return self._tapped(openid, kind, fields, wait=wait)
        if kind in PICTURE_EVENTS:
            return self._send_pictures(openid, button, given, wait=wait)
        if kind == "location_select":
            if "latitude" not in given:
                return {"ask": "location", "type": kind}
            event = self._engine.pushes.build(openid, kind, {**given, "key": button["key"]})
            return self._send_both(event, {**given, "type": "location"}, None, wait=wait)
        if kind == "media_id":  # sends the material, no event
            self._engine.chats.add(openid, "out", "image", via="reply", media_id=button["media_id"])
        return {}

    # -- scanning

    def scan(
        self, openid: str, given: dict[str, Any], picture: bytes | None, *, wait: bool
    ) -> dict[str, Any]:
        """A scene code makes a subscribe or SCAN event, a link is opened, other text is shown."""
        text = str(given.get("text") or given.get("scene") or "").strip()
        if picture is not None:
            try:
                text = read_picture(picture)
            except QrError as error:
                raise BadRequest(str(error)) from error
        if not text:
            raise BadRequest("要有 text、scene 或一张图片")
        code = self._engine.qrcodes.find(text)
        if code is None and not given.get("scene"):
            is_link = text.startswith(("http://", "https://"))
            return (
                {"action": "open", "url": text, "text": text} if is_link else {"action": "text", "text": text}
            )
        scene = code["scene"] if code else text
        if not self._subscribed(openid):
            return {"action": "subscribed", "text": scene, **self.subscribe(openid, text, wait=wait)}
        fields = {"scene": scene, "ticket": code["ticket"] if code else "gQlab=="}
        sent = self._send(self._engine.pushes.build(openid, "SCAN", fields), wait=wait)
        return {"action": "scanned", "text": scene, **sent}

    # -- the address book

    def keep_addresses(self, openid: str, given: dict[str, Any]) -> list[dict[str, str]]:
        """Replaces the book (`addresses`) or adds one (`address`)."""
        rows = given.get("addresses")
        if rows is None and isinstance(given.get("address"), dict):
            follower = self._engine.followers.find(openid) or {"addresses": []}
            rows = [given["address"], *follower["addresses"]]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadRequest("要有 addresses 或 address")
        kept = [{name: str(row.get(name, ""))[:200] for name in ADDRESS_FIELDS} for row in rows[:50]]
        self._engine.followers.change(openid, addresses=kept)
        return kept

    # -- inside

    def _send(self, push: Push, *, wait: bool, message: dict[str, Any] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = {"message": message} if message else {}
        if not wait:
            self._engine.pushes.start(push, message)
            return answer
        deliveries = self._engine.pushes.deliver(push, message)
        return {**answer, "deliveries": [delivery.public() for delivery in deliveries]}

    def _tapped(self, openid: str, kind: str, fields: dict[str, Any], *, wait: bool) -> dict[str, Any]:
        return self._send(self._engine.pushes.build(openid, kind, fields), wait=wait)

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
        return button, menu["menuid"]

    def _send_pictures(
        self, openid: str, button: dict[str, Any], given: dict[str, Any], *, wait: bool
    ) -> dict[str, Any]:
        if "picture" not in given:
            return {"ask": "picture", "type": button["type"]}
        data = _from_data_url(given["picture"])
        md5 = hashlib.md5(data).hexdigest()
        fields = {"key": button["key"], "pictures": [md5]}
        event = self._engine.pushes.build(openid, button["type"], fields)
        return self._send_both(event, {"type": "image"}, data, wait=wait)

    def _send_both(
        self, event: Push, message: dict[str, Any], picture: bytes | None, *, wait: bool
    ) -> dict[str, Any]:
        """The event first, then the ordinary message that belongs to it."""

        def run() -> dict[str, Any]:
            sent = self._send(event, wait=True)
            said = self.say(event.openid, message, picture, wait=True)
            return {"deliveries": sent["deliveries"] + said["deliveries"]}

        if wait:
            return run()
        threading.Thread(target=run, daemon=True).start()
        return {}

    def _keep_picture(self, data: bytes) -> dict[str, Any]:
        ending = next((ending for start, ending in SIGNATURES if data.startswith(start)), None)
        if ending is None:
            raise BadRequest("图片要是 PNG、JPEG 或 GIF")
        return self._engine.media.add("image", data, ending)

    def _subscribed(self, openid: str) -> bool:
        follower = self._engine.followers.find(openid)
        return bool(follower and follower["subscribed"])


def _from_data_url(text: Any) -> bytes:
    head, _, data = str(text or "").partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise BadRequest("picture 是 multipart 文件或 data:image/…;base64,…")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise BadRequest("picture 不是 base64") from error
