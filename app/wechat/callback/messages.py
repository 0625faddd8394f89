"""What followers and the platform tell us: one small type for each kind of push.

Source: https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html
"""

from dataclasses import dataclass
from datetime import datetime

from app.wechat.callback.flat_xml import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What every push carries. `account_id` is the account's original id, `gh_…`."""

    openid: str
    account_id: str
    sent_at: datetime  # aware UTC, WeChat's clock, whole seconds
    kind: str  # `text`, `event:click`: the key of the dispatch table
    dedupe_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage(Push):
    content: str
    menu_option: str = ""  # bizmsgmenuid: he tapped this option of a menu message


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageMessage(Push):
    picture_url: str
    media_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceMessage(Push):
    media_id: str
    format: str
    recognition: str  # normally empty


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoMessage(Push):
    """`video` and `shortvideo`."""

    media_id: str
    thumb_media_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationMessage(Push):
    latitude: str
    longitude: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMessage(Push):
    title: str
    description: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniProgramMessage(Push):
    """A mini program's card, sent to a person at the desk."""

    title: str
    appid: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeEvent(Push):
    """Somebody follows; `scene` is the scanned QR code's, empty without one."""

    scene: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeEvent(Push):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEvent(Push):
    """A follower scanned a QR code with a scene."""

    scene: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickEvent(Push):
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewEvent(Push):
    """A button opened a page, or a mini program; `menu_id` is that of the personalised menu he saw."""

    url: str
    menu_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCodeEvent(Push):
    """A menu button scanned a code: `scancode_push` shows it there, `scancode_waitmsg` waits for an answer."""

    key: str
    scan_type: str  # `qrcode`, `barcode`
    result: str  # `EAN_13,6901234567892`, or a QR code's text


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureEvent(Push):
    """A menu button sends pictures; they follow as ordinary messages."""

    key: str
    md5s: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationSelectEvent(Push):
    """A menu button sends a place; it follows as an ordinary message."""

    key: str
    latitude: str
    longitude: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationEvent(Push):
    latitude: str
    longitude: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MassSentEvent(Push):
    """A broadcast is done; the counts are people."""

    msg_id: str
    status: str  # `send success`, `send fail`, `err(10001)`
    total: int
    filtered: int
    sent: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSentEvent(Push):
    msg_id: str
    status: str  # `success`, `failed:user block`, `failed: system failed`


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Push):
    """What he decided about subscription messages, or how sending one ended; one item per template."""

    items: tuple["SubscriptionItem", ...]


@dataclass(frozen=True, slots=True)
class SubscriptionItem:
    template_id: str
    status: str  # `accept`, `reject`; `success` or an error's name for one that was sent
    msg_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishEvent(Push):
    publish_id: str
    status: str  # `0` is published
    article_id: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationEvent(Push):
    """He changed, withdrew or ended what he had allowed; `subject` is whose data it is about."""

    subject: str  # openid
    revoked: str  # codes, e.g. `201` address; empty for everything


@dataclass(frozen=True, slots=True, kw_only=True)
class KfSessionEvent(Push):
    """WeChat's own desk took a case, ended it or gave it to another account."""

    kf_account: str  # who has it now, or had it last
    from_account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationEvent(Push):
    """The account's verification goes well, ends or failed."""

    expires_at: datetime | None
    reason: str  # why it failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Push):
    """Everything else, with the fields as they came."""

    raw: Fields
