"""Where a follower came from, in words: WeChat's `subscribe_scene`."""

from flask_babel import lazy_gettext as _l

from console.frame.labels import Labels

# One that we do not know stays as it is.
source_label = Labels(
    {
        "ADD_SCENE_SEARCH": _l("公众号搜索"),
        "ADD_SCENE_ACCOUNT_MIGRATION": _l("公众号迁移"),
        "ADD_SCENE_PROFILE_CARD": _l("名片分享"),
        "ADD_SCENE_QR_CODE": _l("扫描二维码"),
        "ADD_SCENE_PROFILE_LINK": _l("图文页内名称点击"),
        "ADD_SCENE_PROFILE_ITEM": _l("图文页右上角菜单"),
        "ADD_SCENE_PAID": _l("支付后关注"),
        "ADD_SCENE_WECHAT_ADVERTISEMENT": _l("微信广告"),
        "ADD_SCENE_WXA": _l("小程序"),
        "ADD_SCENE_REPRINT": _l("他人转载"),
        "ADD_SCENE_LIVESTREAM": _l("视频号直播"),
        "ADD_SCENE_CHANNELS": _l("视频号"),
        "ADD_SCENE_OTHERS": _l("其他"),
    }
)
