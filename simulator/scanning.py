"""Pointing the phone at a code: a scene makes an event, an order or goods open the pay sheet, a link its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest

from simulator.pay.orders import CODE_PREFIX
from simulator.payv2.scan_codes import ask_merchant, is_static
from simulator.persona import Persona
from simulator.qr.reader import QrError, read_picture

if TYPE_CHECKING:
    from simulator.engine import Engine


def scan(
    engine: Engine, openid: str, given: dict[str, Any], picture: bytes | None, *, wait: bool
) -> dict[str, Any]:
    """`picture` or `text` is what the code says; `scene` plays a code nobody has to have made."""
    persona, scene = Persona(engine), str(given.get("scene") or "").strip()
    text = _read(picture) if picture is not None else str(given.get("text") or "").strip()
    if not text and not scene:
        raise BadRequest("要有 text、scene 或一张图片")
    if is_static(text):
        order, problem = ask_merchant(engine, openid, text)
        return {"action": "pay", "text": text, "order": order, "problem": problem}
    if text.startswith(CODE_PREFIX):
        order, problem = engine.cashier.look_up(text.removeprefix(CODE_PREFIX))
        return {"action": "pay", "text": text, "order": order, "problem": problem}
    code = engine.qrcodes.find(text) if text else engine.qrcodes.of_scene(scene)
    if code is None and text:
        if engine.qrcodes.is_link(text):
            return {"action": "expired", "text": "二维码已过期，或不是这个公众号的"}
        is_link = text.startswith(("http://", "https://"))
        return {"action": "open", "url": text, "text": text} if is_link else {"action": "text", "text": text}
    value = code["scene"] if code else scene
    if not persona.subscribed(openid):
        return {"action": "subscribed", "text": value, **persona.subscribe(openid, text or scene, wait=wait)}
    fields = {"scene": value, "ticket": code["ticket"] if code else "gQlab=="}
    sent = persona.send(engine.pushes.build(openid, "SCAN", fields), wait=wait)
    return {"action": "scanned", "text": value, **sent}


def _read(picture: bytes) -> str:
    try:
        return read_picture(picture)
    except QrError as error:
        raise BadRequest(str(error)) from error
