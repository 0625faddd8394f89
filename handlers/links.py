"""Addresses of the shop that remember which door of the chat they were handed out at."""

from flask import current_app

from app.entrances.models import EntranceKind
from app.entrances.service import code_for


def link_to(path: str, kind: EntranceKind, ref: str, label: str) -> str:
    """The full address of a page, with the code of this entrance."""
    joint = "&" if "?" in path else "?"
    return f"{current_app.config['BASE_URL']}{path}{joint}e={code_for(kind, ref, label)}"


def link_from_menu(path: str, ref: str, name: str) -> str:
    """Where a menu button leads."""
    return link_to(path, EntranceKind.MENU, ref, f"菜单：{name}")
