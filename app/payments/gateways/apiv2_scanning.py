"""Native mode 1 (模式一) on the wire: a code that names goods, WeChat's question when it is scanned, our answer.

All of it is signed by MD5, whatever the orders are signed by.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011984169 (2026-11-30)
"""

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from app.core import clock
from app.core.errors import SignatureInvalid
from app.payments.gateways import apiv2_signing as signing
from app.payments.gateways.apiv2_signing import SignType
from app.payments.gateways.apiv2_values import read_flat
from app.wechat.callback.flat_xml import XmlRefused

PREFIX = "weixin://wxpay/bizpayurl"
LONGEST_PRODUCT_ID = 32
WORDS_BYTES = 128


@dataclass(frozen=True, slots=True)
class Scan:
    """Somebody pointed WeChat at one of our codes."""

    openid: str
    product_id: str


@dataclass(frozen=True, slots=True)
class ScanDesk:
    """Writes codes and answers for one merchant."""

    appid: str
    mchid: str
    keys: tuple[str, ...] = field(repr=False)  # the present one, and the one before it during a change

    def write_code(self, product_id: str) -> str:
        """The text of a code that is good for as long as the key is."""
        fields = {
            "appid": self.appid,
            "mch_id": self.mchid,
            "product_id": product_id,
            "time_stamp": str(int(clock.now().timestamp())),
            "nonce_str": secrets.token_hex(4),  # every letter makes the picture denser
        }
        return f"{PREFIX}?{urlencode({'sign': self._sign(fields), **fields})}"

    def read_scan(self, body: bytes) -> Scan:
        """What WeChat asks. Raises: SignatureInvalid unless it is WeChat who asks, and asks us."""
        try:
            fields = read_flat(body)
        except XmlRefused as error:
            raise SignatureInvalid("the question is no flat XML") from error
        signing.verify(fields, self.keys)
        if (fields.get("appid"), fields.get("mch_id")) != (self.appid, self.mchid):
            raise SignatureInvalid("the question is for another merchant")
        openid, product_id = fields.get("openid", ""), fields.get("product_id", "")
        if not (openid and product_id and len(openid) <= 64 and len(product_id) <= LONGEST_PRODUCT_ID):
            raise SignatureInvalid("the question names nobody or nothing")
        return Scan(openid, product_id)

    def answer(self, *, prepay_id: str = "", problem: str = "") -> dict[str, str]:
        """The fields of the answer: what to pay with, or why not, in words the buyer reads."""
        said = {"result_code": "SUCCESS", "prepay_id": prepay_id}
        if not prepay_id:
            words = problem.encode()[:WORDS_BYTES].decode(errors="ignore").replace("]]>", "")
            said = {"result_code": "FAIL", "err_code_des": words}
        fields = {
            "return_code": "SUCCESS",
            "appid": self.appid,
            "mch_id": self.mchid,
            "nonce_str": secrets.token_hex(16),
            **said,
        }
        return fields | {"sign": self._sign(fields)}

    def _sign(self, fields: dict[str, str]) -> str:
        return signing.sign(fields, self.keys[0], SignType.MD5)
