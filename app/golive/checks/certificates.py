"""Certificates and public key: which is used, and until when.

The merchant's own certificate is not needed to run; when it lies beside the private key it is read.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificate
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.golive.checks.contract import Check, Finding, Group, Surroundings, fail, ok, unknown, warn
from app.golive.checks.pay import API_SECURITY
from app.payments.gateways.apiv3_crypto import load_private_key

MERCHANT_FILE = "apiclient_cert.pem"
SOON_DAYS = 30


def _look_at_ours(around: Surroundings) -> Finding:
    key_file = Path(around.config["WXPAY_PRIVATE_KEY_FILE"])
    beside = key_file.with_name(MERCHANT_FILE)
    found = read_certificates([Path(around.config.get("WXPAY_CERT_FILE") or beside)])
    if not found:
        return unknown("no_file")
    certificate = found[0]
    if certificate.public_key() != load_private_key(str(key_file)).public_key():
        return fail("another_key")
    serial = f"{certificate.serial_number:040X}"
    if serial != str(around.config["WXPAY_CERT_SERIAL"]).upper():
        return fail("another_serial", serial=serial)
    return _judge(certificate.not_valid_after_utc)


def _look_at_theirs(around: Surroundings) -> Finding:
    if around.config["WXPAY_PUBLIC_KEY_ID"]:
        return ok("public_key", key_id=str(around.config["WXPAY_PUBLIC_KEY_ID"]))
    if around.config.get("WXPAY_VERSION") == "v2" and not around.config.get("WXPAY_APIV3_KEY"):
        return ok("apiv2")
    found = read_certificates(Path(around.config["DATA_DIR"], "certificates").glob("*.pem"))
    if not found:
        return fail("none")
    return _judge(max(certificate.not_valid_after_utc for certificate in found))


def _judge(ends_at: datetime) -> Finding:
    days = (ends_at - clock.now()).days
    if days < 0:
        return fail("over", when=ends_at.isoformat())
    return (warn if days < SOON_DAYS else ok)("valid", when=ends_at.isoformat(), days=days)


def read_certificates(files: Iterable[Path]) -> list[Certificate]:
    """Those that are there and can be read."""
    found = []
    for file in files:
        try:
            found.append(load_pem_x509_certificate(file.read_bytes()))
        except (OSError, ValueError):
            continue
    return found


VALID = {
    "valid": _l("有效期到 %(when)s，还有 %(days)s 天"),
    "over": _l("已在 %(when)s 过期：换新的再重启"),
}

CHECKS = (
    Check(
        name="merchant_certificate",
        group=Group.PAY,
        title=_l("商户 API 证书"),
        meaning=_l("证书五年到期，到期那天付款会停。"),
        place=API_SECURITY,
        says={
            **VALID,
            "no_file": _l(
                "没有找到证书文件，看不出哪天到期：把 apiclient_cert.pem 放在 apiclient_key.pem 旁边就能看到"
            ),
            "another_key": _l("apiclient_cert.pem 和 apiclient_key.pem 不是一对"),
            "another_serial": _l("WXPAY_CERT_SERIAL 和证书不符，证书上是 %(serial)s"),
        },
        look=_look_at_ours,
        asks=_l("已在商户平台看过，离到期还远"),
        about=lambda config: str(config["WXPAY_CERT_SERIAL"]),
    ),
    Check(
        name="wechatpay_key",
        group=Group.PAY,
        title=_l("微信支付公钥或平台证书"),
        meaning=_l("用它验微信支付的签名。公钥不会过期；平台证书五年一换，本店每十二小时取一次新的。"),
        place=API_SECURITY,
        says={
            **VALID,
            "public_key": _l("用的是微信支付公钥 %(key_id)s，不会过期"),
            "apiv2": _l("只用 APIv2，它用密钥签名，不需要公钥；账单和投诉要有 APIv3 密钥才取得到"),
            "none": _l(
                "没有公钥，也没有取到平台证书：新商户请用微信支付公钥，填 WXPAY_PUBLIC_KEY_ID 和 WXPAY_PUBLIC_KEY_FILE"
            ),
        },
        look=_look_at_theirs,
    ),
)
