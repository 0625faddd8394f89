"""The shop's colour, and its shades that can be read: WCAG's contrast, AA (4.5 : 1 for text).

Source: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
"""

import re
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.errors import InputInvalid

AA = 4.5
WHITE, LIGHT_GROUND, DARK_GROUND = "#ffffff", "#ededed", "#2c2c2c"  # WeUI's, the worst a text may stand on
_HEX = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Shades:
    """What the pages use: a button's ground under white words, and words on the light and the dark ground."""

    ground: str
    words_light: str
    words_dark: str


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def check_colour(text: str) -> str:
    """The colour as `#rrggbb`, or empty for WeChat's green.

    Raises: InputInvalid when it is none, or white words on it could not be read; it then offers the nearest.
    """
    colour = text.strip().lower()
    if colour and not _HEX.fullmatch(colour):
        raise InputInvalid(_("颜色的写法不对，应像 #0b7d4b"))
    if colour and contrast(colour, WHITE) < AA:
        ratio, nearest = f"{contrast(colour, WHITE):.1f}", _until_readable(colour, "#000000", WHITE)
        raise InputInvalid(
            _(
                "这个颜色太浅：按钮上的白字对比度只有 %(ratio)s，至少要 4.5。相近又看得清的是 %(nearest)s",
                ratio=ratio,
                nearest=nearest,
            )
        )
    return colour


def shades_of(colour: str) -> Shades:
    """The readable shades of a checked colour."""
    return Shades(
        colour,
        _until_readable(colour, "#000000", LIGHT_GROUND),
        _until_readable(colour, "#ffffff", DARK_GROUND),
    )


def _until_readable(colour: str, towards: str, ground: str) -> str:
    """The first shade on the way to black or white that can be read on this ground."""
    steps = (_mix(colour, towards, step / 50) for step in range(51))
    return next(shade for shade in steps if contrast(shade, ground) >= AA)


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
