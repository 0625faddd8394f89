"""Every setting of the shop: name, type, unit, default, who needs it. Read once from the environment.

`SETTINGS` is the only list; `.env.example` is printed from it (`flask shop settings`).
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dotenv

ENVIRONMENTS = ("production", "development", "testing")
WEAK_SECRETS = ("change-me", "changeme", "secret", "password", "default", "example", "dev", "test")


class ConfigError(Exception):
    """The settings cannot be used; `problems` holds one sentence for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The shop cannot start:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table. `default=None` means the setting has to be given."""

    name: str
    read: Callable[[str], Any]
    default: str | None
    help: str
    check: Callable[[str], str | None] | None = None  # in production: what is wrong, or None
    is_shown: bool = False  # on screens: neither a secret nor an address that may hold one


_shown = partial(Setting, is_shown=True)


def _text(value: str) -> str:
    return value


def _base(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address like https://shop.example.cn")
    return value.rstrip("/")


def _database(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if value and (not separator or scheme.partition("+")[0] not in ("sqlite", "postgresql", "postgres")):
        raise ValueError("must be an address like postgresql://user:password@host/name or sqlite:////path")
    # The short forms mean psycopg 3 here, the driver that is installed.
    return f"postgresql+psycopg://{rest}" if scheme in ("postgresql", "postgres") else value


def _keys(value: str) -> tuple[str, ...]:
    return tuple(key for part in value.split(",") if (key := part.strip()))


def _file(value: str) -> str:
    if value and not Path(value).is_file():
        raise ValueError(f"names a file that is not there: {value}")
    return value


def _rate(value: str) -> int:
    """`0.6%` → 6000 millionths."""
    match = re.fullmatch(r"(\d{1,2})(?:\.(\d{1,4}))?%?", value)
    if value and match is None:
        raise ValueError("must be a percentage like 0.6%")
    return int(match[1] + (match[2] or "").ljust(4, "0")) if match else 0


def _endpoint(value: str) -> str:
    return _base(value) if value else ""


def _https(value: str) -> str | None:
    return None if value.startswith("https://") else "must start with https:// in production"


def _secret(length: int) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if len(value) < length:
            return f"is too short: at least {length} characters in production"
        if len(set(value)) < 8 or any(value.lower().startswith(weak) for weak in WEAK_SECRETS):
            return "is a default or too simple: use a random value in production"
        return None

    return check


def _secrets(length: int) -> Callable[[str], str | None]:
    check = _secret(length)
    return lambda value: next((wrong for key in _keys(value) if (wrong := check(key))), None)


def _aes_key(value: str) -> str:
    if value and len(value) != 43:
        raise ValueError("must be the 43 characters of the account's EncodingAESKey")
    return value


def _apiv3_key(value: str) -> str:
    if value and len(value.encode()) != 32:
        raise ValueError("must be 32 bytes long")
    return value


def _apiv2_key(value: str) -> str:
    if value and not (len(value) == 32 and value.isascii() and value.isalnum()):
        raise ValueError("must be 32 letters and digits")
    return value


def _version(value: str) -> str:
    if value not in ("v3", "v2"):
        raise ValueError("must be v3 or v2")
    return value


def _sign_type(value: str) -> str:
    if value not in ("HMAC-SHA256", "MD5"):
        raise ValueError("must be HMAC-SHA256 or MD5")
    return value


def _yes_or_no(value: str) -> bool:
    if value not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return value == "yes"


def _hours(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 720):
        raise ValueError("must be a whole number from 1 to 720")
    return int(text)


def _mode(value: str) -> str:
    if value and value not in ("plain", "compatible", "safe"):
        raise ValueError("must be plain, compatible or safe")
    return value


def _mail_server(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/")):
        raise ValueError("must be an address like smtps://user:password@smtp.example.cn:465")
    return value


def _mail_addresses(value: str) -> tuple[str, ...]:
    addresses = _keys(value)
    for address in addresses:
        name, at, host = address.partition("@")
        if not (name and at and "." in host) or any(sign in address for sign in " <>\r\n"):
            raise ValueError("must be mail addresses like owner@example.cn, separated by commas")
    return addresses


def _hook(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("must be the robot's whole address, as https://…")
    return value


WECHAT = "https://api.weixin.qq.com"
MAIL_NEEDS = ("ALERT_SMTP_URL", "ALERT_MAIL_FROM", "ALERT_MAIL_TO")
ALIPAY_NEEDS = ("ALIPAY_APP_ID", "ALIPAY_SELLER_ID", "ALIPAY_PRIVATE_KEY_FILE", "ALIPAY_PUBLIC_KEY_FILE")
APIV2_NEEDS = ("WXPAY_APIV2_KEY", "WXPAY_CERT_FILE")
S3_NEEDS = ("MEDIA_S3_BUCKET", "MEDIA_S3_ACCESS_KEY", "MEDIA_S3_SECRET_KEY")

SETTINGS = (
    Setting(
        "SECRET_KEY",
        _text,
        None,
        "signs cookies and codes in links; random, at least 32 characters",
        _secret(32),
    ),
    Setting(
        "SECRET_KEYS_BEFORE",
        _keys,
        "",
        "the keys before SECRET_KEY, separated by commas: what was printed with them keeps counting",
        _secrets(32),
    ),
    _shown("BASE_URL", _base, None, "the shop's public address, as WeChat and followers reach it", _https),
    _shown("SHOP_NAME", _text, "小铺", "the shop's name, as followers read it"),
    Setting("DATABASE_URL", _database, "", "PostgreSQL or SQLite address; empty: SQLite in DATA_DIR/shop.db"),
    Setting("REDIS_URL", _text, "", "shares the queue between machines; empty: SQLite in DATA_DIR/queue.db"),
    _shown("DATA_DIR", _text, "var", "folder for everything the shop writes: database, media, caches"),
    _shown(
        "MEDIA_S3_ENDPOINT",
        _endpoint,
        "",
        "S3-compatible storage for pictures, as https://s3.example.cn; empty: DATA_DIR/media",
        _https,
    ),
    _shown("MEDIA_S3_BUCKET", _text, "", "its bucket, which may stay private"),
    _shown("MEDIA_S3_REGION", _text, "", "its region, as cn-hangzhou; empty: asked for"),
    Setting("MEDIA_S3_ACCESS_KEY", _text, "", "its access key"),
    Setting("MEDIA_S3_SECRET_KEY", _text, "", "its secret key", _secret(8)),
    _shown("LOG_LEVEL", _text, "INFO", "DEBUG, INFO, WARNING or ERROR"),
    _shown("WECHAT_APPID", _text, None, "the official account's AppID"),
    Setting("WECHAT_APPSECRET", _text, None, "its AppSecret", _secret(32)),
    Setting("WECHAT_TOKEN", _text, None, "the callback's Token", _secret(8)),
    Setting("WECHAT_AES_KEY", _aes_key, "", "the callback's EncodingAESKey, 43 characters", _secret(43)),
    Setting("WECHAT_AES_KEY_OLD", _aes_key, "", "the key before it, while a change of keys is under way"),
    _shown(
        "WECHAT_CALLBACK_MODE",
        _mode,
        "",
        "weakest callback mode taken: plain, compatible or safe; empty: safe in production, plain elsewhere",
    ),
    Setting("WECHAT_API_BASE", _base, WECHAT, "host of the account's interface", _https),
    Setting("WECHAT_OPEN_BASE", _base, "https://open.weixin.qq.com", "host of web authorisation", _https),
    Setting("WECHAT_MP_BASE", _base, "https://mp.weixin.qq.com", "host of QR pictures", _https),
    _shown("WXPAY_MCHID", _text, None, "the merchant number"),
    _shown(
        "WXPAY_VERSION",
        _version,
        "v3",
        "by which of WeChat Pay's interfaces new payments go: v3, or v2 for a merchant who has no v3",
    ),
    Setting("WXPAY_APIV3_KEY", _apiv3_key, "", "the APIv3 key, 32 bytes; v3 needs it", _secret(32)),
    Setting(
        "WXPAY_APIV3_KEY_OLD",
        _apiv3_key,
        "",
        "the APIv3 key before it, while a change of keys is under way",
        _secret(32),
    ),
    _shown("WXPAY_CERT_SERIAL", _text, None, "serial number of the merchant's API certificate"),
    _shown("WXPAY_PRIVATE_KEY_FILE", _file, None, "path of apiclient_key.pem"),
    _shown(
        "WXPAY_PRIVATE_KEY_FILE_OLD",
        _file,
        "",
        "path of the apiclient_key.pem before it: opens what WeChat had encrypted for it, as phones in old complaints",
    ),
    _shown("WXPAY_PUBLIC_KEY_ID", _text, "", "id of WeChat Pay's public key; empty: platform certificates"),
    _shown("WXPAY_PUBLIC_KEY_FILE", _file, "", "path of WeChat Pay's pub_key.pem"),
    _shown("WXPAY_PUBLIC_KEY_ID_OLD", _text, "", "the id before it, while a change of keys is under way"),
    _shown("WXPAY_PUBLIC_KEY_FILE_OLD", _file, "", "path of the pub_key.pem before it"),
    Setting(
        "WXPAY_APIV2_KEY",
        _apiv2_key,
        "",
        "the APIv2 key, 32 letters and digits; empty: no APIv2",
        _secret(32),
    ),
    Setting(
        "WXPAY_APIV2_KEY_OLD",
        _apiv2_key,
        "",
        "the APIv2 key before it, while a change of keys is under way",
        _secret(32),
    ),
    _shown(
        "WXPAY_APIV2_SIGN_TYPE", _sign_type, "HMAC-SHA256", "how APIv2 signs what it asks: HMAC-SHA256 or MD5"
    ),
    _shown("WXPAY_CERT_FILE", _file, "", "path of apiclient_cert.pem, which APIv2's refunds need"),
    _shown(
        "WXPAY_SCAN_CODES",
        _yes_or_no,
        "no",
        "yes: WeChat Pay has granted native mode 1 (模式一), and its callback link is BASE_URL/pay/scan",
    ),
    Setting("WXPAY_API_BASE", _base, "https://api.mch.weixin.qq.com", "host of WeChat Pay", _https),
    _shown("ALIPAY_APP_ID", _text, "", "Alipay: the app's APPID; empty: no payment by Alipay outside WeChat"),
    _shown("ALIPAY_SELLER_ID", _text, "", "its merchant's PID, 16 digits that begin with 2088"),
    _shown(
        "ALIPAY_PRIVATE_KEY_FILE",
        _file,
        "",
        "path of the app's private key, as PEM or as the key tool writes it",
    ),
    _shown("ALIPAY_PUBLIC_KEY_FILE", _file, "", "path of Alipay's public key, not the app's own"),
    _shown(
        "ALIPAY_PUBLIC_KEY_FILE_OLD",
        _file,
        "",
        "path of the one before it, while a change of keys is under way",
    ),
    _shown(
        "ALIPAY_FEE_RATE",
        _rate,
        "",
        "what Alipay's contract takes of a payment, as 0.6%; empty: fees are noted and not checked",
    ),
    Setting(
        "ALIPAY_GATEWAY",
        _base,
        "https://openapi.alipay.com/gateway.do",
        "address of Alipay's interface; the sandbox has another one",
        _https,
    ),
    _shown(
        "WXPAY_APP_APPID",
        _text,
        "",
        "AppID of the merchant's own mobile app; empty: no /api/v1 and no APP payment",
    ),
    Setting("WXPAY_APP_SECRET", _text, "", "its AppSecret, both from open.weixin.qq.com", _secret(32)),
    _shown("ORDER_TTL_SECONDS", int, "1800", "how long an unpaid order keeps its goods, in seconds"),
    _shown("SHIPPING_FEE_FEN", int, "800", "freight of an order, in fen"),
    _shown("SHIPPING_FREE_FROM_FEN", int, "9900", "goods value from which freight is free, in fen"),
    _shown(
        "BROADCAST_PER_SECOND", int, "200", "how many product cards all workers together send in a second"
    ),
    _shown(
        "COMPLAINT_ANSWER_HOURS", _hours, "24", "how soon a complaint should be answered, in hours, 1 to 720"
    ),
    _shown("OUTBOX_LEASE_SECONDS", int, "60", "after how long a dead worker's job is taken over, in seconds"),
    _shown(
        "MESSAGE_PAYLOAD_DAYS", int, "30", "how long the raw form of a push is kept, in days; 0: for ever"
    ),
    _shown("MESSAGE_DAYS", int, "730", "how long messages are kept, in days; 0: for ever"),
    Setting(
        "ALERT_WEBHOOK_URL",
        _hook,
        "",
        "where alerts are posted: the robot of a WeCom, DingTalk or Feishu group, or any address that takes JSON",
        _https,
    ),
    Setting(
        "ALERT_SMTP_URL",
        _mail_server,
        "",
        "mail server for alerts, as smtps://user:password@smtp.example.cn:465; smtp:// speaks STARTTLS",
    ),
    _shown("ALERT_MAIL_FROM", _mail_addresses, "", "the address alerts are mailed from; one"),
    _shown("ALERT_MAIL_TO", _mail_addresses, "", "who gets alerts by mail, separated by commas"),
    _shown("TRUSTED_PROXIES", int, "0", "how many reverse proxies stand in front and set X-Forwarded-*"),
)


def load_settings(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read and check every setting; returns name → value, `APP_ENV` among them.

    `environ`: what to read instead of the process's environment and `.env`.
    Raises: ConfigError with everything that is wrong, at once.
    """
    if environ is None:
        environ = {**dotenv.dotenv_values(".env"), **os.environ}  # type: ignore[dict-item]
    app_env = environ.get("APP_ENV") or "production"
    problems: list[str] = []
    if app_env not in ENVIRONMENTS:
        problems.append(f"APP_ENV must be one of {', '.join(ENVIRONMENTS)}, not {app_env}")
    values = {"APP_ENV": app_env}
    for setting in SETTINGS:
        values[setting.name] = _read_one(setting, environ, app_env, problems)
    values["WECHAT_CALLBACK_MODE"] = values["WECHAT_CALLBACK_MODE"] or _usual_mode(app_env)
    problems += _problems_between(values)
    if problems:
        raise ConfigError(problems)
    return values | _derived(values)


