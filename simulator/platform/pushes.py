"""Pushing messages and events to the shop's callback: envelope, tries, verdicts, the bubble in the chat."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simulator.crypto.messages import MessageCrypto, sign
from simulator.outbound import LIMIT_SECONDS, Answer, post, send
from simulator.platform import payloads, replies, xml
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

logger = logging.getLogger(__name__)
HEADERS = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"}
WINDOW_OF_EVENT = {
    "subscribe": "subscribe",
    "SCAN": "scan",
    "CLICK": "menu",
    "scancode_push": "menu",
    "scancode_waitmsg": "menu",
}


@dataclass(frozen=True, slots=True)
class Push:
    """One message or event; each delivery of it carries the same text."""

    openid: str
    kind: str
    text: str
    mode: str = ""  # the account's own when empty

    @property
    def is_message(self) -> bool:
        return self.kind in payloads.MESSAGE_KINDS


@dataclass(frozen=True, slots=True)
class Delivery:
    answer: Answer
    verdicts: Verdicts
    reply: dict[str, Any] | None
    outcome: str  # replied, handled, refused or unreachable

    def public(self) -> dict[str, Any]:
        return {
            "status": self.answer.status or None,
            "ms": round(self.answer.ms, 1),
            "verdict": self.outcome,
            "reason": self.verdicts.summary,
            "verdicts": self.verdicts.rows,
            "reply": self.reply,
        }


class Pushes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        account = engine.settings.account
        self._crypto = MessageCrypto(account.aes_key, account.appid)
        self._strange_crypto = MessageCrypto(account.aes_key, "wx0000000000000000")

    def build(self, openid: str, kind: str, given: dict[str, Any]) -> Push:
        """Raises: KeyError for a kind the platform does not know."""
        head: dict[str, Any] = {
            "ToUserName": self._engine.settings.account.original_id,
            "FromUserName": openid,
            "CreateTime": int(given.get("create_time") or self._engine.clock.wall()),
        }
        if kind not in payloads.KINDS:
            raise KeyError(kind)
        own = payloads.own_fields(kind, self._with_samples(openid, kind, given))
        if kind in payloads.MESSAGE_KINDS:
            tail = {**own, "MsgId": int(given.get("msg_id") or self._new_message_id())}
            head["MsgType"] = kind
        else:
            tail = own
            head |= {"MsgType": "event", "Event": kind}
        return Push(openid, kind, xml.write({**head, **tail}), str(given.get("mode") or ""))

    def start(self, push: Push, message: dict[str, Any] | None = None) -> None:
        """Delivers in the background; the chat shows what came of it."""

        def run() -> None:
            try:
                self.deliver(push, message)
            except Exception:
                logger.exception("the push %s could not be delivered", push.kind)

        threading.Thread(target=run, daemon=True).start()

    def deliver(self, push: Push, message: dict[str, Any] | None = None) -> list[Delivery]:
        """Delivers with WeChat's tries; the last delivery decides what the follower sees."""
        self._open_window(push)
        if self._engine.faults.strikes("push_twin"):
            deliveries = self.deliver_at_once(push, 2)
        else:
            deliveries = self._try(push)
            if self._engine.faults.strikes("push_twice"):
                deliveries += self._try(push)
        self._show(push, deliveries[0] if deliveries[0].reply else deliveries[-1], message)
        return deliveries

    def deliver_repeatedly(self, push: Push, times: int, *, same_instant: bool) -> list[Delivery]:
        """For the lab: the same push again and again, each answer shown."""
        self._open_window(push)
        deliver = self.deliver_at_once if same_instant else self.deliver_in_turn
        deliveries = deliver(push, times)
        self._show(push, deliveries[0], None)
        return deliveries

    def deliver_in_turn(self, push: Push, times: int) -> list[Delivery]:
        return [self.post_once(push) for _ in range(times)]

    def deliver_at_once(self, push: Push, times: int) -> list[Delivery]:
        barrier = threading.Barrier(times)
        found: list[Delivery] = []

        def run() -> None:
            barrier.wait(10)
            found.append(self.post_once(push))

        threads = [threading.Thread(target=run, daemon=True) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_SECONDS * 4)
        return found

    def post_once(self, push: Push, attempt: int = 1) -> Delivery:
        """One POST with its query, envelope and verdicts in the wire log."""
        mode = push.mode or self._engine.settings.push_mode
        url, body = self._envelope(push, mode)
        answer = post(self._engine.settings, url, body, HEADERS)
        judged = replies.judge(
            answer,
            push,
            account=self._engine.settings.account,
            crypto=self._crypto,
            encrypted=mode != "plain",
            media=self._engine.media,
        )
        delivery = Delivery(answer, judged.verdicts, judged.reply, judged.outcome)
        title = f"推送 {push.kind}" + (f"（第 {attempt} 次）" if attempt > 1 else "")
        self._engine.wire.record(
            "to_shop",
            title,
            request={"method": "POST", "url": url, "headers": HEADERS, "body": body, "decoded": push.text},
            response=answer.for_wire(judged.decoded),
            ms=answer.ms,
            verdicts=judged.verdicts,
            openid=push.openid,
        )
        return delivery

    def verify_url(self) -> dict[str, Any]:
        """The GET with `echostr` that saving the console's form makes."""
        account, settings = self._engine.settings.account, self._engine.settings
        timestamp, nonce = str(self._engine.clock.wall()), str(secrets.randbelow(9 * 10**9) + 10**9)
        query = {
            "signature": sign(account.token, timestamp, nonce),
            "echostr": str(secrets.randbelow(9 * 10**18) + 10**18),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        url = f"{settings.callback_url}?{urlencode(query)}"
        answer, verdicts = send(settings, "GET", url, b"", {"User-Agent": "Mozilla/4.0"}), Verdicts()
        if verdicts.add("5 秒内应答", answer.status != 0, answer.error or f"{answer.ms:.0f} ms"):
            verdicts.add("HTTP 200", answer.status == 200, str(answer.status))
            verdicts.add("原样返回 echostr", answer.body == query["echostr"].encode(), answer.text[:80])
        self._engine.wire.record(
            "to_shop",
            "验证服务器地址",
            request={"method": "GET", "url": url, "headers": {}, "body": ""},
            response=answer.for_wire(),
            ms=answer.ms,
            verdicts=verdicts,
        )
        return {"ok": verdicts.all_ok, "verdicts": verdicts.rows}

    def _try(self, push: Push) -> list[Delivery]:
        deliveries: list[Delivery] = []
        for attempt in range(1, self._engine.settings.push_tries + 1):
            started = time.monotonic()
            deliveries.append(self.post_once(push, attempt))
            if deliveries[-1].outcome != "unreachable" or attempt == self._engine.settings.push_tries:
                break
            pause = LIMIT_SECONDS - (time.monotonic() - started)
            if pause > 0 and self._engine.stopping.wait(pause / max(1.0, self._engine.clock.speed)):
                break
        return deliveries

    def _show(self, push: Push, delivery: Delivery, message: dict[str, Any] | None) -> None:
        failed = delivery.outcome in {"refused", "unreachable"}
        if message is not None:
            # The follower's own bubble did leave the phone: it is the account that could not answer.
            self._engine.chats.change(message, state="ok")
        if push.kind == "unsubscribe":
            return
        if failed:
            self._engine.chats.fail(push.openid)
        elif delivery.reply is not None:
            shown = replies.as_bubble(delivery.reply, trigger=push.kind)
            if shown is not None:
                self._engine.chats.add(push.openid, "out", via="reply", **shown)
            if push.is_message and delivery.reply["MsgType"] == "transfer_customer_service":
                self._engine.desk.wait(push.openid, replies.wanted_agent(delivery.reply))

    def _envelope(self, push: Push, mode: str) -> tuple[str, bytes]:
        account, faults = self._engine.settings.account, self._engine.faults
        timestamp, nonce = str(self._engine.clock.wall()), str(secrets.randbelow(9 * 10**9) + 10**9)
        query = {
            "signature": sign(account.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": push.openid,
        }
        body = push.text
        if mode != "plain":
            crypto = self._strange_crypto if faults.strikes("push_wrong_appid") else self._crypto
            encrypted = crypto.encrypt(push.text)
            query |= {
                "encrypt_type": "aes",
                "msg_signature": sign(account.token, timestamp, nonce, encrypted),
            }
            body = self._encrypted_body(push.text, encrypted, mode)
        if faults.strikes("push_forged"):
            wrong = sign("forged", timestamp, nonce)
            query |= {name: wrong for name in ("signature", "msg_signature") if name in query}
        separator = "&" if "?" in self._engine.settings.callback_url else "?"
        return f"{self._engine.settings.callback_url}{separator}{urlencode(query)}", body.encode()

    def _encrypted_body(self, text: str, encrypted: str, mode: str) -> str:
        if mode == "compatible":
            return f"{text.removesuffix('</xml>')}<Encrypt>{xml.cdata(encrypted)}</Encrypt></xml>"
        return xml.write({"ToUserName": self._engine.settings.account.original_id, "Encrypt": encrypted})

    def _open_window(self, push: Push) -> None:
        trigger = "message" if push.is_message else WINDOW_OF_EVENT.get(push.kind)
        if trigger:
            self._engine.followers.open_window(push.openid, trigger)

    def _with_samples(self, openid: str, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        """What only the engine knows: who, when, and files that can be fetched where none was given."""
        media = self._engine.media
        known: dict[str, Any] = {
            "openid": openid,
            "appid": given.get("appid") or self._engine.settings.account.appid,
            "now": self._engine.clock.wall(),
        }
        kinds = {"image": "image", "voice": "voice", "video": "video", "shortvideo": "video"}
        if kind in kinds and not given.get("media_id"):
            known["media_id"] = media.sample(kinds[kind])
        media_id = str(given.get("media_id") or known.get("media_id", ""))
        if kind == "image":
            known["pic_url"] = given.get("pic_url") or media.url({"media_id": media_id})
        if kind in ("video", "shortvideo", "miniprogrampage"):
            thumb = str(given.get("thumb_media_id") or media.sample("thumb"))
            known |= {"thumb_media_id": thumb, "thumb_url": media.url({"media_id": thumb})}
        return {**given, **known}

    def _new_message_id(self) -> int:
        return (
            25_140_000_000_000_000
            + int(time.time() * 1000) * 1000
            + self._engine.store.number("message") % 1000
        )
