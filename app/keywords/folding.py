"""Brings texts to one form, so that it does not matter how a word was typed.

Full width, letter case, traditional characters, blanks and characters nobody sees are evened out. The table from
traditional to simplified characters is OpenCC's, one character at a time.
"""

import re
import unicodedata
from functools import cache

import opencc
import re2

# zero width, directions, variants of emoji, fillers, control characters, halves of surrogate pairs
_UNSEEN = [
    *(code for code in range(0x20) if not chr(code).isspace()),
    *(0x7F, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x180E, 0x2800, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xD800, 0xE000),
    *range(0xE0000, 0xE0200),
]
_HAN = (range(0x3400, 0xA000), range(0x20000, 0x323B0))
# an escaped character, or several that are not ASCII: `\d` keeps its meaning, a full-width bracket becomes a plain one
_PARTS = re.compile(r"\\[\x00-\x7f]|\\?([^\x00-\x7f]+)", re.DOTALL)


def fold(text: str) -> str:
    """The form in which words are compared; without blanks."""
    return without_blanks(fold_line(text))


def fold_line(text: str) -> str:
    """The form that regular expressions see: as `fold`, but blanks inside stay, each as it is."""
    even = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", even.translate(_table())).strip()


def without_blanks(line: str) -> str:
    """What `fold` makes, out of what `fold_line` made."""
    words = line.split()
    return line if len(words) == 1 else unicodedata.normalize("NFKC", "".join(words))


def fold_pattern(pattern: str) -> str:
    """A regular expression whose own characters are folded and whose syntax is untouched."""
    return _PARTS.sub(lambda part: re2.escape(fold_line(part[1])) if part[1] else part[0], pattern)


@cache
def _table() -> dict[int, str | None]:
    """For `str.translate`. Made once, in about 40 ms."""
    characters = "".join(chr(code) for block in _HAN for code in block)
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = {ord(old): new for old, new in zip(characters, simplified, strict=True) if old != new}
    # a few simplified ones are traditional forms of others again
    return {old: pairs.get(ord(new), new) for old, new in pairs.items()} | dict.fromkeys(_UNSEEN)
