"""Customer-service messages: what we say outside of the answer to a push, while WeChat's window is open.

Source: https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html
"""

from html import escape
from typing import Any

from app.wechat.client import AccountClient
from app.wechat.replies import (
    Article,
    MediaReply,
    MusicReply,
    NewsReply,
    PublishedArticleReply,
    Reply,
    TextReply,
)

ENDPOINT = "message/custom/send"

# The window is closed, or this person cannot be reached: saying it again will not help.
UNDELIVERABLE = (40003, 43004, 45015, 45047, 48002, 50005)


def send_text(client: AccountClient, openid: str, text: str) -> None:
    """Send words; links as `<a href="…">…</a>` work.

    Raises: PlatformError, PlatformUnreachable.
    """
    _send(client, openid, "text", {"content": text})


def send_reply(client: AccountClient, openid: str, reply: Reply) -> None:
    """Send any reply. Several cards become one text with links; media must have their media_id.

    Raises: PlatformError, PlatformUnreachable.
    """
    kind, content = _body(reply)
    _send(client, openid, kind, content)


class ManySender:
    """Sends the same to many, from any thread and without the database: who calls it looks after the token."""

    def __init__(self, client: AccountClient, reply: Reply) -> None:
        self._client = client
        self._kind, self._content = _body(reply)

    def send(self, openid: str, token: str) -> None:
        """WeChat gives it no number. Raises: PlatformError, PlatformUnreachable."""
        body = {"touser": openid, "msgtype": self._kind, self._kind: self._content}
        self._client.post(ENDPOINT, params={"access_token": token}, data=body)


def _body(reply: Reply) -> tuple[str, dict[str, Any]]:
    """WeChat's msgtype for the reply, and what stands under it."""
    match reply:
        case TextReply():
            return "text", {"content": reply.text}
        case NewsReply(articles=(article,)):
            return "news", {"articles": [_card(article)]}
        case NewsReply():
            lines = [f'<a href="{escape(a.link)}">{escape(a.title)}</a>' for a in reply.articles]
            return "text", {"content": "\n".join(lines)}
        case MediaReply():
            return reply.kind, _media(reply)
        case MusicReply():
            return "music", {
                "title": reply.title,
                "description": reply.summary,
                "musicurl": reply.url,
                "hqmusicurl": reply.url,
                "thumb_media_id": reply.thumb_media_id,
            }
        case PublishedArticleReply():
            return "mpnewsarticle", {"article_id": reply.article_id}
    raise TypeError(f"{type(reply).__name__} is no customer-service message")


def _media(reply: MediaReply) -> dict[str, Any]:
    if reply.kind != "video":
        return {"media_id": reply.media_id}
    return {
        "media_id": reply.media_id,
        "thumb_media_id": reply.thumb_media_id,
        "title": reply.title,
        "description": reply.summary,
    }


def _card(article: Article) -> dict[str, str]:
    return {
        "title": article.title,
        "description": article.summary,
        "url": article.link,
        "picurl": article.picture_url,
    }


def _send(client: AccountClient, openid: str, kind: str, content: dict[str, Any]) -> None:
    client.post(ENDPOINT, data={"touser": openid, "msgtype": kind, kind: content})
