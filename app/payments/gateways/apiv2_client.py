"""APIv2 over HTTPS: wechatpy's calls, with an outer wall of ours.

wechatpy 1.8 believes every answer, reads XML with a parser of its own, signs MD5 where nobody says otherwise, logs what
it signs with the key behind it, shows the merchant's certificate at every call and dates each request anew. So each
call leaves and comes back through this file: `post` decides what is sent, `_handle_result` what is believed.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011937109 (2026-11-30)
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from flask_babel import gettext as _
from wechatpy.exceptions import WeChatPayException
from wechatpy.pay import WeChatPay

from app.core.db import leave_database
from app.core.errors import GatewayUnreachable, SignatureInvalid
from app.core.outgoing import open_session
from app.payments.gateways import apiv2_signing as signing
from app.payments.gateways.apiv2_values import error_of, read_flat, refusal_of
from app.wechat.callback.flat_xml import XmlRefused

logger = logging.getLogger(__name__)
logging.getLogger("wechatpy.pay").setLevel(logging.WARNING)  # below that it writes down the key

TIMEOUT_SECONDS = (3, 8)
MAX_ANSWER_BYTES = 1024 * 1024
NEEDS_CERTIFICATE = "secapi/"
XML = {"Content-Type": "text/xml; charset=utf-8", "User-Agent": "xiaopu/0.1"}


@dataclass(frozen=True, slots=True)
class Apiv2Account:
    """Who we are to WeChat Pay, and where it is. `app_appid` is the mobile app's; empty without one."""

    base: str
    appid: str
    mchid: str
    keys: tuple[str, ...] = field(repr=False)  # the present one, and the one before it during a change
    sign_type: signing.SignType
    certificate_file: str
    private_key_file: str
    app_appid: str = ""


class Apiv2Client(WeChatPay):  # type: ignore[misc]
    """wechatpy's client of one merchant."""

    def __init__(self, account: Apiv2Account) -> None:
        super().__init__(account.appid, account.keys[0], account.mchid)
        self.API_BASE_URL = f"{account.base}/"
        self.account = account
        self._http = open_session()

    def post(self, url: str, **kwargs: Any) -> dict[str, str]:
        """Make one call; returns the fields of a verified answer that says yes.

        Raises: GatewayRefused for a final no, GatewayUnreachable when the result is unknown.
        """
        fields = _plain(kwargs["data"]) | {"nonce_str": secrets.token_hex(16)}
        fields["sign_type"] = self.account.sign_type
        more: dict[str, Any] = {"timeout": TIMEOUT_SECONDS, "allow_redirects": False, "headers": XML}
        if url.startswith(NEEDS_CERTIFICATE):
            more["cert"] = (self.account.certificate_file, self.account.private_key_file)
        leave_database()
        try:
            answer: dict[str, str] = super().post(url, data=fields, **more)
        except WeChatPayException as error:
            status = error.response.status_code if error.response is not None else 0
            raise GatewayUnreachable(_("微信支付应答异常（HTTP %(status)s）", status=status)) from error
        except (requests.RequestException, OSError) as error:
            raise GatewayUnreachable(_("微信支付暂时没有应答")) from error
        return answer

    def _handle_result(self, res: requests.Response) -> dict[str, str]:
        """Read, verify, and only then judge."""
        if len(res.content) > MAX_ANSWER_BYTES:
            raise GatewayUnreachable(_("微信支付的应答过大"))
        try:
            fields = read_flat(res.content)
        except XmlRefused as error:
            raise GatewayUnreachable(_("微信支付的应答不是 XML")) from error
        _log(res, fields)
        if fields.get("return_code") != "SUCCESS":
            raise refusal_of(fields.get("return_msg", ""))  # comes without a signature
        try:
            signing.verify(fields, self.account.keys, self.account.sign_type)
        except SignatureInvalid as error:
            raise GatewayUnreachable(_("微信支付的应答无法验证")) from error
        if fields.get("mch_id", self.account.mchid) != self.account.mchid:
            raise GatewayUnreachable(_("微信支付的应答无法验证"))
        if fields.get("result_code") != "SUCCESS":
            raise error_of(fields.get("err_code", ""), fields.get("err_code_des", ""))
        return fields


def _plain(data: Mapping[str, Any]) -> dict[str, str]:
    """What is sent: texts alone, without what would end a CDATA section, and the same at each repetition.

    wechatpy writes the moment of the call into `time_start`, by which a repeated order would be another one.
    """
    return {
        name: str(value).replace("]]>", "]] >")
        for name, value in data.items()
        if value not in (None, "") and name != "time_start"
    }


def _log(response: requests.Response, fields: Mapping[str, str]) -> None:
    logger.info(
        "wechat pay answered",
        extra={
            "path": response.request.path_url,
            "status": response.status_code,
            "said": fields.get("err_code") or fields.get("result_code") or fields.get("return_code", ""),
            "ms": int(response.elapsed.total_seconds() * 1000),
        },
    )
