"""Bills of Alipay's: ask for the address, fetch the file from Alipay's own hosts alone, check that it is whole.

The file is a zip of CSVs in GBK: every row in one, sums in another. It carries no signature; its address stood in a
signed answer and lives for thirty seconds, the zip has checksums, and the rows have totals (`app.reconciliation`).
Source: https://opendocs.alipay.com/open/02e7gr (2026-11-30)
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha1
from pathlib import Path
from typing import IO

from flask_babel import gettext as _

from app.core.errors import BillAbsent, GatewayRefused, GatewayUnreachable
from app.payments.gateways.alipay_transport import AlipayTransport
from app.payments.gateways.apiv3_bills import CHUNK, MOST_PACKED, MOST_PLAIN
from app.payments.gateways.contract import BillKind

_METHOD = "alipay.data.dataservice.bill.downloadurl.query"
_TYPES = {BillKind.TRADE: "trade", BillKind.FUNDS: "signcustomer"}
_ABSENT = ("isp.bill_not_exist", "BILL_NOT_EXIST")
_SUMS = "汇总"  # in the name of the file that is not wanted
_MOST_FILES = 20
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError)


def download(transport: AlipayTransport, kind: BillKind, day: date, target: IO[bytes]) -> str:
    """Write the zip as it comes; returns the SHA-1 of the rows' text. See `Gateway.download_bill`.

    Alipay has one word for `no bill` and `not yet`: whoever has money of that day asks again for two days.
    """
    try:
        answer = transport.call(_METHOD, {"bill_type": _TYPES[kind], "bill_date": f"{day}"})
    except (GatewayRefused, GatewayUnreachable) as error:
        if error.their_code in _ABSENT:
            raise BillAbsent(error.message) from error
        raise
    with transport.open_file(str(answer.get("bill_download_url"))) as pieces:
        _write(pieces, target)
    try:
        with open_rows(target) as rows:
            return _hash(rows)
    except BROKEN as error:
        raise GatewayUnreachable(_("账单文件损坏")) from error


@contextmanager
def open_rows(file: IO[bytes] | Path) -> Iterator[IO[bytes]]:
    """The CSV with every row, in GBK, as it is unpacked. Raises: one of `BROKEN`, here or while it is read."""
    with zipfile.ZipFile(file, metadata_encoding="gbk") as archive:
        wanted = [each for each in archive.infolist() if _SUMS not in each.filename and not each.is_dir()]
        if len(wanted) != 1 or len(archive.infolist()) > _MOST_FILES:
            raise zipfile.BadZipFile("there is not one file of rows")
        if wanted[0].file_size > MOST_PLAIN:
            raise zipfile.BadZipFile("the file is too large")
        with archive.open(wanted[0]) as rows:
            yield rows


def _write(pieces: Iterator[bytes], target: IO[bytes]) -> None:
    packed = 0
    for piece in pieces:
        packed += len(piece)
        if packed > MOST_PACKED:
            raise GatewayUnreachable(_("账单文件过大"))
        target.write(piece)


def _hash(rows: IO[bytes]) -> str:
    digest = sha1(usedforsecurity=False)
    while piece := rows.read(CHUNK):
        digest.update(piece)
    return digest.hexdigest()
