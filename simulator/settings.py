"""Every setting of the simulator: from the folder, its `simulator.env` and the environment; the last wins."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.alipay.identity import AlipayIdentity, load_identity
from simulator.crypto import keys
from simulator.identities import init_folder
from simulator.limits import TABLE as LIMITS

PUSH_MODES = ("safe", "compatible", "plain")


class SettingsError(ValueError):
    """A setting that cannot work, in one sentence."""


@dataclass(frozen=True, slots=True)
class Account:
    appid: str
    appsecret: str
    token: str
    aes_key: str
    original_id: str
    name: str
    app_appid: str  # the merchant's own mobile app, of the same open-platform account
    app_secret: str
    wechat_id: str  # what stands behind the @ of an agent's account


@dataclass(frozen=True, slots=True)
class Merchant:
    mchid: str
    apiv3_key: str
    apiv2_key: str
    cert_serial: str
    certificate_file: Path | None  # of that key; unknown when the shop has a key of its own
    private_key_file: Path | None  # the shop's; unknown when only its public half was given
    public_key: rsa.RSAPublicKey  # checks the shop's requests
    bound_appids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WechatPayKeys:
    private_key: rsa.RSAPrivateKey  # its public half is the shop's pub_key.pem
    public_key_id: str
    public_key_file: Path
    platform_key: rsa.RSAPrivateKey  # certificate mode
    platform_certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Settings:
    folder: Path
    host: str
    port: int
    web_port: int
    upstream: str
    callback: str  # a path behind the upstream, or a whole URL
    scan_callback: str  # the same, of the merchant: where codes of goods are asked about
    push_mode: str
    push_tries: int
    visible_host: str  # by which a browser reaches this machine
    allowed_hosts: tuple[str, ...]  # besides the web port: web authorisation, JS-SDK and payment directory
    pay_directories: tuple[str, ...]
    limits: Mapping[str, int]  # by the names of the table, daily budgets by the path of the call
    account: Account
    merchant: Merchant
    wechatpay: WechatPayKeys
    alipay: AlipayIdentity

    @property
    def base(self) -> str:
        return f"http://{self.visible_host}:{self.port}"

    @property
    def web_base(self) -> str:
        return f"http://{self.visible_host}:{self.web_port}"

    @property
    def callback_url(self) -> str:
        """The address the account owner typed into the console: the shop's public one."""
        return self.callback if "://" in self.callback else self.web_base + self.callback

    @property
    def scan_callback_url(self) -> str:
        """The callback link of native mode 1, as it was typed into the merchant platform."""
        return self.scan_callback if "://" in self.scan_callback else self.web_base + self.scan_callback

    def is_allowed_host(self, url: str) -> bool:
        """Whether a page's host:port is registered in the account's console."""
        netloc = urlsplit(url).netloc
        return netloc == urlsplit(self.web_base).netloc or netloc in self.allowed_hosts

    def is_h5_host(self, url: str) -> bool:
        """Whether a page may lead to the H5 cashier: an outside browser opens the shop at its own port, too."""
        own = urlsplit(self.upstream).port
        return self.is_allowed_host(url) or (own is not None and urlsplit(url).port == own)

    def with_ports(self, port: int, web_port: int) -> Settings:
        return replace(self, port=port, web_port=web_port)


