"""Bills over APIv3: ask for the address, fetch the file from our gateway's host alone, check that it is whole.

The file is not signed. What proves it is its SHA-1, which came in a signed answer and is that of the unpacked text.
Source: https://pay.weixin.qq.com/doc/v3/merchant/4012556654 (2026-11-21)
"""

import zlib
from collections.abc import Iterator
from datetime import date
from hashlib import sha1
from typing import IO, Any

from flask_babel import gettext as _

from app.core.errors import BillAbsent, BillNotReady, GatewayRefused, GatewayUnreachable
from app.payments.gateways.apiv3_transport import Apiv3Transport
from app.payments.gateways.contract import BillKind

MOST_PACKED, MOST_PLAIN = 512 * 1024**2, 4 * 1024**3  # bytes; a million payments are about 30 and 350 MB
CHUNK = 256 * 1024
GZIP_MARK, GZIP = b"\x1f\x8b", 31

_PATHS = {
    BillKind.TRADE: "/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP",
    BillKind.FUNDS: "/v3/bill/fundflowbill?bill_date={day}&account_type=BASIC&tar_type=GZIP",
}


def download(transport: Apiv3Transport, kind: BillKind, day: date, target: IO[bytes]) -> str:
    """Write the file as it comes; returns the SHA-1 of its text. See `Gateway.download_bill`."""
    try:
        answer = transport.call("GET", _PATHS[kind].format(day=day))
    except GatewayRefused as error:
        if error.their_code == "NO_STATEMENT_EXIST":
            raise BillAbsent(error.message) from error
        if error.their_code == "STATEMENT_CREATING":
            raise BillNotReady(error.message) from error
        raise
    wanted = _wanted_hash(answer)
    with transport.open_file(str(answer.get("download_url"))) as pieces:
        found = keep(pieces, target)
    if found != wanted:
        raise GatewayUnreachable(_("账单文件与微信给出的摘要不符"))
    return found


def unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The text of a file that may be gzipped, in small pieces. Raises: GatewayUnreachable when it is broken or cut."""
    first = next(pieces, b"")
    if not first.startswith(GZIP_MARK):
        yield first
        yield from pieces
        return
    unpacker = zlib.decompressobj(GZIP)
    try:
        for piece in _with(first, pieces):
            yield from _inflate(unpacker, piece)
    except zlib.error as error:
        raise GatewayUnreachable(_("账单文件损坏")) from error
    if not unpacker.eof:
        raise GatewayUnreachable(_("账单文件没有传完"))


def keep(pieces: Iterator[bytes], target: IO[bytes]) -> str:
    """Write a file as it comes; returns the SHA-1 of its text. Raises: GatewayUnreachable when it is broken or huge."""
    digest, plain = sha1(usedforsecurity=False), 0
    for text in unpacked(_written(pieces, target)):
        digest.update(text)
        plain += len(text)
        if plain > MOST_PLAIN:
            raise GatewayUnreachable(_("账单文件过大"))
    return digest.hexdigest()


def _written(pieces: Iterator[bytes], target: IO[bytes]) -> Iterator[bytes]:
    packed = 0
    for piece in pieces:
        packed += len(piece)
        if packed > MOST_PACKED:
            raise GatewayUnreachable(_("账单文件过大"))
        target.write(piece)
        yield piece


def _inflate(unpacker: Any, piece: bytes) -> Iterator[bytes]:
    """A piece may unpack to a thousand times as much: never more than CHUNK of it at once."""
    while piece:
        text = unpacker.decompress(piece, CHUNK)
        if text:
            yield text
        piece = unpacker.unconsumed_tail
        if unpacker.eof:
            return


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _wanted_hash(answer: dict[str, Any]) -> str:
    value = answer.get("hash_value")
    if answer.get("hash_type") != "SHA1" or not isinstance(value, str):
        raise GatewayUnreachable(_("微信支付的应答缺少内容"))
    return value.lower()
