"""Fen to yuan and back. Yuan are text for people; everything else counts in whole fen."""

from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _

from app.core.errors import InputInvalid

MAX_FEN = 10_000_000_00  # ten million yuan: beyond it somebody has mistyped


def format_yuan(amount_fen: int) -> str:
    """1990 → `19.90`, with thousands separated: 123456789 → `1,234,567.89`."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}{yuan:,}.{fen:02d}"


def parse_yuan(text: str) -> int:
    """Fen from a person's `19.9`, `¥19.90` or `1,999`.

    Raises: InputInvalid when it is no amount, is negative, has a third decimal or is absurdly large.
    """
    cleaned = text.strip().lstrip("¥￥").replace(",", "").strip()
    try:
        fen = Decimal(cleaned) * 100
    except InvalidOperation as error:
        raise InputInvalid(_("金额写法不对，例如 19.90")) from error
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 <= fen <= MAX_FEN:
        raise InputInvalid(_("金额须在 0 到 10,000,000 元之间，最多两位小数"))
    return int(fen)
