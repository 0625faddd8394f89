"""Followers: the list, a card for each, tags, the walk through all of them, export."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import OPERATOR, SERVICE, Right, RightGroup
from console.followers import card, export, pages, product_messages, sync, tags

BLUEPRINTS = tuple(
    dict.fromkeys(each.blueprint for each in (pages, card, export, product_messages, sync, tags))
)  # some share one
RIGHTS = RightGroup(
    _l("粉丝"),
    Right(
        _l("查看粉丝"),
        "console.followers.index",
        "console.followers.detail",
        "console.followers.refresh",
        roles=(OPERATOR, SERVICE),
    ),
    Right(
        _l("打标签、改备注"),
        "console.followers.put_tag",
        "console.followers.take_tag",
        "console.followers.set_remark",
        "console.followers.tag_many",
        roles=(OPERATOR, SERVICE),
    ),
    Right(_l("查看粉丝的完整地址"), "console.followers.show_addresses", roles=(OPERATOR, SERVICE)),
    Right(
        _l("替粉丝开关商品消息"),
        "console.followers.set_product_messages",
        roles=(OPERATOR, SERVICE),
    ),
    Right(_l("拉黑粉丝"), "console.followers.set_blacklist", roles=(OPERATOR,)),
    Right(_l("导出粉丝名单"), "console.followers.export"),
    Right(
        _l("管理标签"),
        "console.followers_tags.index",
        "console.followers_tags.create",
        "console.followers_tags.change",
        "console.followers_tags.remove",
        "console.followers_tags.retry",
        "console.followers_tags.refresh",
        "console.followers_tags.fitting",
        roles=(OPERATOR,),
    ),
    Right(
        _l("同步粉丝名单"),
        "console.followers.show_sync",
        "console.followers.sync_progress",
        "console.followers.start_sync",
        "console.followers.stop_sync",
        roles=(OPERATOR,),
    ),
)
