"""What entrances are called on the screens: their kind in the reader's language, and their name of now."""

from collections.abc import Iterable

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.entrances.models import Entrance, EntranceKind
from app.orders.entrance_names import name_entrances
from console.frame.labels import Labels

# A kind of entrance, as a word.
kind_label = Labels(
    {
        EntranceKind.MENU: _l("菜单"),
        EntranceKind.KEYWORD: _l("关键词"),
        EntranceKind.WELCOME: _l("固定回复"),
        EntranceKind.NOTICE: _l("通知"),
        EntranceKind.SHARE: _l("分享"),
        EntranceKind.SCENE: _l("渠道码"),
        EntranceKind.POSTER: _l("商品码"),
        EntranceKind.DESK: _l("客服"),
        EntranceKind.BROADCAST: _l("群发"),
    }
)


def names_of(entrances: Iterable[Entrance]) -> dict[int, str]:
    """Names by number; asked for once in a request."""
    known: dict[int, str] = g.setdefault("entrance_names", {})
    if unknown := [entrance for entrance in entrances if entrance.id not in known]:
        known.update(name_entrances(unknown))
    return known


def entrance_label(entrance: Entrance) -> str:
    """`关键词：茶`, in English `Keyword: 茶`."""
    name = names_of([entrance])[entrance.id]
    return str(_("%(kind)s：%(name)s", kind=kind_label(entrance.kind), name=name))
