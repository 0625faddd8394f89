"""Pictures of goods: drawn anew in the three sizes the shop shows, kept under names nobody can guess.

`p-<random>.jpg` is what the product's page shows, `-s` beside it the square of lists, `-w` the wide picture of a
news card. Pictures of a seed folder come in one size, and stand for all three.
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select

from app.catalog.models import Product, ProductPicture
from app.core.db import db
from app.core.errors import InputInvalid
from app.core.media.store import delete_orphans, get_media
from app.core.pictures import Size, draw_copies

MAX_BYTES = 20 * 1024 * 1024  # as it is handed in
LARGE = Size(1600, 1600)
SMALL = Size(600, 600, is_cut=True)
WIDE = Size(900, 383, is_cut=True)  # WeChat's 2.35:1
PREFIX = "p-"
OLDEST_UNSAVED = timedelta(days=2)  # an editor may lie open that long before its product is saved
NAME = re.compile(r"p-[0-9a-f]{32}\.jpg")


def add_picture(data: bytes, *, name: str = "") -> str:
    """Keep a picture before anything names it; returns its name, a new one if none is given.

    Calls the store: never inside a transaction.

    Raises: InputInvalid when it is none, or too large; StorageFull, MediaUnreachable.
    """
    if len(data) > MAX_BYTES:
        raise InputInvalid(_("图片太大：最多 %(limit)d MB", limit=MAX_BYTES // 2**20))
    large, small, wide = draw_copies(data, LARGE, SMALL, WIDE)
    name = name or f"{PREFIX}{secrets.token_hex(16)}.jpg"
    for each, drawn in ((small_of(name), small), (wide_of(name), wide), (name, large)):
        get_media().write(each, drawn)
    return name


def name_by_content(data: bytes, *, secret: str) -> str:
    """The name under which the same picture is kept however often it comes; nobody else can tell it."""
    return f"{PREFIX}{hmac.new(secret.encode(), data, sha256).hexdigest()[:32]}.jpg"


def small_of(name: str) -> str:
    """The square copy for lists, where there is one."""
    return _copy_of(name, "-s")


def wide_of(name: str) -> str:
    """The wide copy for news cards, where there is one."""
    return _copy_of(name, "-w")


def sweep_pictures(more: Iterable[str] = ()) -> int:
    """Delete pictures that no product names, nor `more`: an editor was left without saving; returns how many."""
    known = {
        *more,
        *db.session.scalars(select(ProductPicture.file)),
        *db.session.scalars(select(Product.cover)),
    }
    for description in db.session.scalars(
        select(Product.description).where(Product.description.contains(PREFIX))
    ):
        known.update(NAME.findall(description))
    copies = {copy for name in known for copy in (small_of(name), wide_of(name))}
    return delete_orphans(PREFIX, known | copies, age=OLDEST_UNSAVED)


def _copy_of(name: str, mark: str) -> str:
    return f"{name[:-4]}{mark}.jpg" if NAME.fullmatch(name) else name
