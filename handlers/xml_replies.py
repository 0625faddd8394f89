"""Writes a reply as the XML that answers a push, within WeChat's limits.

Source: https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html
"""

import re

from app.core import clock
from app.wechat.callback.messages import Push
from app.wechat.replies import Article, Reply, TextReply

MAX_TEXT_BYTES = 2048
MAX_ARTICLES_TO_MESSAGE = 1  # to what a person typed or sent
MAX_ARTICLES_TO_EVENT = 8  # to a menu click, a scan, a new follower

# XML cannot hold these at all, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_reply(reply: Reply, push: Push) -> str:
    """The XML of `reply`, addressed to who sent `push`."""
    if isinstance(reply, TextReply):
        return _envelope(push, "text", f"<Content>{_cdata(cut(reply.text))}</Content>")
    is_event = push.kind.startswith("event:")
    limit = MAX_ARTICLES_TO_EVENT if is_event else MAX_ARTICLES_TO_MESSAGE
    items = [_item(article) for article in reply.articles[:limit]]
    articles = f"<ArticleCount>{len(items)}</ArticleCount><Articles>{''.join(items)}</Articles>"
    return _envelope(push, "news", articles)


def cut(text: str, limit: int = MAX_TEXT_BYTES) -> str:
    """At most `limit` bytes of the text, never half a character."""
    encoded = _FORBIDDEN.sub("", text).encode()
    if len(encoded) <= limit:
        return encoded.decode()
    end = "…"
    return encoded[: limit - len(end.encode())].decode(errors="ignore") + end


def _envelope(push: Push, kind: str, content: str) -> str:
    return (
        f"<xml><ToUserName>{_cdata(push.openid)}</ToUserName>"
        f"<FromUserName>{_cdata(push.account_id)}</FromUserName>"
        f"<CreateTime>{int(clock.now().timestamp())}</CreateTime>"
        f"<MsgType>{_cdata(kind)}</MsgType>{content}</xml>"
    )


def _item(article: Article) -> str:
    return (
        f"<item><Title>{_cdata(article.title)}</Title>"
        f"<Description>{_cdata(article.summary)}</Description>"
        f"<PicUrl>{_cdata(article.picture_url)}</PicUrl><Url>{_cdata(article.link)}</Url></item>"
    )


def _cdata(text: str) -> str:
    clean = _FORBIDDEN.sub("", text)
    return f"<![CDATA[{clean.replace(']]>', ']]]]><![CDATA[>')}]]>"
