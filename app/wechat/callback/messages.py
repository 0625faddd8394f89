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
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationEvent(Push):
    latitude: str
    longitude: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Push):
    """Everything else, with the fields as they came."""

    raw: Fields
