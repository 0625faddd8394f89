"""How each kind of push becomes its type: which field goes where.

Source: https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_event_pushes.html
"""

from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

from app.core import clock
from app.wechat.callback import messages as m
from app.wechat.callback.field_reader import Reader

SCENE_PREFIX = "qrscene_"

Common = dict[str, Any]
Build = Callable[[Reader, Common], m.Push]


def _plain(kind: Callable[..., m.Push], **fields: str) -> Build:
    """A builder that copies fields: `name=their name`."""

    def build(read: Reader, common: Common) -> m.Push:
        for name, theirs in fields.items():
            common[name] = read.optional(theirs)
        return kind(**common)

    return build


def _subscribe(read: Reader, common: Common) -> m.Push:
    return m.SubscribeEvent(scene=read.optional("EventKey").removeprefix(SCENE_PREFIX), **common)


def _pictures(read: Reader, common: Common) -> m.Push:
    md5s = read.all("SendPicsInfo/PicList/item/PicMd5Sum")
    return m.PictureEvent(key=read.optional("EventKey"), md5s=md5s, **common)


def _mass_sent(read: Reader, common: Common) -> m.Push:
    return m.MassSentEvent(
        msg_id=read.optional("MsgID"),
        status=read.optional("Status"),
        total=read.number("TotalCount"),
        filtered=read.number("FilterCount"),
        sent=read.number("SentCount"),
        errors=read.number("ErrorCount"),
        **common,
    )


def _subscription(name: str) -> Build:
    """`List` repeats without an inner element, so its fields arrive side by side."""

    def build(read: Reader, common: Common) -> m.Push:
        def column(field: str) -> tuple[str, ...]:
            return read.all(f"{name}/List/{field}")

        statuses = column("SubscribeStatusString") or column("ErrorStatus")
        rows = zip_longest(column("TemplateId"), statuses, column("MsgID"), fillvalue="")
        return m.Subscription(items=tuple(m.SubscriptionItem(*row) for row in rows), **common)

    return build


def _publish(read: Reader, common: Common) -> m.Push:
    return m.PublishEvent(
        publish_id=read.optional("PublishEventInfo/publish_id"),
        status=read.optional("PublishEventInfo/publish_status"),
        article_id=read.optional("PublishEventInfo/article_id"),
        urls=read.all("PublishEventInfo/article_detail/item/article_url"),
        **common,
    )


def _authorization(read: Reader, common: Common) -> m.Push:
    subject = read.first("OpenID", "openid") or common["openid"]
    return m.AuthorizationEvent(subject=subject, revoked=read.optional("RevokeInfo"), **common)


def _kf_session(read: Reader, common: Common) -> m.Push:
    return m.KfSessionEvent(
        kf_account=read.first("ToKfAccount", "KfAccount"),
        from_account=read.optional("FromKfAccount"),
        **common,
    )


def _verification(read: Reader, common: Common) -> m.Push:
    seconds = read.number("ExpiredTime")
    return m.VerificationEvent(
        expires_at=clock.from_timestamp(seconds) if 0 < seconds < 2**32 else None,
        reason=read.optional("FailReason"),
        **common,
    )


_VIDEO = _plain(m.VideoMessage, media_id="MediaId", thumb_media_id="ThumbMediaId")
_SCAN_CODE = _plain(
    m.ScanCodeEvent, key="EventKey", scan_type="ScanCodeInfo/ScanType", result="ScanCodeInfo/ScanResult"
)
_VIEW = _plain(m.ViewEvent, url="EventKey", menu_id="MenuId")

BUILDERS: Mapping[str, Build] = {
    "text": _plain(m.TextMessage, content="Content", menu_option="bizmsgmenuid"),
    "image": _plain(m.ImageMessage, picture_url="PicUrl", media_id="MediaId"),
    "voice": _plain(m.VoiceMessage, media_id="MediaId", format="Format", recognition="Recognition"),
    "video": _VIDEO,
    "shortvideo": _VIDEO,
    "location": _plain(m.LocationMessage, latitude="Location_X", longitude="Location_Y", label="Label"),
    "link": _plain(m.LinkMessage, title="Title", description="Description", url="Url"),
    "miniprogrampage": _plain(m.MiniProgramMessage, title="Title", appid="AppId", path="PagePath"),
    "event:subscribe": _subscribe,
    "event:unsubscribe": _plain(m.UnsubscribeEvent),
    "event:scan": _plain(m.ScanEvent, scene="EventKey"),
    "event:location": _plain(m.LocationEvent, latitude="Latitude", longitude="Longitude"),
    "event:click": _plain(m.ClickEvent, key="EventKey"),
    "event:view": _VIEW,
    "event:view_miniprogram": _VIEW,
    "event:scancode_push": _SCAN_CODE,
    "event:scancode_waitmsg": _SCAN_CODE,
    "event:pic_sysphoto": _pictures,
    "event:pic_photo_or_album": _pictures,
    "event:pic_weixin": _pictures,
    "event:location_select": _plain(
        m.LocationSelectEvent,
        key="EventKey",
        latitude="SendLocationInfo/Location_X",
        longitude="SendLocationInfo/Location_Y",
        label="SendLocationInfo/Label",
    ),
    "event:masssendjobfinish": _mass_sent,
    "event:templatesendjobfinish": _plain(m.TemplateSentEvent, msg_id="MsgID", status="Status"),
    "event:subscribe_msg_popup_event": _subscription("SubscribeMsgPopupEvent"),
    "event:subscribe_msg_change_event": _subscription("SubscribeMsgChangeEvent"),
    "event:subscribe_msg_sent_event": _subscription("SubscribeMsgSentEvent"),
    "event:publishjobfinish": _publish,
    "event:freepublishjobfinish": _publish,
    "event:user_info_modified": _authorization,
    "event:user_authorization_revoke": _authorization,
    "event:user_authorization_cancellation": _authorization,
    "event:kf_create_session": _kf_session,
    "event:kf_close_session": _kf_session,
    "event:kf_switch_session": _kf_session,
    "event:qualification_verify_success": _verification,
    "event:qualification_verify_fail": _verification,
    "event:naming_verify_success": _verification,
    "event:naming_verify_fail": _verification,
    "event:annual_renew": _verification,
    "event:verify_expired": _verification,
}
