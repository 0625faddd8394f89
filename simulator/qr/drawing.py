"""Writing pictures as PNG: codes in black on white, and a plain picture where any will do."""

from __future__ import annotations

import struct
import zlib

import qrcode


def draw_qr(text: str, scale: int = 10) -> bytes:
    code = qrcode.QRCode(border=0)
    code.add_data(text)
    code.make(fit=True)
    return draw_modules(code.get_matrix(), scale, 4)


def draw_modules(rows: list[list[bool]], scale: int, border: int) -> bytes:
    """Black modules on white as a one-bit PNG."""
    width = (len(rows[0]) + 2 * border) * scale
    blank = [False] * (len(rows[0]) + 2 * border)
    padded = [blank] * border + [[False] * border + row + [False] * border for row in rows] + [blank] * border
    lines = bytearray()
    for row in padded:
        bits = [not module for module in row for _ in range(scale)]
        bits += [True] * (-len(bits) % 8)
        packed = bytes(
            sum(bit << (7 - place) for place, bit in enumerate(bits[start : start + 8]))
            for start in range(0, len(bits), 8)
        )
        lines += (b"\x00" + packed) * scale
    return _png(width, len(padded) * scale, depth=1, colour=0, lines=bytes(lines))


def draw_meadow(width: int = 240, height: int = 160) -> bytes:
    """Sky above green hills: what a follower who has no camera sends."""
    lines = bytearray()
    for y in range(height):
        lines.append(0)
        for x in range(width):
            hill = height * 0.55 + 18 * ((x / width - 0.3) ** 2) * 8
            lines += bytes((90 + y // 4, 160 - y // 4, 80)) if y > hill else bytes((150 + y // 2, 205, 235))
    return _png(width, height, depth=8, colour=2, lines=bytes(lines))


def _png(width: int, height: int, *, depth: int, colour: int, lines: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = (b"IHDR" + head, b"IDAT" + zlib.compress(lines, 9), b"IEND")
    body = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
