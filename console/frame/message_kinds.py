"""What kinds of messages and events are called."""

from flask_babel import gettext as _


def say_kind(kind: str) -> str:
    """A kind of message or event."""
    labels = {
        "text": _("文字"),
        "image": _("图片"),
        "voice": _("语音"),
        "video": _("视频"),
        "shortvideo": _("小视频"),
        "location": _("位置"),
        "link": _("链接"),
        "miniprogrampage": _("小程序卡片"),
        "news": _("图文"),
        "music": _("音乐"),
        "article": _("文章"),
        "hand_over": _("转人工"),
        "event": _("事件"),
        "event:subscribe": _("关注"),
        "event:unsubscribe": _("取消关注"),
        "event:scan": _("扫渠道码"),
        "event:click": _("点菜单"),
        "event:view": _("打开链接"),
        "event:view_miniprogram": _("打开小程序"),
        "event:location": _("上报位置"),
        "event:location_select": _("选择位置"),
        "event:scancode_push": _("扫码"),
        "event:scancode_waitmsg": _("扫码"),
        "event:pic_sysphoto": _("拍照"),
        "event:pic_photo_or_album": _("发照片"),
        "event:pic_weixin": _("发相册图片"),
        "event:templatesendjobfinish": _("模板消息结果"),
        "event:masssendjobfinish": _("群发结果"),
        "event:kf_create_session": _("微信客服接入"),
        "event:kf_close_session": _("微信客服结束"),
        "event:kf_switch_session": _("微信客服转接"),
        "event:user_authorization_revoke": _("撤回授权"),
        "event:user_authorization_cancellation": _("注销账号"),
    }
    return labels.get(kind, kind.removeprefix("event:"))
