"""APIv3 over HTTPS: signs what we send, believes an answer only when it is signed.

One pooled session, certificates checked, time-outs always. What WeChat answers with an error status is
raised as GatewayRefused or GatewayUnreachable; nothing but a verified body comes back.
"""

import json
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from flask_babel import gettext as _
from urllib3.exceptions import HTTPError

from app.core import clock
from app.core.db import leave_database
from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.core.outgoing import open_session, write_json
from app.payments.gateways import apiv3_crypto as crypto

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = (3.05, 8)
FILE_SECONDS = (3.05, 60)  # to connect, and from one piece of a file to the next
MAX_ANSWER_BYTES = 1024 * 1024
FILE_PIECE = 64 * 1024
USER_AGENT = "xiaopu/0.1"


class Keys(Protocol):
    """Where the public keys of WeChat Pay come from."""

    def current(self) -> dict[str, RSAPublicKey]:
        """Serial → key, without asking the network."""

    def request_serial(self) -> str | None:
        """What to send as Wechatpay-Serial, if anything."""


class Apiv3Transport:
    """Speaks APIv3 for one merchant."""

    def __init__(
        self,
        *,
        base: str,
        mchid: str,
        private_key: RSAPrivateKey,
        certificate_serial: str,
        keys: Keys,
        old_private_keys: Sequence[RSAPrivateKey] = (),
    ) -> None:
        self._base, self._mchid = base, mchid
        self._openers = (private_key, *old_private_keys)
        self._private_key, self._serial = private_key, certificate_serial
        self._keys = keys
        self._session = open_session()

    def sign(self, *lines: str) -> str:
        """Sign with the merchant's key."""
        return crypto.sign(self._private_key, *lines)

    def decrypt_field(self, ciphertext: str) -> str:
        """A field that WeChat encrypted for our certificate, the present one or one before it.

        Raises: SignatureInvalid.
        """
        return crypto.decrypt_field(self._openers, ciphertext)

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, serial: str | None = None
    ) -> dict[str, Any]:
        """Make one call; returns the verified JSON answer, {} for 204.

        `path` is sent and signed as it is, query included. `serial` names the key that fields are encrypted with.
        Raises: GatewayRefused for a final no, GatewayUnreachable when the result is unknown.
        """
        return self._believe(*self.send(method, path, body, serial=serial))

    def upload(self, path: str, *, name: str, data: bytes, mimetype: str) -> dict[str, Any]:
        """Hand a file in, as `call`. What is signed is its name and hash, not the body around them."""
        meta = write_json({"filename": name, "sha256": sha256(data).hexdigest()})
        parts = {"meta": (None, meta, "application/json"), "file": (name, data, mimetype)}
        headers = self._headers("POST", path, meta)
        del headers["Content-Type"]  # that of the body, which carries its boundary
        return self._believe(*self._exchange("POST", path, headers, files=parts))

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, serial: str | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Make one call without judging the signature of the answer; only certificate download needs this."""
        content = write_json(body) if body is not None else b""
        return self._exchange(method, path, self._headers(method, path, content, serial), data=content)

    def _exchange(
        self, method: str, path: str, headers: dict[str, str], **sent: Any
    ) -> tuple[int, bytes, dict[str, str]]:
        try:
            response = self._session.request(
                method,
                self._base + path,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **sent,
            )
        except requests.RequestException as error:
            raise GatewayUnreachable(_("微信支付暂时没有应答")) from error
        _log(method, path, response)
        if len(response.content) > MAX_ANSWER_BYTES:
            raise GatewayUnreachable(_("微信支付的应答过大"))
        if response.status_code not in (200, 204):
            raise _error_of(response)
        return response.status_code, response.content, dict(response.headers)

    def _believe(self, status: int, answer: bytes, headers: dict[str, str]) -> dict[str, Any]:
        try:
            self.verify(headers, answer)
        except SignatureInvalid as error:
            raise GatewayUnreachable(_("微信支付的应答无法验证")) from error
        return _json_object(answer) if status != 204 else {}

    def at_our_host(self, path: str) -> str:
        """The address of a path at the gateway's own host, for `open_file`."""
        return self._base + path

    @contextmanager
    def open_file(self, address: str) -> Iterator[Iterator[bytes]]:
        """The bytes of a file the gateway named, piece by piece as they are on the wire. It is not signed.

        Our signature goes to the gateway's own host alone. Raises: GatewayUnreachable, GatewayRefused.
        """
        path = address.removeprefix(self._base)
        if path == address or not path.startswith("/"):
            raise GatewayUnreachable(_("微信支付给出了别处的下载地址"))
        leave_database()
        try:
            with self._session.get(
                address,
                headers=self._headers("GET", path, b"") | {"Accept": "*/*", "Accept-Encoding": "identity"},
                timeout=FILE_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as response:
                _log("GET", path, response)
                if response.status_code != 200:
                    raise _error_of(response)
                yield response.raw.stream(FILE_PIECE, decode_content=False)
        except (requests.RequestException, HTTPError) as error:
            raise GatewayUnreachable(_("微信支付暂时没有应答")) from error

    def verify(self, headers: dict[str, str], body: bytes, *, at: datetime | None = None) -> None:
        """Raises: SignatureInvalid unless WeChat Pay signed these bytes just before `at`, or just now."""
        now = (at or clock.now()).timestamp()
        crypto.verify(self._keys.current(), crypto.SignedHeaders.read(headers), body, now=now)

    def _headers(self, method: str, path: str, content: bytes, serial: str | None = None) -> dict[str, str]:
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16).upper()
        signature = crypto.sign(self._private_key, method, path, timestamp, nonce, content)
        fields = {
            "mchid": self._mchid,
            "nonce_str": nonce,
            "timestamp": timestamp,
            "serial_no": self._serial,
            "signature": signature,
        }
        headers = {
            "Authorization": f"{crypto.SCHEME} " + ",".join(f'{k}="{v}"' for k, v in fields.items()),
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }
        if content:
            headers["Content-Type"] = "application/json"
        if named := serial or self._keys.request_serial():
            headers["Wechatpay-Serial"] = named
        return headers


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise GatewayUnreachable(_("微信支付的应答不是 JSON")) from error
    if not isinstance(value, dict):
        raise GatewayUnreachable(_("微信支付的应答不是 JSON 对象"))
    return value


def _error_of(response: requests.Response) -> GatewayRefused | GatewayUnreachable:
    """4xx is a no; 202, 429 and 5xx leave the result open."""
    try:
        value = response.json()
        code, message = str(value["code"]), str(value.get("message", ""))
    except (ValueError, KeyError, TypeError):
        return GatewayUnreachable(_("微信支付应答异常（HTTP %(status)s）", status=response.status_code))
    if response.status_code == 429 or not 400 <= response.status_code < 500:
        return GatewayUnreachable(_("微信支付暂时繁忙（%(code)s）", code=code), their_code=code)
    return GatewayRefused(code, message, http_status=response.status_code)


def _log(method: str, path: str, response: requests.Response) -> None:
    logger.info(
        "wechat pay answered",
        extra={
            "method": method,
            "path": path.partition("?")[0],
            "status": response.status_code,
            "request_id": response.headers.get("Request-ID", ""),
            "ms": int(response.elapsed.total_seconds() * 1000),
        },
    )
