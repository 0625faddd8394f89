"""`make configure` as an operator meets it."""

import stat
from pathlib import Path

import dotenv
import pytest
from click.testing import CliRunner, Result

from app.golive.configure import configure
from config import load_settings

APIV2 = ALIPAY = 5  # questions about each, which may be left alone


def answers(keys: Path) -> list[str]:
    """What is typed, question by question; nothing is Enter."""
    shop = ["https://shop.example.cn", "春山茶铺", ""]
    account = ["wx5a1b2c3d4e5f6a7b", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "", ""]
    pay = [
        "1900000001",
        "Kq7vTz2mXw9cRb4nYs6dLf8gHj3pVt5e",
        "3A5C7E90B1D2F4061827394A5B6C7D8E9F001122",
        str(keys / "merchant.pem"),
        "PUB_KEY_ID_0119000000012026112100000000000001",
        str(keys / "wechatpay_public.pem"),
    ]
    return [*shop, *account, *pay, *[""] * (APIV2 + ALIPAY), "", "", "", ""]


def run(path: Path, typed: list[str], *options: str) -> Result:
    return CliRunner().invoke(
        configure, ["--file", str(path), *options], input="".join(f"{each}\n" for each in typed)
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def read(path: Path) -> dict[str, object]:
    return load_settings({name: value or "" for name, value in dotenv.dotenv_values(path).items()})


def test_a_shop_can_start_with_what_was_answered(path: Path, keys: Path) -> None:
    result = run(path, answers(keys))

    assert result.exit_code == 0, result.output
    settings = read(path)
    assert (settings["APP_ENV"], settings["SHOP_NAME"]) == ("production", "春山茶铺")
    assert len(str(settings["WECHAT_AES_KEY"])) == 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "https://shop.example.cn/wechat" in result.output


def test_no_secret_is_shown(path: Path, keys: Path) -> None:
    first = run(path, answers(keys))
    again = run(path, [""] * 30)

    settings = read(path)
    for name in ("SECRET_KEY", "WECHAT_APPSECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY", "WXPAY_APIV3_KEY"):
        assert str(settings[name]) not in first.output + again.output


def test_enter_keeps_everything_to_the_letter(path: Path, keys: Path) -> None:
    run(path, answers(keys))
    path.write_text(
        path.read_text(encoding="utf-8") + "\n# mine\nORDER_TTL_SECONDS=900\nEXTRA=x\n", encoding="utf-8"
    )
    before = path.read_text(encoding="utf-8")

    result = run(path, [""] * 30)

    assert result.exit_code == 0, result.output
    assert path.read_text(encoding="utf-8") == before


def test_an_answer_that_does_not_fit_is_asked_again(path: Path, keys: Path) -> None:
    typed = answers(keys)
    typed.insert(0, "http://shop.example.cn")
    typed.insert(typed.index("1900000001") + 1, "too short")

    result = run(path, typed)

    assert result.exit_code == 0, result.output
    assert "BASE_URL must start with https:// in production" in result.output
    assert "WXPAY_APIV3_KEY must be 32 bytes long" in result.output


def test_nothing_is_written_when_he_gives_up_in_the_middle(path: Path, keys: Path) -> None:
    result = run(path, answers(keys)[:6])

    assert result.exit_code == 1
    assert not path.exists()
    assert list(path.parent.glob(".env-*")) == []


def test_a_dash_empties_what_may_be_empty(path: Path, keys: Path) -> None:
    typed = answers(keys)
    typed[13 + APIV2 + ALIPAY] = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"
    run(path, typed)
    assert read(path)["ALERT_WEBHOOK_URL"]

    run(path, [*[""] * (13 + APIV2 + ALIPAY), "-", "", "", ""])

    assert not read(path)["ALERT_WEBHOOK_URL"]


def test_check_says_what_is_wrong_and_asks_nothing(path: Path, keys: Path) -> None:
    path.write_text("BASE_URL=shop\n", encoding="utf-8")
    bad = run(path, [], "--check")
    path.unlink()
    run(path, answers(keys))
    good = run(path, [], "--check")

    assert (bad.exit_code, good.exit_code) == (1, 0)
    assert "WXPAY_MCHID is missing" in bad.output
    assert "could start" in good.output
