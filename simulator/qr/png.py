"""Reading a PNG into rows of dark and light, without an imaging library (https://www.w3.org/TR/png-3/)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from simulator.qr.errors import QrError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
LARGEST_PIXELS = 16_000_000
Bitmap = list[list[bool]]  # rows; True is dark


def read_png(data: bytes) -> Bitmap:
    """Raises: QrError."""
    if not data.startswith(SIGNATURE):
        raise QrError("请用 PNG 图片（截图或保存的二维码）")
    try:
        chunks = list(_chunks(data))
        header = next(body for name, body in chunks if name == b"IHDR")
        width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
        if interlace or colour not in CHANNELS or width * height > LARGEST_PIXELS:
            raise QrError("不支持这种 PNG")
        limit = (width * CHANNELS[colour] * depth // 8 + 2) * height
        raw = zlib.decompressobj().decompress(
            b"".join(body for name, body in chunks if name == b"IDAT"), limit
        )
    except (StopIteration, struct.error, zlib.error) as error:
        raise QrError("图片已损坏") from error
    palette = next((body for name, body in chunks if name == b"PLTE"), b"")
    rows = _unfilter(raw, width, height, CHANNELS[colour] * depth)
    grey = [_grey(row, width, depth, colour, palette) for row in rows]
    return _binarise(grey)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        yield name, data[place + 8 : place + 8 + length]
        place += 12 + length


def _unfilter(raw: bytes, width: int, height: int, bits: int) -> list[bytes]:
    stride, step = (width * bits + 7) // 8, max(1, bits // 8)
    if len(raw) < (stride + 1) * height:
        raise QrError("图片已损坏")
    rows: list[bytes] = []
    previous = bytearray(stride)
    for number in range(height):
        start = number * (stride + 1)
        row = bytearray(raw[start + 1 : start + 1 + stride])
        _undo_filter(raw[start], row, previous, step)
        rows.append(bytes(row))
        previous = row
    return rows


def _undo_filter(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    if kind == 1:
        for place in range(step, len(row)):
            row[place] = (row[place] + row[place - step]) & 255
    elif kind == 2:
        for place in range(len(row)):
            row[place] = (row[place] + above[place]) & 255
    elif kind == 3:
        for place in range(len(row)):
            left = row[place - step] if place >= step else 0
            row[place] = (row[place] + (left + above[place]) // 2) & 255
    elif kind == 4:
        for place in range(len(row)):
            left, corner = (row[place - step], above[place - step]) if place >= step else (0, 0)
            row[place] = (row[place] + _paeth(left, above[place], corner)) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


def _grey(row: bytes, width: int, depth: int, colour: int, palette: bytes) -> list[int]:
    """Brightness 0 to 255 of each pixel; what is transparent counts as white paper."""
    if depth < 8:
        per_byte, mask = 8 // depth, (1 << depth) - 1
        samples = [(row[x // per_byte] >> (8 - depth - x % per_byte * depth)) & mask for x in range(width)]
        if colour == 3:
            return [_brightness(palette[3 * sample : 3 * sample + 3]) for sample in samples]
        return [sample * 255 // mask for sample in samples]
    step = depth // 8
    values = row[::step]
    channels = CHANNELS[colour]
    if colour == 3:
        return [_brightness(palette[3 * sample : 3 * sample + 3]) for sample in values]
    if colour == 0:
        return list(values)
    pixels = (values[start : start + channels] for start in range(0, width * channels, channels))
    if colour == 4:
        return [255 - (255 - value) * alpha // 255 for value, alpha in pixels]
    if colour == 2:
        return [_brightness(pixel) for pixel in pixels]
    return [255 - (255 - _brightness(pixel)) * pixel[3] // 255 for pixel in pixels]


def _brightness(pixel: bytes) -> int:
    return (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) // 1000 if len(pixel) >= 3 else 255


def _binarise(grey: list[list[int]]) -> Bitmap:
    """Dark is below the middle between the darkest and the brightest."""
    darkest, brightest = min(map(min, grey)), max(map(max, grey))
    if brightest - darkest < 40:
        raise QrError("图片里没有二维码")
    middle = (darkest + brightest) // 2
    return [[value < middle for value in row] for row in grey]
