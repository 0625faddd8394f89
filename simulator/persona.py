"""What a person does with the phone: write, follow, leave, keep addresses; and the push made of it."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest, Conflict

from simulator.platform.payloads import MESSAGE_KINDS
from simulator.platform.pushes import Delivery, Push
from simulator.platform.uploads import kind_of

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
SENDABLE = {  # what a follower can send of each kind
    "image": (".png", ".jpg", ".gif"),
    "voice": (".amr", ".mp3"),
    "video": (".mp4",),
    "shortvideo": (".mp4",),
}
SHOWN = ("title", "description", "url", "label", "latitude", "longitude", "recognition", "page_path")
IN_WORDS = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "shortvideo": "[小视频]"}


class Persona:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- the chat

    def say(self, openid: str, given: dict[str, Any], file: bytes | None, *, wait: bool) -> dict[str, Any]:
        """A message as the follower types or records it."""
        kind = str(given.get("type") or "text")
        if kind not in MESSAGE_KINDS:
            raise BadRequest(f"不认识 {kind}")
        if not self.subscribed(openid):
            raise Conflict("还没有关注，不能发消息")
        if kind == "text" and not 1 <= len(str(given.get("content", ""))) <= LONGEST_TEXT:
            raise BadRequest("要有 content，不超过 4096 字")
        fields = {**given, **self._media(kind, given, file)}
        push = self._engine.pushes.build(openid, kind, fields)
        message = self._bubble(openid, kind, fields, state="sending")
        return self.send(push, wait=wait, message=message)

    def push(
        self, openid: str, kind: str, given: dict[str, Any], *, times: int, same_instant: bool
    ) -> tuple[list[Delivery], str]:
        """Any message or event, delivered while the caller waits; and why it was not, if so."""
        fields = {name: value for name, value in given.items() if value not in ("", None)}
        if kind in SENDABLE:
            fields |= self._media(kind, fields, None)
        try:
            push = self._engine.pushes.build(openid, kind, fields)
        except (TypeError, ValueError) as error:
            raise BadRequest(f"字段的值不对：{error}") from error
        if push.is_message:
            self._bubble(openid, kind, fields)
        held_back = self._held_back(push, fields)
        if held_back:
            return [], held_back
        if times == 1 and not same_instant:
            return self._engine.pushes.deliver(push), ""
        return self._engine.pushes.deliver_repeatedly(push, times, same_instant=same_instant), ""

    # -- following

    def subscribe(self, openid: str, scene: str, *, source: str = "", wait: bool) -> dict[str, Any]:
        codes = self._engine.qrcodes
        code = (codes.find(scene) or codes.of_scene(scene)) if scene else None
        value = code["scene"] if code else scene
        self._engine.followers.subscribe(openid, source or "ADD_SCENE_SEARCH", qr_scene=value)
        self._engine.chats.add(
            openid, "system", "text", text=f"你已关注 {self._engine.settings.account.name}"
        )
        ticket = code["ticket"] if code else ("gQlab==" if scene else "")
        push = self._engine.pushes.build(openid, "subscribe", {"scene": value, "ticket": ticket})
        return self.send(push, wait=wait)

    def unsubscribe(self, openid: str, *, wait: bool) -> dict[str, Any]:
        self._engine.followers.unsubscribe(openid)
        self._engine.desk.forget(openid)
        self._engine.chats.add(openid, "system", "text", text="你已取消关注")
        return self.send(self._engine.pushes.build(openid, "unsubscribe", {}), wait=wait)

    def subscribed(self, openid: str) -> bool:
        follower = self._engine.followers.find(openid)
        return bool(follower and follower["subscribed"])

    # -- notifications

    def agree(
        self, openid: str, answers: dict[str, bool], *, changed: bool = False, wait: bool
    ) -> dict[str, Any]:
        """What he allowed and refused in the subscription dialog, or with `changed` took back in the settings."""
        notices = self._engine.notices
        left = {
            template_id: notices.agree(openid, template_id, accepted=accepted, forget=changed)
            for template_id, accepted in answers.items()
        }
        kind = "subscribe_msg_change_event" if changed else "subscribe_msg_popup_event"
        words = ("accept" if accepted else "reject" for accepted in answers.values())
        fields = {"template_id": ",".join(answers), "status": ",".join(words)}
        return {"left": left, **self.send(self._engine.pushes.build(openid, kind, fields), wait=wait)}

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

    # -- sending

    def send(self, push: Push, *, wait: bool, message: dict[str, Any] | None = None) -> dict[str, Any]:
        """Delivers now or in the background; a message may be held back before it reaches the account."""
        answer: dict[str, Any] = {"message": message} if message else {}
        held_back = self._held_back(push, message or {})
        if held_back:
            if message:
                self._engine.chats.change(message, state="ok")
            return {**answer, "deliveries": [], "held_back": held_back}
        if not wait:
            self._engine.pushes.start(push, message)
            return answer
        deliveries = self._engine.pushes.deliver(push, message)
        return {**answer, "deliveries": [delivery.public() for delivery in deliveries]}

    def _held_back(self, push: Push, message: dict[str, Any]) -> str:
        """`blacklist` or `kf_session`: the account never hears of this message. Events always come."""
        if not push.is_message:
            return ""
        follower = self._engine.followers.find(push.openid)
        if follower and follower.get("blacklisted"):
            return "blacklist"
        text = message.get("text") or message.get("content") or IN_WORDS.get(push.kind, f"[{push.kind}]")
        return "kf_session" if self._engine.desk.hear(push.openid, str(text)) else ""

    def _bubble(self, openid: str, kind: str, fields: dict[str, Any], state: str = "ok") -> dict[str, Any]:
        shown = {name: str(fields[name]) for name in SHOWN if name in fields}
        if kind in SENDABLE:
            shown["media_id"] = str(fields.get("media_id", ""))
        if kind == "image":
            shown["picurl"] = str(fields.get("pic_url", ""))
        text = str(fields.get("content", "")) if kind == "text" else ""
        return self._engine.chats.add(openid, "in", kind, text=text, state=state, **shown)

    def _media(self, kind: str, given: dict[str, Any], file: bytes | None) -> dict[str, Any]:
        """The media id of what was recorded; a sample where nothing was. Raises: BadRequest."""
        if kind not in SENDABLE:
            return {}
        stored = "video" if kind == "shortvideo" else kind
        data = file or (from_data_url(given["picture"]) if given.get("picture") else None)
        if data is not None:
            ending = kind_of(data)
            if ending not in SENDABLE[kind]:
                raise BadRequest(f"{kind} 要是 {'、'.join(SENDABLE[kind])} 文件")
            media_id = self._engine.media.add(stored, data, ending)["media_id"]
        else:
            media_id = str(given.get("media_id") or self._engine.media.sample(stored))
        url = str(given.get("pic_url") or self._engine.media.url({"media_id": media_id}))
        return {"media_id": media_id, **({"pic_url": url} if kind == "image" else {})}


def from_data_url(text: Any) -> bytes:
    """Raises: BadRequest."""
    head, _, data = str(text or "").partition(",")
    if not head.startswith("data:") or not head.endswith(";base64"):
        raise BadRequest("picture 是 multipart 文件或 data:image/…;base64,…")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise BadRequest("picture 不是 base64") from error