def _read_one(setting: Setting, environ: Mapping[str, str], app_env: str, problems: list[str]) -> Any:
    try:
        text = _text_of(setting, environ)
    except (OSError, UnicodeDecodeError):
        problems.append(f"{setting.name}_FILE names a file that cannot be read")
        return ""
    if text is None:
        problems.append(f"{setting.name} is missing: {setting.help}")
        return ""
    try:
        value = setting.read(text)
    except ValueError as error:
        problems.append(f"{setting.name} {error if setting.read is not int else 'must be a whole number'}")
        return text
    if app_env == "production" and setting.check and text and (wrong := setting.check(text)):
        problems.append(f"{setting.name} {wrong}")
    return value


def _text_of(setting: Setting, environ: Mapping[str, str]) -> str | None:
    """As it is given, in a file where `<NAME>_FILE` names one, or as usual; None: nothing was given.

    Raises: OSError, UnicodeDecodeError.
    """
    given = (environ.get(setting.name) or "").strip()
    file = environ.get(f"{setting.name}_FILE", "").strip()
    if not given and file and not setting.is_shown:
        given = Path(file).read_text(encoding="utf-8").strip()
    return given or setting.default


def _usual_mode(app_env: str) -> str:
    """A plain push is signed without its body: good enough to play with, not to sell with."""
    return "safe" if app_env == "production" else "plain"


