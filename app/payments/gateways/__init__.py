"""The gateways of this shop, built once from the settings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from flask import Flask, current_app
from flask_babel import gettext as _

from app.core.errors import GatewayRefused
from app.payments.gateways import alipay, alipay_signing, wechatpay_v2
from app.payments.gateways import apiv3_crypto as crypto
from app.payments.gateways.alipay_transport import AlipayTransport
from app.payments.gateways.apiv2_client import Apiv2Account
from app.payments.gateways.apiv2_signing import SignType
from app.payments.gateways.apiv3_complaints import Apiv3Complaints
from app.payments.gateways.apiv3_keys import VerificationKeys
from app.payments.gateways.apiv3_transport import Apiv3Transport
from app.payments.gateways.complaints import ComplaintDesk
from app.payments.gateways.contract import Gateway
from app.payments.gateways.wechatpay_v2 import WechatPayV2
from app.payments.gateways.wechatpay_v3 import NAME, Merchant, WechatPayV3


class OfGateway(Protocol):
    """A row that knows its gateway's name."""

    gateway: Any


def install(app: Flask) -> None:
    """Build every gateway; a key file that cannot be read stops the start."""
    keys = _keys(app.config)
    transport = _transport(app.config, keys)
    gateways: dict[str, Gateway] = {NAME: _wechatpay_v3(app.config, transport, keys)}
    if app.config["WXPAY_APIV2_KEY"]:
        gateways[wechatpay_v2.NAME] = _wechatpay_v2(app.config)
    if app.config["ALIPAY_APP_ID"]:
        gateways[alipay.NAME] = _alipay(app.config)
    app.extensions["gateways"] = gateways
    app.extensions["complaint_desk"] = Apiv3Complaints(
        app.config["WXPAY_MCHID"], _apiv3_keys(app.config), transport=transport, keys=keys
    )


def get_gateway(name: str = "") -> Gateway:
    """The gateway of this name; without one, the one of WeChat's by which new payments go.

    Raises: GatewayRefused when the shop has it no more.
    """
    name = name or wechat_name(current_app.config)
    gateway = current_app.extensions["gateways"].get(name)
    if gateway is None:
        raise GatewayRefused("NOT_CONFIGURED", _("没有 %(name)s 的配置", name=name))
    return cast("Gateway", gateway)


def wechat_name(config: Mapping[str, Any]) -> str:
    """What WeChat's gateway for new payments is called; what is older keeps the one that made it."""
    return wechatpay_v2.NAME if config["WXPAY_VERSION"] == "v2" else NAME


def find_apiv2() -> WechatPayV2 | None:
    """WeChat's older interface, where the merchant has it."""
    return cast("WechatPayV2 | None", current_app.extensions["gateways"].get(wechatpay_v2.NAME))


def find_alipay() -> Gateway | None:
    """Alipay's, where the shop has an account there."""
    return cast("Gateway | None", current_app.extensions["gateways"].get(alipay.NAME))


def list_gateways() -> Sequence[Gateway]:
    """Every gateway of this shop."""
    return list(current_app.extensions["gateways"].values())


def gateway_of(row: OfGateway, given: Gateway) -> Gateway:
    """The gateway that a payment or a refund went by: the given one if it is that, else the shop's of its name.

    Raises: GatewayRefused when the shop has it no more.
    """
    return given if row.gateway == given.name else get_gateway(row.gateway)


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
        old_private_keys=[
            crypto.load_private_key(old) for old in [config["WXPAY_PRIVATE_KEY_FILE_OLD"]] if old
        ],
    )


def _wechatpay_v3(config: dict[str, Any], transport: Apiv3Transport, keys: VerificationKeys) -> WechatPayV3:
    merchant = Merchant(
        config["WECHAT_APPID"],
        config["WXPAY_MCHID"],
        _apiv3_keys(config),
        app_appid=config["WXPAY_APP_APPID"],
    )
    notify_url = f"{config['BASE_URL']}/pay/notify/{NAME}"
    return WechatPayV3(merchant, notify_url=notify_url, transport=transport, keys=keys)


def _wechatpay_v2(config: dict[str, Any]) -> WechatPayV2:
    _check_pair(config["WXPAY_CERT_FILE"], config["WXPAY_PRIVATE_KEY_FILE"])
    account = Apiv2Account(
        base=config["WXPAY_API_BASE"],
        appid=config["WECHAT_APPID"],
        mchid=config["WXPAY_MCHID"],
        keys=tuple(key for key in (config["WXPAY_APIV2_KEY"], config["WXPAY_APIV2_KEY_OLD"]) if key),
        sign_type=SignType(config["WXPAY_APIV2_SIGN_TYPE"]),
        certificate_file=config["WXPAY_CERT_FILE"],
        private_key_file=config["WXPAY_PRIVATE_KEY_FILE"],
        app_appid=config["WXPAY_APP_APPID"],
    )
    notify_url = f"{config['BASE_URL']}/pay/notify/{wechatpay_v2.NAME}"
    return WechatPayV2(account, notify_url=notify_url, site=config["BASE_URL"])


def _check_pair(certificate_file: str, key_file: str) -> None:
    """Raises: ValueError with the path, for a certificate that no refund could be asked for with."""
    try:
        is_pair = (
            crypto.read_certificate(Path(certificate_file).read_bytes()).key
            == crypto.load_private_key(key_file).public_key()
        )
    except ValueError as error:
        raise ValueError(f"{certificate_file} holds no certificate") from error
    if not is_pair:
        raise ValueError(f"{certificate_file} is not the certificate of {key_file}")


def _alipay(config: dict[str, Any]) -> alipay.Alipay:
    transport = AlipayTransport(
        address=config["ALIPAY_GATEWAY"],
        app_id=config["ALIPAY_APP_ID"],
        private_key=alipay_signing.load_private_key(config["ALIPAY_PRIVATE_KEY_FILE"]),
        public_keys=[
            alipay_signing.load_public_key(path)
            for age in ("", "_OLD")
            if (path := config[f"ALIPAY_PUBLIC_KEY_FILE{age}"])
        ],
    )
    notify_url = f"{config['BASE_URL']}/pay/notify/{alipay.NAME}"
    return alipay.Alipay(config["ALIPAY_SELLER_ID"], notify_url=notify_url, transport=transport)


def _keys(config: dict[str, Any]) -> VerificationKeys:
    public_keys = {
        config[f"WXPAY_PUBLIC_KEY_ID{age}"]: crypto.load_public_key(config[f"WXPAY_PUBLIC_KEY_FILE{age}"])
        for age in ("", "_OLD")
        if config[f"WXPAY_PUBLIC_KEY_ID{age}"]
    }
    return VerificationKeys(f"{config['DATA_DIR']}/certificates", _apiv3_keys(config), public_keys)


def _apiv3_keys(config: dict[str, Any]) -> tuple[str, ...]:
    return tuple(key for key in (config["WXPAY_APIV3_KEY"], config["WXPAY_APIV3_KEY_OLD"]) if key)