def load_settings(folder: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Makes the identities when the folder has none. Raises: SettingsError."""
    folder = folder.resolve()
    names = init_folder(folder)
    given = {**_read_env(folder / "simulator.env"), **(os.environ if environ is None else environ)}
    env = {name: value for name, value in given.items() if name.startswith("SIM_") and value}
    account = _account(names, env)
    mode = env.get("SIM_PUSH_MODE", "safe")
    if mode not in PUSH_MODES:
        raise SettingsError(f"SIM_PUSH_MODE must be one of {', '.join(PUSH_MODES)}, not {mode!r}")
    host = env.get("SIM_HOST", "127.0.0.1")
    return Settings(
        folder=folder,
        host=host,
        visible_host=env.get("SIM_VISIBLE_HOST", "127.0.0.1" if host in {"0.0.0.0", "::"} else host),  # noqa: S104
        port=_number(env, "SIM_PORT", 8001),
        web_port=_number(env, "SIM_WEB_PORT", 8002),
        upstream=env.get("SIM_UPSTREAM", "http://127.0.0.1:8000").rstrip("/"),
        callback=env.get("SIM_CALLBACK_PATH", "/wechat"),
        scan_callback=env.get("SIM_SCAN_CALLBACK_PATH", "/pay/scan"),
        push_mode=mode,
        push_tries=_number(env, "SIM_PUSH_TRIES", 3),
        allowed_hosts=_list(env, "SIM_ALLOWED_HOSTS"),
        pay_directories=_list(env, "SIM_PAY_DIRECTORIES"),
        limits=_limits(env),
        account=account,
        merchant=_merchant(folder, names, env, (account.appid, account.app_appid)),
        wechatpay=_wechatpay(folder, names, env),
        alipay=load_identity(folder),
    )


def _account(names: dict[str, str], env: Mapping[str, str]) -> Account:
    account = Account(
        appid=env.get("SIM_APPID", names["appid"]),
        appsecret=env.get("SIM_APPSECRET", names["appsecret"]),
        token=env.get("SIM_TOKEN", names["token"]),
        aes_key=env.get("SIM_AES_KEY", names["aes_key"]),
        original_id=env.get("SIM_ORIGINAL_ID", names["original_id"]),
        name=env.get("SIM_ACCOUNT_NAME", "小铺"),
        app_appid=env.get("SIM_APP_APPID", names["app_appid"]),
        app_secret=env.get("SIM_APP_SECRET", names["app_secret"]),
        wechat_id=env.get("SIM_WECHAT_ID", "xiaopu"),
    )
    if not re.fullmatch(r"[A-Za-z0-9]{3,32}", account.token):
        raise SettingsError("SIM_TOKEN must be 3 to 32 letters and digits")
    if not re.fullmatch(r"[A-Za-z0-9]{43}|[A-Za-z0-9+/]{43}", account.aes_key):
        raise SettingsError("SIM_AES_KEY must have 43 characters of A-Z a-z 0-9")
    return account


def _merchant(
    folder: Path, names: dict[str, str], env: Mapping[str, str], appids: tuple[str, ...]
) -> Merchant:
    private_file: Path | None = folder / "merchant_key.pem"
    certificate_file: Path | None = folder / "merchant_cert.pem"
    public_key = keys.read_public_key(folder / "merchant_cert.pem")
    serial = keys.serial_of(keys.read_certificate(folder / "merchant_cert.pem"))
    if "SIM_MERCHANT_PRIVATE_KEY_FILE" in env:
        private_file = Path(env["SIM_MERCHANT_PRIVATE_KEY_FILE"]).resolve()
        public_key = keys.read_private_key(private_file).public_key()
    elif "SIM_MERCHANT_PUBLIC_KEY_FILE" in env:
        private_file = None
        public_key = keys.read_public_key(Path(env["SIM_MERCHANT_PUBLIC_KEY_FILE"]))
    if {"SIM_MERCHANT_PRIVATE_KEY_FILE", "SIM_MERCHANT_PUBLIC_KEY_FILE"} & set(env):
        certificate_file = None
    apiv3_key = env.get("SIM_APIV3_KEY", names["apiv3_key"])
    if len(apiv3_key.encode()) != 32:
        raise SettingsError("SIM_APIV3_KEY must have exactly 32 bytes")
    apiv2_key = env.get("SIM_APIV2_KEY", names["apiv2_key"])
    if not re.fullmatch(r"[A-Za-z0-9]{32}", apiv2_key):
        raise SettingsError("SIM_APIV2_KEY must be 32 letters and digits")
    return Merchant(
        mchid=env.get("SIM_MCHID", names["mchid"]),
        apiv3_key=apiv3_key,
        apiv2_key=apiv2_key,
        cert_serial=env.get("SIM_CERT_SERIAL", serial),
        certificate_file=certificate_file,
        private_key_file=private_file,
        public_key=public_key,
        bound_appids=(*appids, *_list(env, "SIM_BOUND_APPIDS")),
    )


def _wechatpay(folder: Path, names: dict[str, str], env: Mapping[str, str]) -> WechatPayKeys:
    private_key = keys.read_private_key(
        Path(env.get("SIM_PLATFORM_PRIVATE_KEY_FILE", folder / "wechatpay_key.pem"))
    )
    public_file = folder / "pub_key.pem"
    pem = keys.public_pem(private_key.public_key())
    if not public_file.exists() or public_file.read_bytes() != pem:
        public_file.write_bytes(pem)
    return WechatPayKeys(
        private_key=private_key,
        public_key_id=env.get("SIM_PUBLIC_KEY_ID", names["public_key_id"]),
        public_key_file=public_file,
        platform_key=keys.read_private_key(folder / "platform_key.pem"),
        platform_certificate=keys.read_certificate(folder / "platform_cert.pem"),
    )


def write_shop_env(settings: Settings) -> Path:
    """Writes what a shop must be told to use this simulator instead of WeChat."""
    account, merchant = settings.account, settings.merchant
    lines = {
        "BASE_URL": settings.web_base,
        "WECHAT_APPID": account.appid,
        "WECHAT_APPSECRET": account.appsecret,
        "WECHAT_TOKEN": account.token,
        "WECHAT_AES_KEY": account.aes_key,
        "WECHAT_API_BASE": settings.base,
        "WECHAT_OPEN_BASE": settings.base,
        "WECHAT_MP_BASE": settings.base,
        "WXPAY_MCHID": merchant.mchid,
        "WXPAY_APIV3_KEY": merchant.apiv3_key,
        "WXPAY_CERT_SERIAL": merchant.cert_serial,
        "WXPAY_PRIVATE_KEY_FILE": str(merchant.private_key_file or ""),
        "WXPAY_PUBLIC_KEY_ID": settings.wechatpay.public_key_id,
        "WXPAY_PUBLIC_KEY_FILE": str(settings.wechatpay.public_key_file),
        **_apiv2_env(merchant),
        "WXPAY_API_BASE": settings.base,
        **settings.alipay.shop_env(settings.base),
        "WXPAY_APP_APPID": account.app_appid,
        "WXPAY_APP_SECRET": account.app_secret,
    }
    path = settings.folder / "shop.env"
    text = "".join(f"{name}={value}\n" for name, value in lines.items() if value)
    if not path.exists() or path.read_text("utf-8") != text:
        keys.write_secret(path, text.encode())
    return path


def _apiv2_env(merchant: Merchant) -> dict[str, str]:
    """Nothing without the certificate, which a shop needs for refunds by APIv2."""
    if merchant.certificate_file is None:
        return {}
    certificate = str(merchant.certificate_file)
    return {"WXPAY_APIV2_KEY": merchant.apiv2_key, "WXPAY_CERT_FILE": certificate, "WXPAY_SCAN_CODES": "yes"}


def _read_env(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    rows = (line.strip() for line in path.read_text("utf-8").splitlines())
    pairs = (row.split("=", 1) for row in rows if "=" in row and not row.startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, value in pairs}


def _list(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def _limits(env: Mapping[str, str]) -> dict[str, int]:
    numbers = {limit.name: _number(env, limit.setting, limit.default) for limit in LIMITS}
    for limit in LIMITS:
        if numbers[limit.name] < 1:
            raise SettingsError(f"{limit.setting} must be at least 1")
    for pair in _list(env, "SIM_DAILY_LIMITS"):
        path, _, number = pair.partition("=")
        if not path.startswith("/") or not number.isdecimal():
            raise SettingsError(f"SIM_DAILY_LIMITS wants /path=number, not {pair!r}")
        numbers[path] = int(number)
    return numbers


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(env.get(name, default))
    except ValueError as error:
        raise SettingsError(f"{name} must be a whole number, not {env[name]!r}") from error
