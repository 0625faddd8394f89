"""Writes replies as the XML that answers a push, within WeChat's limits.

Source: https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html
"""

import re

from app.keywords.replies import MAX_TEXT_BYTES
from app.wechat.callback.messages import Push
from app.wechat.replies import Article, MediaReply, MusicReply, NewsReply, Reply, TextReply, TransferReply

MAX_ARTICLES_TO_MESSAGE = 1  # to what a person typed or sent
MAX_ARTICLES_TO_EVENT = 8  # to a menu click, a scan, a new follower

# XML cannot hold these at all, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_head(push: Push, sent_seconds: int) -> str:
    """The beginning of an answer: to whom, from whom, when."""
    return (
        f"<xml><ToUserName><![CDATA[{push.openid}]]></ToUserName>"
        f"<FromUserName><![CDATA[{push.account_id}]]></FromUserName>"
        f"<CreateTime>{sent_seconds}</CreateTime>"
    )


def write_tail(reply: Reply, *, to_event: bool) -> str:
    """The rest of an answer, the same for whoever gets it.

    Raises: TypeError for what cannot be an answer.
    """
    match reply:
        case TextReply():
            return _tail("text", f"<Content>{_cdata(cut(reply.text))}</Content>")
        case NewsReply():
            return _news(reply, MAX_ARTICLES_TO_EVENT if to_event else MAX_ARTICLES_TO_MESSAGE)
        case MediaReply():
            return _tail(reply.kind, _media(reply))
        case MusicReply():
            return _tail("music", _music(reply))
        case TransferReply():
            info = f"<TransInfo><KfAccount>{_cdata(reply.kf_account)}</KfAccount></TransInfo>"
            return _tail("transfer_customer_service", info if reply.kf_account else "")
    raise TypeError(f"{type(reply).__name__} cannot be an answer")


def cut(text: str, limit: int = MAX_TEXT_BYTES) -> str:
    """At most `limit` bytes of the text, never half a character."""
    encoded = _FORBIDDEN.sub("", text).encode()
    if len(encoded) <= limit:
        return encoded.decode()
    end = "…"
    return encoded[: limit - len(end.encode())].decode(errors="ignore") + end


def _tail(kind: str, content: str) -> str:
    return f"<MsgType><![CDATA[{kind}]]></MsgType>{content}</xml>"


def _news(reply: NewsReply, limit: int) -> str:
    items = [_item(article) for article in reply.articles[:limit]]
    return _tail("news", f"<ArticleCount>{len(items)}</ArticleCount><Articles>{''.join(items)}</Articles>")


def _item(article: Article) -> str:
    return (
        f"<item><Title>{_cdata(article.title)}</Title>"
        f"<Description>{_cdata(article.summary)}</Description>"
        f"<PicUrl>{_cdata(article.picture_url)}</PicUrl><Url>{_cdata(article.link)}</Url></item>"
    )


def _media(reply: MediaReply) -> str:
    name = reply.kind.capitalize()
    words = ""
    if reply.kind == "video":
        words = f"<Title>{_cdata(reply.title)}</Title><Description>{_cdata(reply.summary)}</Description>"
    return f"<{name}><MediaId>{_cdata(reply.media_id)}</MediaId>{words}</{name}>"


def _music(reply: MusicReply) -> str:
    return (
        f"<Music><Title>{_cdata(reply.title)}</Title><Description>{_cdata(reply.summary)}</Description>"
        f"<MusicUrl>{_cdata(reply.url)}</MusicUrl><HQMusicUrl>{_cdata(reply.url)}</HQMusicUrl>"
        f"<ThumbMediaId>{_cdata(reply.thumb_media_id)}</ThumbMediaId></Music>"
    )


def _cdata(text: str) -> str:
    clean = _FORBIDDEN.sub("", text)
    return f"<![CDATA[{clean.replace(']]>', ']]]]><![CDATA[>')}]]>"
