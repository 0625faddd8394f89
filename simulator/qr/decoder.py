"""From the modules of a QR code to its text (ISO/IEC 18004); tables of blocks come from `qrcode`."""

from __future__ import annotations

from collections.abc import Iterator

from qrcode import base
from qrcode import util as tables

from simulator.qr.errors import QrError
from simulator.qr.finder import Matrix
from simulator.qr.reed_solomon import correct

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
LENGTH_BITS = {1: (10, 12, 14), 2: (9, 11, 13), 4: (8, 16, 16), 8: (8, 10, 12)}  # mode: versions to 9, 26, 40
FORMAT_PLACES = (
    *((8, column) for column in range(6)),
    *((8, 7), (8, 8), (7, 8)),
    *((row, 8) for row in range(5, -1, -1)),
)


def decode_matrix(matrix: Matrix) -> str:
    """Raises: QrError."""
    size = len(matrix)
    version = (size - 17) // 4
    level, mask = _format(matrix)
    masked = tables.mask_func(mask)
    function = _function_modules(size, version)
    bits = [
        matrix[row][column] ^ masked(row, column) for row, column in _path(size) if not function[row][column]
    ]
    codewords = [
        sum(bit << (7 - place) for place, bit in enumerate(bits[start : start + 8]))
        for start in range(0, len(bits) - len(bits) % 8, 8)
    ]
    return _text(_data(codewords, version, level), version)


def _format(matrix: Matrix) -> tuple[int, int]:
    """Error-correction level and mask, from the nearest of the 32 possible format words."""
    read = 0
    for row, column in FORMAT_PLACES:
        read = read << 1 | matrix[row][column]
    words = {number: tables.BCH_type_info(number) for number in range(32)}
    best = min(words, key=lambda number: (words[number] ^ read).bit_count())
    if (words[best] ^ read).bit_count() > 3:
        raise QrError("二维码的格式信息读不出")
    return best >> 3, best & 7


def _function_modules(size: int, version: int) -> list[list[bool]]:
    function = [[False] * size for _ in range(size)]

    def fill(top: int, left: int, height: int, width: int) -> None:
        for row in range(top, top + height):
            for column in range(left, left + width):
                function[row][column] = True

    for top, left in ((0, 0), (0, size - 8), (size - 8, 0)):
        fill(top, left, 9 if top == 0 else 8, 9 if left == 0 else 8)
    fill(6, 0, 1, size)
    fill(0, 6, size, 1)
    centres = tables.pattern_position(version)
    for row in centres:
        for column in centres:
            at_corner = (row < 9 and (column < 9 or column > size - 10)) or (row > size - 10 and column < 9)
            if not at_corner:
                fill(row - 2, column - 2, 5, 5)
    if version >= 7:
        fill(0, size - 11, 6, 3)
        fill(size - 11, 0, 3, 6)
    return function


def _path(size: int) -> Iterator[tuple[int, int]]:
    """Two columns at a time from the right, alternately upwards and downwards, around the timing column."""
    upwards = True
    for right in (column for column in range(size - 1, 0, -2)):
        start = right - 1 if right <= 6 else right
        for row in range(size - 1, -1, -1) if upwards else range(size):
            yield row, start
            yield row, start - 1
        upwards = not upwards


def _data(codewords: list[int], version: int, level: int) -> list[int]:
    """The data codewords: blocks un-interleaved and corrected."""
    blocks = base.rs_blocks(version, level)
    parts: list[list[int]] = [[] for _ in blocks]
    source = iter(codewords)
    for number in range(max(block.data_count for block in blocks)):
        for block, part in zip(blocks, parts, strict=True):
            if number < block.data_count:
                part.append(next(source))
    checks = blocks[0].total_count - blocks[0].data_count
    for _ in range(checks):
        for part in parts:
            part.append(next(source))
    return [word for part in parts for word in correct(part, checks)[:-checks]]


def _text(data: list[int], version: int) -> str:
    bits = "".join(f"{word:08b}" for word in data)
    place, pieces, pending = 0, [], b""

    def take(count: int) -> int:
        nonlocal place
        value = int(bits[place : place + count] or "0", 2)
        place += count
        return value

    while place + 4 <= len(bits):
        mode = take(4)
        if mode == 0:
            break
        if mode == 7:  # ECI: the bytes are read as UTF-8 all the same
            take(8)
            continue
        if mode not in LENGTH_BITS:
            raise QrError("二维码里有不认识的内容")
        count = take(LENGTH_BITS[mode][0 if version < 10 else 1 if version < 27 else 2])
        if mode == 4:
            pending += bytes(take(8) for _ in range(count))
            continue
        pieces.append(_bytes_as_text(pending))
        pending = b""
        if mode == 1:
            pieces.extend(f"{take((4, 7, 10)[size - 1]):0{size}d}" for size in _groups(count, 3))
        elif mode == 2:
            pieces.extend(_alphanumeric(take((6, 11)[size - 1]), size) for size in _groups(count, 2))
        else:
            pieces.extend(_kanji(take(13)) for _ in range(count))
    return "".join([*pieces, _bytes_as_text(pending)])


def _groups(count: int, size: int) -> list[int]:
    return [size] * (count // size) + ([count % size] if count % size else [])


def _alphanumeric(value: int, size: int) -> str:
    return ALPHANUMERIC[value // 45] + ALPHANUMERIC[value % 45] if size == 2 else ALPHANUMERIC[value]


def _kanji(value: int) -> str:
    word = value // 0xC0 << 8 | value % 0xC0
    word += 0x8140 if word + 0x8140 <= 0x9FFC else 0xC140
    return word.to_bytes(2, "big").decode("shift_jis", "replace")


def _bytes_as_text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
