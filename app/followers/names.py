"""Names that strangers chose: kept so that any database can hold them, shown so that they harm no line or sheet."""

import unicodedata

from flask_babel import gettext as _

from app.followers.models import Follower

_BLANK = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800"}  # letters that show nothing
_JOINER = "\u200d"  # makes one emoji of several
_VARIANT = "\ufe0f"
_MOST_MARKS = 2  # on one letter: more of them climb over the lines above
SHOWN = 40


def fit(text: object, limit: int) -> str:
    """`text` as a column of `limit` characters can keep it: no zero bytes, no halves of characters."""
    whole = str(text or "").replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    return whole[:limit]


def tame(text: str, limit: int = SHOWN) -> str:
    """`text` as one harmless line: nothing invisible, nothing that turns the writing direction, cut at `limit`."""
    if text.isalnum() and len(text) <= limit and _BLANK.isdisjoint(text):  # as nearly all are
        return text
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") and letter != _VARIANT else 0
        if marks <= _MOST_MARKS and _is_shown(letter):
            kept.append(" " if letter.isspace() else letter)
    line = " ".join("".join(kept).split()).lstrip(_JOINER + _VARIANT + " ").rstrip(_JOINER + " ")
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip(_JOINER)}…"


def name_of(follower: Follower) -> str:
    """What to call him: the merchant's remark, else his nickname, else his number."""
    return tame(follower.remark) or tame(follower.nickname) or _("粉丝 %(number)s", number=follower.id)


def initial_of(follower: Follower) -> str:
    """The one letter that stands for him where he has no picture."""
    return next(letter for letter in name_of(follower) + _("粉丝") if letter.isalnum())


def _is_shown(letter: str) -> bool:
    if letter in _BLANK:
        return False
    return (
        letter == _JOINER
        or letter.isspace()
        or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
