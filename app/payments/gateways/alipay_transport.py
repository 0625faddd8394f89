"""Alipay's `gateway.do` over HTTPS: signs what we send, believes an answer only when it is signed.

Certificates are checked, time-outs always. What Alipay refuses is raised as GatewayRefused, what leaves the result
open as GatewayUnreachable; nothing but a verified answer comes back.

Source: https://opendocs.alipay.com/common/02mse3 (2026-11-30)
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from flask_babel import gettext as _
from urllib3.exceptions import HTTPError

from app.core import clock
from app.core.db import leave_database
from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.core.outgoing import open_session, write_json
from app.payments.gateways import alipay_signing as signing
from app.payments.gateways.alipay_values import write_moment

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = (3, 10)
MAX_ANSWER_BYTES = 1024 * 1024
FILE_SECONDS, FILE_PIECE = (3, 30), 256 * 1024  # seconds to connect and between two pieces; bytes
HOUSES = (".alipay.com", ".alipaydev.com")  # files come from another host of the same house
_DONE = "10000"
_OPEN = ("20000", "10003")  # the service was not there; the result is not known yet


class AnswerUnproven(GatewayUnreachable):
    """No signature, or one that does not fit. `said`: the reason it gives, a hint and no more."""

    def __init__(self, said: str) -> None:
        super().__init__(_("支付宝的应答无法验证"))
        self.said = said


class AlipayTransport:
    """Speaks for one app. `public_keys`: Alipay's, and while it changes the one before it."""

    def __init__(
        self, *, address: str, app_id: str, private_key: RSAPrivateKey, public_keys: Sequence[RSAPublicKey]
    ) -> None:
        self._address, self.app_id = address, app_id
        self._private_key, self._public_keys = private_key, public_keys
        self._session = open_session()

    def address_of(self, method: str, content: Mapping[str, Any], **more: str) -> str:
        """The signed address of a page of Alipay's, which a browser opens. Nothing is asked of Alipay here."""
        return f"{self._address}?{urlencode(self._signed(method, content, more))}"

    def call(self, method: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; returns the verified answer, whose code is 10000.

        Raises: GatewayRefused for a final no, GatewayUnreachable when the result is unknown.
        """
        fields = self._signed(method, content, {})
        body = {"biz_content": fields.pop("biz_content")}
        leave_database()
        try:
            response = self._session.post(
                f"{self._address}?{urlencode(fields)}",
                data=body,
                headers={"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise GatewayUnreachable(_("支付宝暂时没有应答")) from error
        if response.status_code != 200 or len(response.content) > MAX_ANSWER_BYTES:
            raise GatewayUnreachable(_("支付宝应答异常（HTTP %(status)s）", status=response.status_code))
        answer = self._read(method, response.content)
        _log(method, answer, response)
        return _judged(answer)

    @contextmanager
    def open_file(self, address: str) -> Iterator[Iterator[bytes]]:
        """The bytes of a file that an answer named, piece by piece, from a host of Alipay's alone; over TLS.

        Raises: GatewayUnreachable.
        """
        url = self._own_file(address)
        leave_database()
        try:
            with self._session.get(url, timeout=FILE_SECONDS, allow_redirects=False, stream=True) as response:
                logger.info("alipay's file", extra={"status": response.status_code})
                if response.status_code != 200:
                    raise GatewayUnreachable(
                        _("支付宝应答异常（HTTP %(status)s）", status=response.status_code)
                    )
                yield response.raw.stream(FILE_PIECE, decode_content=True)
        except (requests.RequestException, HTTPError) as error:
            raise GatewayUnreachable(_("支付宝暂时没有应答")) from error

    def _own_file(self, address: str) -> str:
        asked, ours = urlsplit(address), urlsplit(self._address)
        if (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc):
            return address
        houses = [house for house in HOUSES if f".{ours.hostname}".endswith(house)]
        if not any(f".{asked.hostname}".endswith(house) for house in houses) or asked.port not in (
            None,
            80,
            443,
        ):
            raise GatewayUnreachable(_("支付宝给出了别处的下载地址"))
        return urlunsplit(("https", asked.hostname or "", asked.path, asked.query, ""))

    def verify(self, fields: Mapping[str, str]) -> None:
        """Raises: SignatureInvalid unless Alipay signed these fields of a notification."""
        if fields.get("sign_type") != signing.SIGN_TYPE:
            raise SignatureInvalid("the signature is of an unknown type")
        content = {name: value for name, value in fields.items() if name not in ("sign", "sign_type")}
        signing.verify_any(self._public_keys, signing.content_of(content), fields.get("sign", ""))

    def _signed(self, method: str, content: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, str]:
        fields = {
            "app_id": self.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": signing.SIGN_TYPE,
            "timestamp": write_moment(clock.now()),
            "version": "1.0",
            **{name: value for name, value in more.items() if value},
            "biz_content": write_json(content).decode(),
        }
        return fields | {"sign": signing.sign(self._private_key, signing.content_of(fields))}

    def _read(self, method: str, body: bytes) -> dict[str, Any]:
        try:
            members = signing.split_answer(body.decode())
            written, answer = members[f"{method.replace('.', '_')}_response"]
            signing.verify_any(self._public_keys, written.encode(), str(members["sign"][1]))
        except (ValueError, KeyError, SignatureInvalid) as error:
            # An error about the request itself may come without a signature: it proves nothing, and is worth reading.
            said = _codes(body)
            logger.warning("alipay's answer is not believed", extra={"method": method, "said": said})
            raise AnswerUnproven(said) from error
        if not isinstance(answer, dict):
            raise GatewayUnreachable(_("支付宝的应答缺少内容"))
        return answer


def _judged(answer: dict[str, Any]) -> dict[str, Any]:
    code, sub_code = str(answer.get("code", "")), str(answer.get("sub_code", ""))
    if code == _DONE:
        return answer
    if not code or code in _OPEN or "SYSTEM_ERROR" in sub_code or sub_code.startswith("isp."):
        raise GatewayUnreachable(
            _("支付宝暂时繁忙（%(code)s）", code=sub_code or code), their_code=sub_code or code
        )
    raise GatewayRefused(sub_code or code, str(answer.get("sub_msg") or answer.get("msg") or ""))


def _codes(body: bytes) -> str:
    """What an unsigned answer gives as its reason, for the log alone."""
    try:
        value = json.loads(body)
        return ", ".join(
            str(part.get("sub_code", part.get("code"))) for part in value.values() if hasattr(part, "get")
        )
    except (ValueError, AttributeError):
        return ""


def _log(method: str, answer: Mapping[str, Any], response: requests.Response) -> None:
    said = answer.get("sub_code") or answer.get("code", "")
    ms = response.elapsed.microseconds // 1000 + response.elapsed.seconds * 1000
    logger.info("alipay answered", extra={"method": method, "said": said, "ms": ms})
