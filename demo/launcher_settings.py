"""Ports and folders of one demo, and the environment its processes get."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.places import ROOT, VAR
from bootstrap.progress import SetupProblem

HOST = "127.0.0.1"
SHOP_NAME = "小铺茶事"
# Settings of the shop that must not reach the demo from the shell of someone who also runs a real shop.
_FOREIGN_PREFIXES = ("WECHAT_", "WXPAY_", "ALIPAY_")
_FOREIGN_NAMES = {
    "APP_ENV",
    "BASE_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "DATA_DIR",
    "SECRET_KEY",
    "TRUSTED_PROXIES",
}


@dataclass(frozen=True)
class DemoSettings:
    """Where one demo runs."""

    shop_port: int
    phone_port: int  # the platform, the phone and the lab
    web_port: int  # the phone's web view: the shop's public address
    folder: Path  # the shop's
    simulator_folder: Path
    more: Mapping[str, str] = field(default_factory=dict)  # further settings of the shop: another database

    @property
    def shop_url(self) -> str:
        return f"http://{HOST}:{self.shop_port}"

    @property
    def phone_url(self) -> str:
        return f"http://{HOST}:{self.phone_port}"

    @property
    def web_url(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"


def read_settings(environ: Mapping[str, str] = os.environ) -> DemoSettings:
    """Read DEMO_PORT, DEMO_PHONE_PORT, DEMO_WEB_PORT and DEMO_DIR (what else would be var/).

    Raises: SetupProblem for a port that is no number.
    """
    base = Path(environ.get("DEMO_DIR") or VAR).resolve()
    return DemoSettings(
        shop_port=_read_port(environ, "DEMO_PORT", 8000),
        phone_port=_read_port(environ, "DEMO_PHONE_PORT", 8001),
        web_port=_read_port(environ, "DEMO_WEB_PORT", 8002),
        folder=base / "demo",
        simulator_folder=base / "simulator",
    )


def simulator_environment(settings: DemoSettings) -> dict[str, str]:
    """Return the environment of WeChat in a box."""
    return {
        **_neutral_environment(),
        "SIM_HOST": HOST,
        "SIM_PORT": str(settings.phone_port),
        "SIM_WEB_PORT": str(settings.web_port),
        "SIM_UPSTREAM": settings.shop_url,
        "SIM_ACCOUNT_NAME": SHOP_NAME,
    }


def shop_environment(settings: DemoSettings) -> dict[str, str]:
    """Return the environment of the shop and its worker; WeChat in a box must have written shop.env."""
    return {
        **_neutral_environment(),
        **read_assignments(settings.simulator_folder / "shop.env"),
        "APP_ENV": "development",
        "SHOP_NAME": SHOP_NAME,
        "FLASK_APP": "wsgi.py",
        "SECRET_KEY": _keep_secret(settings.folder / "secret_key"),
        "DATA_DIR": str(settings.folder),
        "DATABASE_URL": f"sqlite:///{settings.folder / 'shop.db'}",
        **settings.more,
    }


def read_assignments(path: Path) -> dict[str, str]:
    """Read NAME=VALUE lines; a missing file has none."""
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip().removeprefix("export "): value.strip().strip("\"'") for name, _, value in pairs}


def _neutral_environment() -> dict[str, str]:
    """Return our environment without settings of a real shop; an empty value outweighs a line in `.env`."""
    kept = {name: value for name, value in os.environ.items() if not _is_foreign(name)}
    return (
        dict.fromkeys(filter(_is_foreign, read_assignments(ROOT / ".env")), "")
        | kept
        | {"PYTHONUNBUFFERED": "1"}
    )


def _is_foreign(name: str) -> bool:
    return name in _FOREIGN_NAMES or name.startswith(_FOREIGN_PREFIXES)


def _keep_secret(path: Path) -> str:
    """Return the secret in `path`, made on first use and readable by its owner only."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text("utf-8")


def _read_port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SetupProblem(f"{name} must be a port number, not {text!r}.")
    return int(text)
