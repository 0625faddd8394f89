"""Text for a printed surface that cannot grow: wrapped, made smaller, and cut off at last. In whole units."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

EM = 100  # widths are hundredths of the type size
_NARROW, _BROAD = frozenset(" iljtfrI.,:;|!'`()[]{}"), frozenset("mwMW@%&—…")
_NEVER_FIRST = frozenset("，。、！？；：）》」』”’…,.!?;:)]}%")
_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class FittedText:
    """Lines of a type size in the units of the drawing."""

    size: int
    lines: tuple[str, ...]


def fit(text: str, *, width: int, sizes: Sequence[int], max_lines: int) -> FittedText:
    """`text` in the largest of `sizes` (descending) that needs no more than `max_lines` lines of `width`."""
    letters = list(_clusters(_printable(text)))
    for size in sizes:
        lines = _wrap(letters, width * EM // size)
        if len(lines) <= max_lines:
            return FittedText(size, tuple(lines))
    kept = lines[:max_lines]
    kept[-1] = _cut(kept[-1], width * EM // size)
    return FittedText(size, tuple(kept))


def _printable(text: str) -> str:
    """Without what a drawing may not hold or what would turn it round: control characters, marks of direction."""
    joined = "".join(letter for letter in text if letter.isprintable() or letter in f" {_JOINER}")
    return " ".join(joined.split())


def _clusters(text: str) -> Iterator[str]:
    """Letters with what belongs to them: accents, skin tones, the parts of a joined emoji, pairs of a flag."""
    cluster = ""
    for letter in text:
        if cluster and _belongs_to(cluster, letter):
            cluster += letter
            continue
        if cluster:
            yield cluster
        cluster = letter
    if cluster:
        yield cluster


def _belongs_to(cluster: str, letter: str) -> bool:
    is_flag = all("\U0001f1e6" <= each <= "\U0001f1ff" for each in (*cluster, letter))
    return (
        cluster.endswith(_JOINER)
        or letter == _JOINER
        or unicodedata.category(letter) in ("Mn", "Me")
        or "\U0001f3fb" <= letter <= "\U0001f3ff"
        or (is_flag and len(cluster) == 1)
    )


def _width(cluster: str) -> int:
    letter = cluster[0]
    if letter >= "\U0001f000":
        return 135
    if unicodedata.east_asian_width(letter) in "WFA":
        return EM
    if letter in _NARROW:
        return 36
    if letter in _BROAD:
        return EM
    return 74 if letter.isupper() else 62


def _wrap(letters: Sequence[str], limit: int) -> list[str]:
    lines: list[list[str]] = [[]]
    used = 0
    for letter in letters:
        width = _width(letter)
        if used + width > limit and lines[-1] and letter not in _NEVER_FIRST:
            carried = _unfinished_word(lines[-1]) if letter != " " and letter.isascii() else []
            lines.append(carried)
            used = sum(map(_width, carried))
        if letter != " " or lines[-1]:
            lines[-1].append(letter)
            used += width
    return ["".join(line).strip() for line in lines]


def _unfinished_word(line: list[str]) -> list[str]:
    """Takes the Latin word at the end of `line` away from it, unless the line is nothing else."""
    start = len(line)
    while start and line[start - 1].isascii() and line[start - 1] != " ":
        start -= 1
    if start == 0:
        return []
    word = line[start:]
    del line[start:]
    return word


def _cut(line: str, limit: int) -> str:
    kept, used = [], EM
    for letter in _clusters(line):
        used += _width(letter)
        if used > limit:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"
