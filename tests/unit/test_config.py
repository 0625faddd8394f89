"""Settings: everything that is wrong is said at once, and nothing weak goes into production."""

from pathlib import Path

import pytest

import config
from config import ConfigError, load_settings

GOOD = {
    "APP_ENV": "production",
    "SECRET_KEY": "pZ7nq0Yt3vR9sLxK2mW8bC4hJ6dF1gA5",
    "BASE_URL": "https://shop.example.cn",
    "WECHAT_APPID": "wx5a1b2c3d4e5f6a7b",
    "WECHAT_APPSECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "WECHAT_TOKEN": "shopbot2026",
    "WECHAT_AES_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "WXPAY_MCHID": "1900000001",
    "WXPAY_APIV3_KEY": "Shop2026ApiV3KeyForTests00000001",
    "WXPAY_CERT_SERIAL": "3A5C7E90B1D2F4061827394A5B6C7D8E9F001122",
    "WXPAY_PRIVATE_KEY_FILE": __file__,
    "WXPAY_PUBLIC_KEY_ID": "PUB_KEY_ID_01",
    "WXPAY_PUBLIC_KEY_FILE": __file__,
}


def test_good_settings_are_read_typed() -> None:
    settings = load_settings(GOOD | {"ORDER_TTL_SECONDS": "900"})

    assert settings["ORDER_TTL_SECONDS"] == 900
    assert settings["WECHAT_API_BASE"] == "https://api.weixin.qq.com"


def test_an_empty_environment_names_every_missing_setting_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings({})

    for name in (
        "SECRET_KEY",
        "BASE_URL",
        "WECHAT_APPID",
        "WECHAT_APPSECRET",
        "WECHAT_TOKEN",
        "WXPAY_APIV3_KEY",
    ):
        assert any(problem.startswith(name) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "change-me-change-me-change-me-change-me"),
        ("SECRET_KEY", "a" * 40),
        ("SECRET_KEYS_BEFORE", "pZ7nq0Yt3vR9sLxK2mW8bC4hJ6dF1gA5,short"),
        ("BASE_URL", "http://shop.example.cn"),
        ("BASE_URL", "shop.example.cn"),
        ("WECHAT_API_BASE", "http://127.0.0.1:8001"),
        ("WECHAT_OPEN_BASE", "http://127.0.0.1:8001"),
        ("WECHAT_MP_BASE", "http://127.0.0.1:8001"),
        ("WXPAY_API_BASE", "http://127.0.0.1:8001"),
        ("WECHAT_APPSECRET", "secret"),
        ("WECHAT_TOKEN", "test"),
        ("WECHAT_AES_KEY", "tooshort"),
        ("WECHAT_AES_KEY", ""),
        ("WXPAY_APIV3_KEY", "tooshort"),
        ("WXPAY_APIV3_KEY", ""),
        ("WXPAY_VERSION", "v1"),
        ("WXPAY_APIV2_KEY", "tooshort"),
        ("WXPAY_APIV2_KEY_OLD", "Shop2026-ApiV2KeyForTests0000002"),
        ("WXPAY_APIV2_SIGN_TYPE", "SHA1"),
        ("WXPAY_SCAN_CODES", "perhaps"),
        ("WXPAY_PRIVATE_KEY_FILE", "not/there.pem"),
        ("WXPAY_PUBLIC_KEY_ID", ""),
        ("WXPAY_APIV3_KEY_OLD", "tooshort"),
        ("WXPAY_PUBLIC_KEY_ID_OLD", "PUB_KEY_ID_1"),
        ("ORDER_TTL_SECONDS", "half an hour"),
        ("WECHAT_CALLBACK_MODE", "none"),
        ("DATABASE_URL", "mysql://a:b@host/shop"),
        ("DATABASE_URL", "shop.db"),
    ],
)
def test_production_refuses(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(GOOD | {name: value})

    assert any(name in problem for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://a:b@host/shop", "postgresql+psycopg://a:b@host/shop"),
        ("postgresql://a:b@host/shop", "postgresql+psycopg://a:b@host/shop"),
        ("postgresql+psycopg://a:b@host/shop", "postgresql+psycopg://a:b@host/shop"),
        ("sqlite:////srv/shop.db", "sqlite:////srv/shop.db"),
    ],
)
def test_a_database_may_be_named_in_the_usual_ways(given: str, used: str) -> None:
    assert load_settings(GOOD | {"DATABASE_URL": given})["SQLALCHEMY_DATABASE_URI"] == used


