"""From the bytes of a picture to the text of the QR code in it."""

from __future__ import annotations

from simulator.qr.bitmap import read_bitmap
from simulator.qr.decoder import decode_matrix
from simulator.qr.errors import QrError
from simulator.qr.finder import find_matrix

__all__ = ["QrError", "read_picture"]


def read_picture(data: bytes) -> str:
    """The text of the one upright QR code in a picture. Raises: QrError with a sentence for the phone."""
    return decode_matrix(find_matrix(read_bitmap(data)))