def _problems_between(values: Mapping[str, Any]) -> list[str]:
    problems: list[str] = []
    if values["WECHAT_CALLBACK_MODE"] != "plain" and not values["WECHAT_AES_KEY"]:
        problems.append("WECHAT_AES_KEY is missing: the callback mode asks for encryption")
    mail = [name for name in MAIL_NEEDS if values[name]]
    problems += [
        f"{name} is missing: mail for alerts needs it" for name in MAIL_NEEDS if mail and name not in mail
    ]
    given = [name for name in ALIPAY_NEEDS if values[name]]
    problems += [
        f"{name} is missing: Alipay needs it" for name in ALIPAY_NEEDS if given and name not in given
    ]
    if values["WXPAY_VERSION"] == "v3" and not values["WXPAY_APIV3_KEY"]:
        problems.append("WXPAY_APIV3_KEY is missing: the APIv3 key, 32 bytes")
    wants_v2 = {
        "WXPAY_VERSION is v2": values["WXPAY_VERSION"] == "v2",
        "WXPAY_SCAN_CODES is yes": bool(values["WXPAY_SCAN_CODES"]),
        "WXPAY_APIV2_KEY is set": bool(values["WXPAY_APIV2_KEY"]),
    }
    reason = next((reason for reason, is_so in wants_v2.items() if is_so), "")
    problems += [f"{name} is missing: {reason}" for name in APIV2_NEEDS if reason and not values[name]]
    missing = [name for name in S3_NEEDS if values["MEDIA_S3_ENDPOINT"] and not values[name]]
    problems += [f"{name} is missing: MEDIA_S3_ENDPOINT is set" for name in missing]
    for age in ("", "_OLD"):
        name, file = f"WXPAY_PUBLIC_KEY_ID{age}", f"WXPAY_PUBLIC_KEY_FILE{age}"
        if bool(values[name]) != bool(values[file]):
            problems.append(f"{name} and {file} belong together: give both or none")
    if bool(values["WXPAY_APP_APPID"]) != bool(values["WXPAY_APP_SECRET"]):
        problems.append("WXPAY_APP_APPID and WXPAY_APP_SECRET belong together: give both or none")
    return problems


def _derived(values: Mapping[str, Any]) -> dict[str, Any]:
    data = Path(values["DATA_DIR"]).resolve()
    return {
        "SQLALCHEMY_DATABASE_URI": values["DATABASE_URL"] or f"sqlite:///{data / 'shop.db'}",
        "MEDIA_DIR": str(data / "media"),
        "DATA_DIR": str(data),
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "PREFERRED_URL_SCHEME": urlsplit(values["BASE_URL"]).scheme or "https",
    }


def print_example() -> str:
    """The text of `.env.example`."""
    lines = [
        "# Settings of the shop. `make configure` asks for the most needed; the environment wins over the file.",
        "# A secret may lie in a file instead: SECRET_KEY_FILE=/run/secrets/secret_key, and so for each.",
        "",
    ]
    lines += ["# production (default), development or testing", "APP_ENV=production"]
    for setting in SETTINGS:
        need = "" if setting.default is not None else " (required)"
        lines += ["", f"# {setting.help}{need}", f"{setting.name}={setting.default or ''}"]
    return "\n".join(lines) + "\n"
