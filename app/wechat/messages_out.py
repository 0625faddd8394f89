"""Customer-service messages: what we say outside of the answer to a push, while WeChat's window is open.

Source: https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html
"""

from html import escape
from typing import Any

from app.wechat.client import AccountClient
from app.wechat.replies import Article, NewsReply, Reply

ENDPOINT = "message/custom/send"

# The window is closed, or this person cannot be reached: saying it again will not help.
UNDELIVERABLE = (40003, 43004, 45015, 45047, 48002, 50005)


def send_text(client: AccountClient, openid: str, text: str) -> None:
    """Send words; links as `<a href="…">…</a>` work.

    Raises: PlatformError, PlatformUnreachable.
    """
    _send(client, openid, "text", {"content": text})


def send_article(client: AccountClient, openid: str, article: Article) -> None:
    """Send one card; WeChat takes exactly one.

    Raises: PlatformError, PlatformUnreachable.
    """
    card = {
        "title": article.title,
        "description": article.summary,
        "url": article.link,
        "picurl": article.picture_url,
    }
    _send(client, openid, "news", {"articles": [card]})


def send_reply(client: AccountClient, openid: str, reply: Reply) -> None:
    """Send what could not go as an answer. Several cards become one text with links.

    Raises: PlatformError, PlatformUnreachable.
    """
    if not isinstance(reply, NewsReply):
        send_text(client, openid, reply.text)
    elif len(reply.articles) == 1:
        send_article(client, openid, reply.articles[0])
    else:
        lines = [f'<a href="{escape(a.link)}">{escape(a.title)}</a>' for a in reply.articles]
        send_text(client, openid, "\n".join(lines))


def _send(client: AccountClient, openid: str, kind: str, content: dict[str, Any]) -> None:
    client.post(ENDPOINT, data={"touser": openid, "msgtype": kind, kind: content})
