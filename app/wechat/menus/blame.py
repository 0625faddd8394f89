"""Which button WeChat may have meant: its codes tell the level and the field, not the place.

Source: https://developers.weixin.qq.com/doc/service/guide/dev/errorcode.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core.errors import PlatformError
from app.wechat.menus.buttons import children_of, walk
from app.wechat.menus.limits import Button, name_of
from app.wechat.menus.words import say_place

MOST_NAMED = 6
TOP, SUB, ANY = "top", "sub", "any"


@dataclass(frozen=True, slots=True)
class Blame:
    """Buttons of this level, that have this field, or are of this type."""

    level: str = ANY
    field: str = "name"
    types: tuple[str, ...] = ()


BLAMED: Mapping[int, Blame] = {
    40017: Blame(TOP, "type"),
    40018: Blame(TOP),
    40019: Blame(TOP, "key"),
    40020: Blame(TOP, "url"),
    40055: Blame(TOP, "url"),
    40119: Blame(TOP, "type"),
    40024: Blame(SUB, "type"),
    40025: Blame(SUB),
    40026: Blame(SUB, "key"),
    40027: Blame(SUB, "url"),
    40054: Blame(SUB, "url"),
    40120: Blame(SUB, "type"),
    40007: Blame(field="media_id"),
    40118: Blame(field="media_id"),
    40121: Blame(field="media_id"),
    53600: Blame(field="article_id"),
    45064: Blame(types=("miniprogram",)),
    65316: Blame(field="url"),
    65317: Blame(field="url"),
}


def find_suspects(errcode: int, menu: Mapping[str, Any]) -> list[tuple[str, Button]]:
    """Places and buttons the code may be about; empty when it says nothing of the kind."""
    blame = BLAMED.get(errcode)
    return [(place, button) for place, button in walk(menu) if blame and _fits(blame, place, button)]


def with_suspects(error: PlatformError, menu: Mapping[str, Any]) -> PlatformError:
    """The same error, its sentence naming the buttons it may be about."""
    suspects = find_suspects(error.errcode, menu)
    if not suspects:
        return error
    named = "、".join(
        _("%(place)s“%(name)s”", place=say_place(place), name=name_of(button))
        for place, button in suspects[:MOST_NAMED]
    )
    words = _("%(error)s。请检查：%(buttons)s", error=error.message, buttons=named)
    return PlatformError(error.errcode, error.errmsg, words)


def _fits(blame: Blame, place: str, button: Button) -> bool:
    is_level = blame.level in (ANY, SUB if "." in place else TOP)
    is_type = not blame.types or button.get("type") in blame.types
    return (
        is_level and is_type and blame.field in button and (blame.field != "type" or not children_of(button))
    )
