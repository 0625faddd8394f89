"""The words of a push: what the log shows, and what a search finds."""

from app.wechat.callback import messages as m

LONGEST = 4000  # characters; WeChat's own limit for a text is below this


def words_of(push: m.Push) -> str:
    """What was written, chosen or scanned; empty for what has no words."""
    if isinstance(push, m.TextMessage):
        return push.content[:LONGEST]
    return _other_words(push)[:LONGEST]


def _other_words(push: m.Push) -> str:
    match push:
        case m.ClickEvent():
            return push.key
        case m.ViewEvent():
            return push.url
        case m.SubscribeEvent() | m.ScanEvent():
            return push.scene
        case m.ScanCodeEvent():
            return push.result
        case m.LocationMessage() | m.LocationSelectEvent():
            return push.label
        case m.LinkMessage():
            return f"{push.title} {push.url}".strip()
        case m.MiniProgramMessage():
            return push.title
        case m.VoiceMessage():
            return push.recognition
        case m.MassSentEvent() | m.TemplateSentEvent():
            return push.status
        case m.KfSessionEvent():
            return push.kf_account
        case m.VerificationEvent():
            return push.reason
    return ""
