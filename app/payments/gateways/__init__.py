"""The gateways of this shop, built once from the settings."""

from typing import Any, cast

from flask import Flask, current_app

from app.payments.gateways import apiv3_crypto as crypto
from app.payments.gateways.apiv3_complaints import Apiv3Complaints
from app.payments.gateways.apiv3_keys import VerificationKeys
from app.payments.gateways.apiv3_transport import Apiv3Transport
from app.payments.gateways.complaints import ComplaintDesk
from app.payments.gateways.contract import Gateway
from app.payments.gateways.wechatpay_v3 import NAME, Merchant, WechatPayV3


def install(app: Flask) -> None:
    """Build every gateway; a key file that cannot be read stops the start."""
    keys = _keys(app.config)
    transport = _transport(app.config, keys)
    app.extensions["gateways"] = {NAME: _wechatpay_v3(app.config, transport, keys)}
    app.extensions["complaint_desk"] = Apiv3Complaints(
        app.config["WXPAY_MCHID"], _apiv3_keys(app.config), transport=transport, keys=keys
    )


def get_gateway(name: str = NAME) -> Gateway:
    """The gateway of this name. Raises: KeyError."""
    return cast("Gateway", current_app.extensions["gateways"][name])


def get_complaint_desk() -> ComplaintDesk:
    """Where WeChat's complaints are read and answered."""
    return cast("ComplaintDesk", current_app.extensions["complaint_desk"])


def _transport(config: dict[str, Any], keys: VerificationKeys) -> Apiv3Transport:
    return Apiv3Transport(
        base=config["WXPAY_API_BASE"],
        mchid=config["WXPAY_MCHID"],
        private_key=crypto.load_private_key(config["WXPAY_PRIVATE_KEY_FILE"]),
        certificate_serial=config["WXPAY_CERT_SERIAL"],
        keys=keys,
    )


def _wechatpay_v3(config: dict[str, Any], transport: Apiv3Transport, keys: VerificationKeys) -> WechatPayV3:
    merchant = Merchant(config["WECHAT_APPID"], config["WXPAY_MCHID"], _apiv3_keys(config))
    notify_url = f"{config['BASE_URL']}/pay/notify/{NAME}"
    return WechatPayV3(merchant, notify_url=notify_url, transport=transport, keys=keys)


def _keys(config: dict[str, Any]) -> VerificationKeys:
    public_keys = {
        config[f"WXPAY_PUBLIC_KEY_ID{age}"]: crypto.load_public_key(config[f"WXPAY_PUBLIC_KEY_FILE{age}"])
        for age in ("", "_OLD")
        if config[f"WXPAY_PUBLIC_KEY_ID{age}"]
    }
    return VerificationKeys(f"{config['DATA_DIR']}/certificates", _apiv3_keys(config), public_keys)


def _apiv3_keys(config: dict[str, Any]) -> tuple[str, ...]:
    return tuple(key for key in (config["WXPAY_APIV3_KEY"], config["WXPAY_APIV3_KEY_OLD"]) if key)
