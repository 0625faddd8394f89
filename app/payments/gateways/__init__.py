"""The gateways of this shop, built once from the settings."""

from typing import Any, cast

from flask import Flask, current_app

from app.payments.gateways import apiv3_crypto as crypto
from app.payments.gateways.apiv3_keys import CertificateMode, PublicKeyMode
from app.payments.gateways.apiv3_transport import Apiv3Transport, Keys
from app.payments.gateways.contract import Gateway
from app.payments.gateways.wechatpay_v3 import NAME, Merchant, WechatPayV3


def install(app: Flask) -> None:
    """Build every gateway; a key file that cannot be read stops the start."""
    app.extensions["gateways"] = {NAME: _wechatpay_v3(app.config)}


def get_gateway(name: str = NAME) -> Gateway:
    """The gateway of this name. Raises: KeyError."""
    return cast("Gateway", current_app.extensions["gateways"][name])


def _wechatpay_v3(config: dict[str, Any]) -> WechatPayV3:
    keys = _keys(config)
    transport = Apiv3Transport(
        base=config["WXPAY_API_BASE"],
        mchid=config["WXPAY_MCHID"],
        private_key=crypto.load_private_key(config["WXPAY_PRIVATE_KEY_FILE"]),
        certificate_serial=config["WXPAY_CERT_SERIAL"],
        keys=keys,
    )
    merchant = Merchant(config["WECHAT_APPID"], config["WXPAY_MCHID"], config["WXPAY_APIV3_KEY"])
    notify_url = f"{config['BASE_URL']}/pay/notify/{NAME}"
    return WechatPayV3(merchant, notify_url=notify_url, transport=transport, keys=keys)


def _keys(config: dict[str, Any]) -> Keys:
    if config["WXPAY_PUBLIC_KEY_ID"]:
        key = crypto.load_public_key(config["WXPAY_PUBLIC_KEY_FILE"])
        return PublicKeyMode(config["WXPAY_PUBLIC_KEY_ID"], key)
    return CertificateMode(f"{config['DATA_DIR']}/certificates", config["WXPAY_APIV3_KEY"])
