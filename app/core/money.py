"""Fen as people read and write them. Everything else counts in whole fen."""

import re

_PLAIN = re.compile(r"(?P<yuan>[0-9]{1,12})(?:\.(?P<fen>[0-9]{1,2}))?")


def format_yuan(amount_fen: int) -> str:
    """1990 → `19.90`, with thousands separated: 123456789 → `1,234,567.89`."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}{yuan:,}.{fen:02d}"


def read_yuan(text: str) -> int:
    """`19.90`, `1,234.5` or `￥20` as a person writes it → fen. Raises: ValueError."""
    plain = _PLAIN.fullmatch(text.strip().lstrip("¥￥").replace(",", "").replace("，", ""))
    if plain is None:
        raise ValueError(text)
    return int(plain["yuan"]) * 100 + int((plain["fen"] or "").ljust(2, "0"))
