"""Addresses of the shop that remember which door of the chat they were handed out at."""

import re

from flask import current_app

from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from handlers.doors import Door
from handlers.ready import Ready


def link_to(path: str, door: Door, ready: Ready) -> str:
    """The full address of a page, with the code of this door."""
    return _with_code(f"{ready.base_url}{path}", ready.code(door))


def link_from_menu(path: str, ref: str, name: str) -> str:
    """Where a menu button leads; inside the shop's context."""
    code = code_for(EntranceKind.MENU, ref, f"菜单：{name}")
    return _with_code(f"{current_app.config['BASE_URL']}{path}", code)


def mark_links(text: str, door: Door, ready: Ready) -> str:
    """Give every address of our shop in what the merchant typed the code of this door."""
    pattern = re.compile(rf"{re.escape(ready.base_url)}/shop/[^\s\"'<>，。；）】]*")
    return pattern.sub(lambda found: _with_code(found.group(), ready.code(door)), text)


def _with_code(address: str, code: str) -> str:
    if re.search(r"[?&]e=", address):
        return address
    address, hash_mark, fragment = address.partition("#")
    return f"{address}{'&' if '?' in address else '?'}e={code}{hash_mark}{fragment}"
