"""The words of a reply: what the log shows of it, and what a search finds."""

from app.wechat.replies import (
    HandOver,
    MediaReply,
    MusicReply,
    NewsReply,
    PublishedArticleReply,
    Reply,
    TextReply,
    TransferReply,
)


def kind_of(reply: Reply) -> str:
    """The message's kind as it stands in the log: `text`, `news`, `image` …"""
    match reply:
        case TextReply():
            return "text"
        case NewsReply():
            return "news"
        case MediaReply():
            return reply.kind
        case MusicReply():
            return "music"
        case PublishedArticleReply():
            return "article"
        case HandOver() | TransferReply():
            return "hand_over"


def words_of_reply(reply: Reply) -> str:
    """Text, or the titles of what is shown; empty for a picture."""
    match reply:
        case TextReply():
            return reply.text
        case NewsReply():
            return "\n".join(article.title for article in reply.articles)
        case MediaReply() | MusicReply() | PublishedArticleReply():
            return reply.title
        case HandOver() | TransferReply():
            return reply.kf_account
