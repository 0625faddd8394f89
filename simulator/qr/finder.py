"""Finding an upright QR code in a bitmap by its three corner patterns, and sampling its modules."""

from __future__ import annotations

from itertools import groupby, permutations
from typing import NamedTuple

from simulator.qr.errors import QrError
from simulator.qr.png import Bitmap

Matrix = list[list[bool]]  # modules; True is dark


class Mark(NamedTuple):
    """The middle of a corner pattern and the size of one module there, in pixels."""

    x: float
    y: float
    module: float


def find_matrix(bitmap: Bitmap) -> Matrix:
    """Raises: QrError."""
    marks = _merge(_candidates(bitmap))
    corners = _choose(marks)
    if corners is None:
        raise QrError("图片里没有找到端正的二维码")
    top_left, top_right, bottom_left = corners
    module = (top_left.module + top_right.module + bottom_left.module) / 3
    across, down = top_right.x - top_left.x, bottom_left.y - top_left.y
    version = round(((across + down) / 2 / module + 7 - 17) / 4)
    if not 1 <= version <= 40:
        raise QrError("图片里没有找到端正的二维码")
    size = 17 + 4 * version
    pitch_x, pitch_y = across / (size - 7), down / (size - 7)
    columns = [int(top_left.x + (number - 3) * pitch_x) for number in range(size)]
    rows = [int(top_left.y + (number - 3) * pitch_y) for number in range(size)]
    if min(columns[0], rows[0]) < 0 or columns[-1] >= len(bitmap[0]) or rows[-1] >= len(bitmap):
        raise QrError("二维码没有拍全")
    return [[bitmap[y][x] for x in columns] for y in rows]


def _candidates(bitmap: Bitmap) -> list[Mark]:
    """Every place where the row and the column both run 1:1:3:1:1, beginning with dark."""
    found = []
    for y, row in enumerate(bitmap):
        for x, length in _patterns(row):
            column = [line[int(x)] for line in bitmap[max(0, y - int(length)) : y + int(length) + 1]]
            offset = max(0, y - int(length))
            for middle, height in _patterns(column):
                if abs(middle + offset - y) <= length / 14 + 1 and abs(height - length) <= length / 4:
                    found.append(Mark(x, middle + offset, length / 7))
    return found


def _patterns(line: list[bool]) -> list[tuple[float, float]]:
    """Middle and length of each 1:1:3:1:1 run in one line of pixels."""
    runs, place = [], 0
    for dark, pixels in groupby(line):
        length = len(list(pixels))
        runs.append((dark, place, length))
        place += length
    found = []
    for number in range(len(runs) - 4):
        if not runs[number][0]:
            continue
        lengths = [run[2] for run in runs[number : number + 5]]
        total = sum(lengths)
        module = total / 7
        wanted = (1, 1, 3, 1, 1)
        fits = all(
            abs(length - share * module) <= module * 0.6
            for length, share in zip(lengths, wanted, strict=True)
        )
        if fits and total >= 7:
            middle = runs[number + 2]
            found.append((middle[1] + middle[2] / 2, float(total)))
    return found


def _merge(marks: list[Mark]) -> list[Mark]:
    """One mark for each pattern: neighbouring rows find the same one."""
    groups: list[list[Mark]] = []
    for mark in marks:
        near = next(
            (
                group
                for group in groups
                if abs(group[0].x - mark.x) < 3 * mark.module and abs(group[0].y - mark.y) < 3 * mark.module
            ),
            None,
        )
        if near is None:
            groups.append([mark])
        else:
            near.append(mark)
    return [
        Mark(*(sum(values) / len(group) for values in zip(*group, strict=True)))
        for group in sorted(groups, key=len, reverse=True)[:12]
    ]


def _choose(marks: list[Mark]) -> tuple[Mark, Mark, Mark] | None:
    """Top left, top right, bottom left of the largest upright code."""
    best: tuple[float, tuple[Mark, Mark, Mark]] | None = None
    for corner, right, below in permutations(marks, 3):
        across, down, module = right.x - corner.x, below.y - corner.y, corner.module
        upright = abs(right.y - corner.y) < 2 * module and abs(below.x - corner.x) < 2 * module
        alike = abs(right.module - module) < module / 3 and abs(below.module - module) < module / 3
        square = across > 10 * module and abs(across - down) < 3 * module
        if upright and alike and square and (best is None or across > best[0]):
            best = (across, (corner, right, below))
    return best[1] if best else None
