"""Where WeChat Pay's public keys come from: a file (public-key mode) or downloaded certificates.

A notification with an unknown serial never makes us call out: certificates are fetched at the first own
call and by the timetable, not because a stranger sent a header.
"""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from flask_babel import gettext as _

from app.core import clock
from app.core.errors import GatewayError, GatewayUnreachable, SignatureInvalid
from app.payments.gateways import apiv3_crypto as crypto

logger = logging.getLogger(__name__)

Send = Callable[[str, str], tuple[int, bytes, dict[str, str]]]
LOOK_AGAIN_SECONDS = 60


class PublicKeyMode:
    """One key, by file and id; what every merchant since autumn 2024 has."""

    def __init__(self, key_id: str, key: RSAPublicKey) -> None:
        self._keys, self._key_id = {key_id: key}, key_id

    def current(self) -> dict[str, RSAPublicKey]:
        """The one key by its id."""
        return self._keys

    def request_serial(self) -> str | None:
        """WeChat wants the id on every call and then signs its answers with this key."""
        return self._key_id


class CertificateMode:
    """Platform certificates, kept as PEM files so that every process of the machine sees them."""

    def __init__(self, folder: str, apiv3_key: str) -> None:
        self._folder, self._apiv3_key = Path(folder), apiv3_key
        self._keys: dict[str, RSAPublicKey] = {}
        self._looked_at = -LOOK_AGAIN_SECONDS * 1.0

    def current(self) -> dict[str, RSAPublicKey]:
        """Keys of the certificates on disk; looks for new files once a minute."""
        if not self._keys or time.monotonic() - self._looked_at > LOOK_AGAIN_SECONDS:
            self._looked_at = time.monotonic()
            self._keys = {
                file.stem: crypto.public_key_of(file.read_bytes()) for file in self._folder.glob("*.pem")
            }
        return self._keys

    def request_serial(self) -> str | None:
        """Nothing: WeChat chooses among its certificates."""
        return None

    def download(self, send: Send) -> None:
        """Fetch the list, check that it was signed by one of its own certificates, keep it.

        Raises: GatewayError; what was there before stays.
        """
        _status, body, headers = send("GET", "/v3/certificates")
        try:
            found = {entry["serial_no"]: self._open(entry) for entry in json.loads(body)["data"]}
            keys = {serial: crypto.public_key_of(pem) for serial, pem in found.items()}
            signed = crypto.SignedHeaders.read(headers)
            crypto.verify(keys, signed, body, now=clock.now().timestamp())
        except (ValueError, KeyError, TypeError, SignatureInvalid) as error:
            raise GatewayUnreachable(_("平台证书无法验证")) from error
        self._keep(found)

    def _open(self, entry: dict[str, Any]) -> bytes:
        sealed = entry["encrypt_certificate"]
        return crypto.decrypt(
            self._apiv3_key,
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
