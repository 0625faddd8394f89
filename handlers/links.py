"""Addresses of the shop that remember which door of the chat they were handed out at."""

import re
from dataclasses import dataclass

from flask import current_app

from app.entrances.models import EntranceKind
from app.entrances.service import code_for


@dataclass(frozen=True, slots=True)
class Door:
    """Which rule, button or code hands something out."""

    kind: EntranceKind
    ref: str
    label: str

    @property
    def code(self) -> str:
        """What a link carries as `?e=`."""
        return code_for(self.kind, self.ref, self.label)


def link_to(path: str, door: Door) -> str:
    """The full address of a page, with the code of this door."""
    return _with_code(f"{current_app.config['BASE_URL']}{path}", door.code)


def link_from_menu(path: str, ref: str, name: str) -> str:
    """Where a menu button leads."""
    return link_to(path, Door(EntranceKind.MENU, ref, f"菜单：{name}"))


def mark_links(text: str, door: Door) -> str:
    """Give every address of our shop in what the merchant typed the code of this door."""
    base = re.escape(current_app.config["BASE_URL"])
    pattern = re.compile(rf"{base}/shop/[^\s\"'<>，。；）】]*")
    return pattern.sub(lambda found: _with_code(found.group(), door.code), text)


def _with_code(address: str, code: str) -> str:
    if re.search(r"[?&]e=", address):
        return address
    address, hash_mark, fragment = address.partition("#")
    return f"{address}{'&' if '?' in address else '?'}e={code}{hash_mark}{fragment}"
