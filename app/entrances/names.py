"""Names that the merchant gives to codes and places: short, and harmless wherever they are shown or printed."""

from flask_babel import gettext as _

from app.core.errors import InputInvalid

EMOJI_JOINER = "\u200d"


def tidy_name(text: str, *, longest: int) -> str:
    """Without needless blanks. Raises: InputInvalid when nothing or too much is left, or what nobody can see."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= longest:
        raise InputInvalid(_("名称要有 1 到 %(n)d 个字", n=longest))
    if not all(letter.isprintable() or letter == EMOJI_JOINER for letter in name):
        raise InputInvalid(_("名称里有不能显示的字符"))
    return name
