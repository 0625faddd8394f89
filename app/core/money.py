"""Fen as people read them. Everything else counts in whole fen."""


def format_yuan(amount_fen: int) -> str:
    """1990 → `19.90`, with thousands separated: 123456789 → `1,234,567.89`."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}{yuan:,}.{fen:02d}"
