"""Posters of A6 as SVG: a product with its page QR code, or a scene code with a slogan.

What is printed is for followers, so its words are Chinese whatever language the console is read in.
"""

import logging
from base64 import b64encode
from dataclasses import dataclass

from flask import current_app, render_template

from app.catalog.models import Product
from app.catalog.service import price_span_fen
from app.core.errors import InputInvalid
from app.core.media.store import MediaUnreachable, get_media
from app.core.money import format_yuan
from app.core.pictures import Size, draw_copies
from app.core.qr import draw_qr
from app.words.face import load_face
from console.entrances.fitted_text import FittedText, fit

logger = logging.getLogger(__name__)

PICTURE = Size(1240, 945, is_cut=True)  # the upper part of an A6 sheet at 300 dots an inch
TO_THE_PAGE = "微信扫一扫购买"
TO_THE_CASHIER = "微信扫一扫付款取货"
TO_THE_CHAT = "微信扫一扫"
FROM = "起"
DEFAULT_SLOGAN = "扫码关注，进店看看"
LONGEST_SLOGAN = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: where its baseline stands, and how large it is, in tenths of a millimetre."""

    y: int
    size: int
    text: str


def draw_product_poster(product: Product, qr_text: str, *, hint: str, note: str) -> str:
    """The product's picture, title and price beside the code. `note`: small print that tells posters apart."""
    title = fit(product.title, width=530, sizes=(62, 54, 46, 40), max_lines=3)
    lowest, highest = price_span_fen(product)
    name = _shop_name()
    price = fit(format_yuan(lowest), width=380, sizes=(88, 72, 60, 48), max_lines=1)
    return render_template(
        "console/entrances/poster_product.svg",
        qr=draw_qr(qr_text),
        picture=_picture(product),
        title=_set(title, top=905),
        price=price if lowest else None,
        from_price=FROM if highest > lowest else "",
        hint=hint,
        shop=_fit_line(name, 620, 38),
        shop_large=_fit_line(name, 900, 96),
        note=_fit_line(note, 300, 24),
    )


def draw_code_poster(qr_text: str, *, slogan: str, note: str) -> str:
    """A slogan over a large code; without one, the usual."""
    words = fit(slogan[:LONGEST_SLOGAN] or DEFAULT_SLOGAN, width=890, sizes=(96, 84, 72, 60), max_lines=2)
    return render_template(
        "console/entrances/poster_code.svg",
        qr=draw_qr(qr_text),
        slogan=_set(words, top=150 + (260 - len(words.lines) * words.size * 13 // 10) // 2),
        hint=TO_THE_CHAT,
        shop=_fit_line(_shop_name(), 900, 44),
        note=_fit_line(note, 900, 24),
    )


def _shop_name() -> str:
    return load_face(current_app.config["SHOP_NAME"]).name


def _set(words: FittedText, *, top: int) -> list[Line]:
    """Lines below each other, the first one's letters beginning at `top`."""
    step = words.size * 13 // 10
    first = top + words.size * 88 // 100
    return [Line(first + step * number, words.size, text) for number, text in enumerate(words.lines)]


def _fit_line(text: str, width: int, size: int) -> FittedText:
    return fit(text, width=width, sizes=(size, size * 3 // 4), max_lines=1)


def _picture(product: Product) -> str:
    """The product's first picture as a data address, so that the poster is one file; empty without one."""
    if not product.pictures:
        return ""
    file = product.pictures[0].file
    try:
        picture = draw_copies(get_media().read(file), PICTURE)[0]
    except (OSError, InputInvalid, MediaUnreachable):
        logger.warning("picture not readable", extra={"file": file})
        return ""
    return "data:image/jpeg;base64," + b64encode(picture).decode()
