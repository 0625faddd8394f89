"""What entrances are called on the screens: their kind in the reader's language, and their name of now."""

from collections.abc import Iterable

from flask import g
from flask_babel import gettext as _

from app.entrances.models import Entrance, EntranceKind
from app.orders.entrance_names import name_entrances


def kind_label(kind: str) -> str:
    """A kind of entrance, as a word."""
    labels = {
        EntranceKind.MENU: _("菜单"),
        EntranceKind.KEYWORD: _("关键词"),
        EntranceKind.WELCOME: _("固定回复"),
        EntranceKind.NOTICE: _("通知"),
        EntranceKind.SHARE: _("分享"),
        EntranceKind.SCENE: _("渠道码"),
        EntranceKind.POSTER: _("商品码"),
        EntranceKind.DESK: _("客服"),
        EntranceKind.BROADCAST: _("群发"),
    }
    return labels.get(EntranceKind(kind), kind)


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
