"""What kinds of messages and events are called."""

from flask_babel import lazy_gettext as _l

from console.frame.labels import Labels

_kind_label = Labels(
    {
        "text": _l("文字"),
        "image": _l("图片"),
        "voice": _l("语音"),
        "video": _l("视频"),
        "shortvideo": _l("小视频"),
        "location": _l("位置"),
        "link": _l("链接"),
        "miniprogrampage": _l("小程序卡片"),
        "news": _l("图文"),
        "notice": _l("模板通知"),
        "music": _l("音乐"),
        "article": _l("文章"),
        "hand_over": _l("转人工"),
        "event": _l("事件"),
        "event:subscribe": _l("关注"),
        "event:unsubscribe": _l("取消关注"),
        "event:scan": _l("扫渠道码"),
        "event:click": _l("点菜单"),
        "event:view": _l("打开链接"),
        "event:view_miniprogram": _l("打开小程序"),
        "event:location": _l("上报位置"),
        "event:location_select": _l("选择位置"),
        "event:scancode_push": _l("扫码"),
        "event:scancode_waitmsg": _l("扫码"),
        "event:pic_sysphoto": _l("拍照"),
        "event:pic_photo_or_album": _l("发照片"),
        "event:pic_weixin": _l("发相册图片"),
        "event:templatesendjobfinish": _l("模板消息结果"),
        "event:subscribe_msg_popup_event": _l("选了要不要通知"),
        "event:subscribe_msg_change_event": _l("关了订阅通知"),
        "event:subscribe_msg_sent_event": _l("订阅通知结果"),
        "event:masssendjobfinish": _l("群发结果"),
        "event:kf_create_session": _l("微信客服接入"),
        "event:kf_close_session": _l("微信客服结束"),
        "event:kf_switch_session": _l("微信客服转接"),
        "event:user_authorization_revoke": _l("撤回授权"),
        "event:user_authorization_cancellation": _l("注销账号"),
    }
)


def say_kind(kind: str) -> str:
    """A kind of message or event."""
    return _kind_label(kind).removeprefix("event:")
