"""Small drawings of days: a line for a row of a table, bars for a page. In whole units; the page draws them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

LINE_WIDTH, LINE_HEIGHT = 120, 28
BARS_WIDTH, BARS_HEIGHT = 720, 150


@dataclass(frozen=True, slots=True)
class Bar:
    """One day; `words` is read when it is pointed at."""

    x: int
    y: int
    width: int
    height: int
    words: str


def sparkline(values: Sequence[int]) -> str:
    """The points of a line through `values`, for a drawing of LINE_WIDTH × LINE_HEIGHT."""
    top = max(values, default=0) or 1
    last = max(len(values) - 1, 1)
    inner = LINE_HEIGHT - 4
    return " ".join(
        f"{2 + number * (LINE_WIDTH - 4) // last},{2 + inner - value * inner // top}"
        for number, value in enumerate(values)
    )


def bars(values: Sequence[int], words: Sequence[str]) -> list[Bar]:
    """Bars side by side in a drawing of BARS_WIDTH × BARS_HEIGHT; no day is so small that it cannot be seen."""
    top = max(values, default=0) or 1
    step = BARS_WIDTH * 10 // max(len(values), 1)  # tenths of a unit
    width = max(1, min(step * 7 // 100, 40))
    drawn = []
    for number, (value, text) in enumerate(zip(values, words, strict=True)):
        height = max(3, value * BARS_HEIGHT // top) if value else 0
        x = (step * number + step // 2) // 10 - width // 2
        drawn.append(Bar(x, BARS_HEIGHT - height, width, height, text))
    return drawn
