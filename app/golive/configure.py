"""`make configure`: asks for what the shop cannot start without, checks each answer, writes `.env` in one piece.

What is there already is kept by pressing Enter; secrets are neither shown nor echoed; what can be made up (keys that
only this shop and WeChat's console share) is made up. Nothing is written before everything fits together.
"""

import os
import secrets
import shutil
import string
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import dotenv

from config import SETTINGS, ConfigError, Setting, load_settings, print_example

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}
LETTERS = string.ascii_letters + string.digits


def _random(length: int) -> Callable[[], str]:
    return lambda: "".join(secrets.choice(LETTERS) for _ in range(length))


MADE_UP: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": _random(48),
    "WECHAT_TOKEN": _random(24),
    "WECHAT_AES_KEY": _random(43),
}
PARTS: Mapping[str, tuple[str, ...]] = {
    "The shop": ("BASE_URL", "SHOP_NAME", "SECRET_KEY"),
    "The official account (mp.weixin.qq.com, settings and development, basic configuration)": (
        "WECHAT_APPID",
        "WECHAT_APPSECRET",
        "WECHAT_TOKEN",
        "WECHAT_AES_KEY",
    ),
    "WeChat Pay (pay.weixin.qq.com, account centre, API security)": (
        "WXPAY_MCHID",
        "WXPAY_APIV3_KEY",
        "WXPAY_CERT_SERIAL",
        "WXPAY_PRIVATE_KEY_FILE",
        "WXPAY_PUBLIC_KEY_ID",
        "WXPAY_PUBLIC_KEY_FILE",
    ),
    "WeChat Pay's older interface APIv2, for merchants who still have it (may stay empty)": (
        "WXPAY_VERSION",
        "WXPAY_APIV2_KEY",
        "WXPAY_APIV2_SIGN_TYPE",
        "WXPAY_CERT_FILE",
        "WXPAY_SCAN_CODES",
    ),
    "Alipay outside WeChat (open.alipay.com, the app's signing; may stay empty)": (
        "ALIPAY_APP_ID",
        "ALIPAY_SELLER_ID",
        "ALIPAY_PRIVATE_KEY_FILE",
        "ALIPAY_PUBLIC_KEY_FILE",
        "ALIPAY_FEE_RATE",
    ),
    "Alerts (may stay empty)": (
        "ALERT_WEBHOOK_URL",
        "ALERT_SMTP_URL",
        "ALERT_MAIL_FROM",
        "ALERT_MAIL_TO",
    ),
}


@click.command("configure")
@click.option("--file", "path", type=click.Path(path_type=Path, dir_okay=False), default=Path(".env"))
@click.option("--check", "only_check", is_flag=True, help="Ask nothing: say what is wrong with the file.")
def configure(path: Path, *, only_check: bool) -> None:
    """Ask for the shop's settings and write them to `.env`."""
    values = _read(path)
    if only_check:
        sys.exit(_report(_problems(values)))
    for title, names in PARTS.items():
        click.echo(f"\n{title}")
        for name in names:
            values[name] = _ask(BY_NAME[name], values.get(name, ""), values.get("APP_ENV") or "production")
    if problems := _problems(values):
        _report(problems)
        if not click.confirm("\nWrite the file all the same, to go on later?", default=False):
            sys.exit(1)
    _write(path, values)
    click.echo(f"\nWritten to {path}, for your eyes only (mode 600).")
    if not problems:
        _say_what_is_next(values)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return {name: value or "" for name, value in dotenv.dotenv_values(path, interpolate=False).items()}


def _ask(setting: Setting, present: str, app_env: str) -> str:
    """One answer that fits; Enter keeps what is there, or takes what is made up or usual."""
    made_up = MADE_UP.get(setting.name)
    offered = present or (made_up() if made_up else setting.default or "")
    while True:
        text = click.prompt(
            f"  {setting.name}: {setting.help}{_hint(setting, present, offered)}\n ",
            default=offered,
            show_default=False,
            hide_input=not setting.is_shown,
        ).strip()
        if text == "-" and setting.default is not None:
            text = ""
        problem = _find_problem(setting, text, app_env)
        if problem is None:
            return text
        click.echo(f"    {setting.name} {problem}")


def _hint(setting: Setting, present: str, offered: str) -> str:
    empty = ", - for none" if setting.default is not None and present else ""
    if setting.is_shown:
        return f" [{offered}{empty}]" if offered else ""
    if present:
        return f" [Enter keeps it{empty}]"
    return " [Enter makes one up]" if setting.name in MADE_UP else ""


def _find_problem(setting: Setting, text: str, app_env: str) -> str | None:
    if not text:
        return "is needed" if setting.default is None else None
    try:
        setting.read(text)
    except ValueError as error:
        return "must be a whole number" if setting.read is int else str(error)
    return setting.check(text) if setting.check and app_env == "production" else None


def _problems(values: Mapping[str, str]) -> list[str]:
    try:
        load_settings(values)
    except ConfigError as error:
        return error.problems
    return []


def _report(problems: list[str]) -> int:
    for problem in problems:
        click.echo(f"  - {problem}")
    click.echo(
        "The shop could start with these settings." if not problems else "The shop could not start yet."
    )
    return 1 if problems else 0


def _write(path: Path, values: Mapping[str, str]) -> None:
    """Change the file in one piece: comments and settings that nobody asked about stay as they are."""
    descriptor, name = tempfile.mkstemp(dir=path.parent or ".", prefix=".env-")  # mode 600 from the start
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(path.read_text(encoding="utf-8") if path.exists() else print_example())
        present = dotenv.dotenv_values(name, interpolate=False)
        for key, value in values.items():
            if (present.get(key) or "") != value:
                dotenv.set_key(name, key, value, quote_mode="auto")
        Path(name).chmod(0o600)
        shutil.move(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _say_what_is_next(values: Mapping[str, str]) -> None:
    base = values["BASE_URL"].rstrip("/")
    click.echo(
        f"\nNext:\n"
        f"  1. start the shop and its worker with these settings\n"
        f"  2. in the account's basic configuration enter {base}/wechat, and Token and EncodingAESKey from the file\n"
        f"  3. flask staff create-owner, then log in at {base}/console/ and follow 开店向导"
    )


if __name__ == "__main__":
    configure()