APIV2 = {"WXPAY_APIV2_KEY": "Shop2026ApiV2KeyForTests00000002", "WXPAY_CERT_FILE": __file__}


@pytest.mark.parametrize("wish", [{"WXPAY_VERSION": "v2"}, {"WXPAY_SCAN_CODES": "yes"}])
def test_apiv2_is_given_whole_and_then_needs_no_apiv3_key(wish: dict[str, str]) -> None:
    settings = load_settings(GOOD | APIV2 | wish)
    assert (settings["WXPAY_APIV2_SIGN_TYPE"], settings["WXPAY_SCAN_CODES"]) == (
        "HMAC-SHA256",
        "WXPAY_SCAN_CODES" in wish,
    )
    load_settings(GOOD | APIV2 | {"WXPAY_VERSION": "v2", "WXPAY_APIV3_KEY": ""})

    for name in APIV2:
        with pytest.raises(ConfigError, match=f"{name} is missing"):
            load_settings(GOOD | APIV2 | wish | {name: ""})


@pytest.mark.parametrize("name", ["WXPAY_APP_APPID", "WXPAY_APP_SECRET"])
def test_an_app_is_given_whole_or_not_at_all(name: str) -> None:
    app = {"WXPAY_APP_APPID": "wxa1b2c3d4e5f60718", "WXPAY_APP_SECRET": "1f0e2d3c4b5a69788796a5b4c3d2e1f0"}
    load_settings(GOOD | app)

    with pytest.raises(ConfigError, match="WXPAY_APP_APPID and WXPAY_APP_SECRET belong together"):
        load_settings(GOOD | {name: app[name]})


def test_keys_before_are_a_list() -> None:
    keys = GOOD["SECRET_KEY"][::-1], GOOD["SECRET_KEY"].swapcase()

    assert (
        load_settings(GOOD | {"SECRET_KEYS_BEFORE": f"{keys[0]}, {keys[1]},"})["SECRET_KEYS_BEFORE"] == keys
    )
    assert load_settings(GOOD)["SECRET_KEYS_BEFORE"] == ()


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{GOOD['SECRET_KEY']}\n")
    given = {name: value for name, value in GOOD.items() if name != "SECRET_KEY"}

    settings = load_settings(given | {"SECRET_KEY_FILE": str(tmp_path / "secret")})

    assert settings["SECRET_KEY"] == GOOD["SECRET_KEY"]


def test_a_secret_whose_file_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    given = {name: value for name, value in GOOD.items() if name != "SECRET_KEY"}

    with pytest.raises(ConfigError) as caught:
        load_settings(given | {"SECRET_KEY_FILE": str(tmp_path / "nothing")})

    assert caught.value.problems == ["SECRET_KEY_FILE names a file that cannot be read"]


def test_no_message_repeats_a_secret() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(GOOD | {"SECRET_KEY": "hunter2hunter2", "WXPAY_APIV3_KEY": "hunter3"})

    assert "hunter" not in str(caught.value)


def test_production_is_what_is_meant_when_nothing_is_said() -> None:
    settings = {name: value for name, value in GOOD.items() if name != "APP_ENV"}

    assert load_settings(settings)["APP_ENV"] == "production"


@pytest.mark.parametrize(
    ("app_env", "given", "mode"),
    [
        ("production", "", "safe"),
        ("development", "", "plain"),
        ("development", "compatible", "compatible"),
        ("production", "plain", "plain"),
    ],
)
def test_production_takes_encrypted_pushes_alone_unless_told_otherwise(
    app_env: str, given: str, mode: str
) -> None:
    settings = load_settings(GOOD | {"APP_ENV": app_env, "WECHAT_CALLBACK_MODE": given})

    assert settings["WECHAT_CALLBACK_MODE"] == mode


def test_the_example_file_is_the_table() -> None:
    assert Path(".env.example").read_text(encoding="utf-8") == config.print_example()


ALIPAY = {
    "ALIPAY_APP_ID": "2021000000000001",
    "ALIPAY_SELLER_ID": "2088000000000017",
    "ALIPAY_PRIVATE_KEY_FILE": __file__,
    "ALIPAY_PUBLIC_KEY_FILE": __file__,
}


def test_alipay_is_configured_wholly_or_not_at_all() -> None:
    assert load_settings(GOOD | ALIPAY)["ALIPAY_GATEWAY"] == "https://openapi.alipay.com/gateway.do"
    for name in ALIPAY:
        with pytest.raises(ConfigError, match=f"{name} is missing: Alipay needs it"):
            load_settings(GOOD | ALIPAY | {name: ""})
