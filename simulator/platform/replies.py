"""Judging what the shop answered to a push, and turning it into a bubble."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.crypto.messages import MessageCrypto, MessageCryptoError, is_signed
from simulator.outbound import Answer
from simulator.platform import xml
from simulator.platform.media import PICTURES
from simulator.platform.push_fields import MESSAGES
from simulator.settings import Account
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.platform.media import MediaStore
    from simulator.platform.pushes import Push

NEEDED = {  # reply kind: the path of fields that must not be empty
    "text": ("Content",),
    "image": ("Image", "MediaId"),
    "voice": ("Voice", "MediaId"),
    "video": ("Video", "MediaId"),
    "music": ("Music", "ThumbMediaId"),
    "news": ("Articles", "item"),
    "transfer_customer_service": (),
    "transfer_biz_ai_ivr": (),
}
ANSWERABLE_BY_AGENTS = frozenset(MESSAGES)
ONE_ARTICLE_KINDS = {"text", "image", "voice", "video", "shortvideo", "link", "location"}
MANY_ARTICLES = 8
TEXT_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Judgement:
    verdicts: Verdicts
    outcome: str
    reply: dict[str, Any] | None = None
    decoded: str | None = None


class Refused(Exception):
    """The first check the answer failed is already in the verdicts."""


def judge(
    answer: Answer,
    push: Push,
    *,
    account: Account,
    crypto: MessageCrypto,
    encrypted: bool,
    media: MediaStore,
) -> Judgement:
    verdicts = Verdicts()
    if not verdicts.add("5 秒内应答", answer.status != 0, answer.error or f"{answer.ms:.0f} ms"):
        return Judgement(verdicts, "unreachable")
    if not verdicts.add("HTTP 200", answer.status == 200, str(answer.status)):
        return Judgement(verdicts, "refused")
    if answer.body.strip() in {b"", b"success"}:
        verdicts.add("内容", True, "success" if answer.body.strip() else "空，等于 success")
        return Judgement(verdicts, "handled")
    decoded: str | None = None
    try:
        decoded = _decode(answer, verdicts, account, crypto) if encrypted else answer.text
        reply = _read(decoded, verdicts)
        _check_fields(reply, push, account, verdicts)
        _check_media(reply, media, verdicts)
    except Refused:
        return Judgement(verdicts, "refused", decoded=decoded)
    if push.kind == "unsubscribe":
        verdicts.add("可以回复", None, "取消关注后的回复送不到任何人")
    return Judgement(verdicts, "replied", reply, decoded)


def _need(verdicts: Verdicts, check: str, ok: bool, detail: str = "") -> None:
    if not verdicts.add(check, ok, detail):
        raise Refused


def _decode(answer: Answer, verdicts: Verdicts, account: Account, crypto: MessageCrypto) -> str:
    envelope = _read(answer.text, verdicts)
    _need(verdicts, "回复已加密", isinstance(envelope.get("Encrypt"), str), "安全模式的回复必须加密")
    parts = [str(envelope.get(name, "")) for name in ("TimeStamp", "Nonce", "Encrypt")]
    missing = [name for name in ("MsgSignature", "TimeStamp", "Nonce") if not envelope.get(name)]
    _need(verdicts, "外层字段齐全", not missing, "缺少 " + "、".join(missing) if missing else "")
    signed = is_signed(str(envelope["MsgSignature"]), account.token, *parts)
    _need(verdicts, "MsgSignature", signed, "" if signed else "与 Token、TimeStamp、Nonce、Encrypt 不符")
    try:
        decoded = crypto.decrypt(str(envelope["Encrypt"]))
    except MessageCryptoError as error:
        verdicts.add("解密", False, str(error))
        raise Refused from error
    verdicts.add("解密", True)
    return decoded


def _read(text: str, verdicts: Verdicts) -> dict[str, Any]:
    try:
        return xml.read(text)
    except xml.XmlError as error:
        verdicts.add("XML", False, str(error))
        raise Refused from error


def _check_fields(reply: dict[str, Any], push: Push, account: Account, verdicts: Verdicts) -> None:
    names = (reply.get("ToUserName"), reply.get("FromUserName"))
    swapped = names == (push.openid, account.original_id)
    _need(verdicts, "收发双方对调", swapped, "" if swapped else f"收到 {names[0]} ← {names[1]}")
    _need(verdicts, "CreateTime", str(reply.get("CreateTime", "")).isdigit(), str(reply.get("CreateTime")))
    kind = str(reply.get("MsgType", ""))
    _need(verdicts, "MsgType", kind in NEEDED, kind)
    value: Any = reply
    for name in NEEDED[kind]:
        value = value.get(name) if isinstance(value, dict) else None
    _need(verdicts, "内容不为空", not NEEDED[kind] or bool(value), ".".join(NEEDED[kind]))
    if kind == "text":
        size = len(str(reply["Content"]).encode())
        _need(verdicts, "文本长度", size <= TEXT_BYTES, f"{size}/{TEXT_BYTES} 字节")
    if kind == "news":
        _check_articles(reply, push, verdicts)
    if kind == "transfer_customer_service" and not push.is_message:
        verdicts.add("转人工", None, "只有回复消息才会转接，回复事件不会")


def _check_media(reply: dict[str, Any], media: MediaStore, verdicts: Verdicts) -> None:
    """A media id must be of this account, alive, and of the kind it is sent as."""
    kind = str(reply["MsgType"])
    if kind in {"image", "voice", "video"}:
        media_id = str(reply[kind.capitalize()]["MediaId"])
        _need(
            verdicts, "MediaId", media.exists(media_id, kind), f"不存在、已过期或不是 {kind}：{media_id[:40]}"
        )
    if kind == "music":
        thumb = str(reply["Music"]["ThumbMediaId"])
        _need(
            verdicts,
            "ThumbMediaId",
            media.exists(thumb, *PICTURES),
            f"不存在、已过期或不是图片：{thumb[:40]}",
        )


def _check_articles(reply: dict[str, Any], push: Push, verdicts: Verdicts) -> None:
    articles = article_list(reply)
    _need(
        verdicts,
        "ArticleCount",
        str(reply.get("ArticleCount")) == str(len(articles)),
        f"写着 {reply.get('ArticleCount')}，实有 {len(articles)}",
    )
    for article in articles:
        complete = isinstance(article, dict) and bool(article.get("Title")) and bool(article.get("Url"))
        _need(verdicts, "图文有标题和链接", complete)
    limit = article_limit(push.kind)
    if len(articles) > limit:
        verdicts.add("图文条数", None, f"{len(articles)} 条只送达 {limit} 条")


def article_list(reply: dict[str, Any]) -> list[dict[str, Any]]:
    items = reply["Articles"]["item"]
    return items if isinstance(items, list) else [items]


def article_limit(trigger: str) -> int:
    return 1 if trigger in ONE_ARTICLE_KINDS else MANY_ARTICLES


def as_bubble(reply: dict[str, Any], trigger: str) -> dict[str, Any] | None:
    """The chat message of a reply; None where the follower sees nothing."""
    kind = str(reply["MsgType"])
    if kind == "text":
        return {"kind": "text", "text": str(reply["Content"])}
    if kind == "news":
        names = ("Title", "Description", "PicUrl", "Url")
        articles = [
            {name.lower(): str(article.get(name) or "") for name in names} for article in article_list(reply)
        ]
        return {"kind": "news", "articles": articles[: article_limit(trigger)]}
    if kind in {"image", "voice", "video"}:
        inner = reply[kind.capitalize()]
        words = {name.lower(): str(inner.get(name) or "") for name in ("Title", "Description")}
        return {"kind": kind, "media_id": str(inner["MediaId"]), **words}
    if kind == "music":
        music = reply["Music"]
        words = {name.lower(): str(music.get(name) or "") for name in ("Title", "Description")}
        url = str(music.get("MusicUrl") or music.get("HQMusicUrl") or "")
        return {"kind": "music", **words, "url": url, "thumb_media_id": str(music["ThumbMediaId"])}
    if kind == "transfer_customer_service" and trigger in ANSWERABLE_BY_AGENTS:
        return {"kind": "notice", "text": "已转接人工客服，请稍候"}
    return None


def wanted_agent(reply: dict[str, Any]) -> str:
    """The agent a transfer names, or nobody."""
    info = reply.get("TransInfo")
    return str(info.get("KfAccount") or "") if isinstance(info, dict) else ""
