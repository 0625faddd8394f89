"""Options of a product and their combinations: `净含量=125g;包装=罐装` is one combination."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from flask_babel import gettext as _

from app.core.errors import InputInvalid

MAX_OPTIONS = 3
MAX_COMBINATIONS = 200
LONGEST_WORD = 30
LONGEST_COMBINATION = 200  # the column's
_SIGNS = "=＝：:"  # the first of them that is there stands between name and value
_BETWEEN_PAIRS = re.compile(r"[;；\n]+")
_BETWEEN = re.compile(r"[、，,;；\n]+")


@dataclass(frozen=True, slots=True)
class Option:
    """What a buyer chooses among: a name and its values."""

    name: str
    values: tuple[str, ...]


def read_option(name: str, values: str) -> Option:
    """An option as somebody types it: values between commas of any kind. Raises: InputInvalid."""
    words = [_tidy(word) for word in _BETWEEN.split(values)]
    return Option(_tidy(name), tuple(dict.fromkeys(word for word in words if word)))


def combine(options: Sequence[Option]) -> list[str]:
    """Every combination, in the order the options stand; one empty one without options.

    Raises: InputInvalid when a name is missing or twice there, or there are too many.
    """
    names = [option.name for option in options]
    if not all(names) or not all(option.values for option in options):
        raise InputInvalid(_("规格的名称和可选值都要填"))
    if len(set(names)) < len(names):
        raise InputInvalid(_("规格名称不能重复"))
    count = 1
    for option in options:
        count *= len(option.values)
    if count > MAX_COMBINATIONS:
        raise InputInvalid(_("规格组合太多：%(n)s 种，最多 %(limit)s 种", n=count, limit=MAX_COMBINATIONS))
    combinations = [
        join_options(dict(zip(names, values, strict=True)))
        for values in product(*(option.values for option in options))
    ]
    if any(len(combination) > LONGEST_COMBINATION for combination in combinations):
        raise InputInvalid(_("规格的文字太长"))
    return combinations


def read_combination(text: str) -> str:
    """`净含量：125g；包装：罐装`, as a sheet may say it, as the column keeps it; empty without options.

    Raises: InputInvalid.
    """
    options: dict[str, str] = {}
    for part in _BETWEEN_PAIRS.split(text):
        if not part.strip():
            continue
        sign = next((each for each in _SIGNS if each in part), "")
        name, _sign, value = part.partition(sign) if sign else (part, "", "")
        name, value = _tidy(name), _tidy(value)
        if not name or not value:
            raise InputInvalid(_("规格要写成“净含量=125g；包装=罐装”这样"))
        if name in options:
            raise InputInvalid(_("规格名称不能重复"))
        options[name] = value
    if len(options) > MAX_OPTIONS:
        raise InputInvalid(_("规格最多 %(n)s 种", n=MAX_OPTIONS))
    return join_options(options)


def join_options(options: Mapping[str, str]) -> str:
    """A dict as the column keeps it."""
    return ";".join(f"{name}={value}" for name, value in options.items())


def split_options(text: str) -> dict[str, str]:
    """The same as a dict, in the order it was written."""
    pairs = (part.partition("=") for part in text.split(";") if part)
    return {name: value for name, _, value in pairs}


def options_among(combinations: Sequence[str]) -> list[Option]:
    """The options that these combinations are made of."""
    found: dict[str, list[str]] = {}
    for combination in combinations:
        for name, value in split_options(combination).items():
            values = found.setdefault(name, [])
            if value not in values:
                values.append(value)
    return [Option(name, tuple(values)) for name, values in found.items()]


def _tidy(word: str) -> str:
    plain = " ".join(word.split())
    if any(letter in plain for letter in "=;"):
        raise InputInvalid(_("规格里不能有“=”和“;”"))
    if len(plain) > LONGEST_WORD:
        raise InputInvalid(_("规格“%(word)s…”太长，最多 %(n)s 字", word=plain[:10], n=LONGEST_WORD))
    return plain
