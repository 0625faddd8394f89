"""Where WeChat Pay's public keys come from: files, downloaded certificates, or both.

A notification with an unknown serial never makes us call out: certificates are fetched at the first own
call and by the timetable, not because a stranger sent a header.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from flask_babel import gettext as _

from app.core import clock
from app.core.errors import GatewayError, GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.payments.gateways import apiv3_crypto as crypto

logger = logging.getLogger(__name__)

Send = Callable[[str, str], tuple[int, bytes, dict[str, str]]]
LOOK_AGAIN_SECONDS = 60
NO_APIV3_KEY = "NO_APIV3_KEY"


class VerificationKeys:
    """Public keys given as files and platform certificates kept as PEM files, side by side.

    While a merchant changes from certificates to the public key, WeChat signs with both for seven days: the serial
    of each signature tells with which. Certificates lie on disk so that every process of the machine sees them.
    """

    def __init__(
        self, folder: str, apiv3_keys: tuple[str, ...], public_keys: Mapping[str, RSAPublicKey] | None = None
    ) -> None:
        self._folder, self._apiv3_keys = Path(folder), apiv3_keys
        self._given = dict(public_keys or {})
        self._keys: dict[str, RSAPublicKey] = {}
        self._looked_at = -LOOK_AGAIN_SECONDS * 1.0

    @property
    def are_given(self) -> bool:
        """Whether there is a public key: no certificate needs to be downloaded."""
        return bool(self._given)

    def current(self) -> dict[str, RSAPublicKey]:
        """Serial → key; looks for new certificates once a minute and forgets those that are over."""
        if not self._keys or time.monotonic() - self._looked_at > LOOK_AGAIN_SECONDS:
            self._looked_at = time.monotonic()
            self._keys = self._read_certificates() | self._given
        return self._keys

    def request_serial(self) -> str | None:
        """The public key's id: WeChat wants it on every call and signs its answer with that key.

        None without one: WeChat chooses among its certificates.
        """
        return next(iter(self._given), None)

    def download(self, send: Send) -> None:
        """Fetch the list, check that it was signed by one of its own certificates, keep it.

        Raises: GatewayError; what was there before stays.
        """
        if not self._apiv3_keys:
            raise GatewayRefused(NO_APIV3_KEY, _("没有设置 APIv3 密钥：账单和投诉要用 APIv3 才取得到"))
        _status, body, headers = send("GET", "/v3/certificates")
        try:
            found = {entry["serial_no"]: self._open(entry) for entry in json.loads(body)["data"]}
            keys = {serial: crypto.read_certificate(pem).key for serial, pem in found.items()}
            signed = crypto.SignedHeaders.read(headers)
            crypto.verify(keys | self._given, signed, body, now=clock.now().timestamp())
        except (ValueError, KeyError, TypeError, SignatureInvalid) as error:
            raise GatewayUnreachable(_("平台证书无法验证")) from error
        self._keep(found)

    def _read_certificates(self) -> dict[str, RSAPublicKey]:
        keys = {}
        for file in sorted(self._folder.glob("*.pem")):
            try:
                certificate = crypto.read_certificate(file.read_bytes())
            except (OSError, ValueError):
                logger.warning("platform certificate cannot be read", extra={"file": file.name})
                continue
            if certificate.ends_at > clock.now():
                keys[file.stem] = certificate.key
        return keys

    def _open(self, entry: dict[str, Any]) -> bytes:
        sealed = entry["encrypt_certificate"]
        return crypto.decrypt(
            self._apiv3_keys,
            nonce=sealed["nonce"],
            associated_data=sealed["associated_data"],
            ciphertext=sealed["ciphertext"],
        )

    def _keep(self, found: dict[str, bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for serial, pem in found.items():
            if not serial.isalnum():
                raise GatewayError(_("平台证书序列号异常"))
            unfinished = self._folder / f"{serial}.part"
            unfinished.write_bytes(pem)
            unfinished.replace(self._folder / f"{serial}.pem")  # a reader never sees half a file
        self._keys = {}
        logger.info("platform certificates kept", extra={"serials": ",".join(sorted(found))})
