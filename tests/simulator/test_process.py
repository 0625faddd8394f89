"""The process: init, the environment, the ready line, what survives a restart, ending at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.crypto import keys
from simulator.settings import SettingsError, load_settings, write_shop_env

SHOP_NEEDS = {
    *("BASE_URL", "WECHAT_APPID", "WECHAT_APPSECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY"),
    *("WECHAT_API_BASE", "WECHAT_OPEN_BASE", "WECHAT_MP_BASE"),
    *("WXPAY_MCHID", "WXPAY_APIV3_KEY", "WXPAY_CERT_SERIAL", "WXPAY_PRIVATE_KEY_FILE"),
    *("WXPAY_PUBLIC_KEY_ID", "WXPAY_PUBLIC_KEY_FILE", "WXPAY_API_BASE"),
    *("ALIPAY_APP_ID", "ALIPAY_SELLER_ID", "ALIPAY_PRIVATE_KEY_FILE", "ALIPAY_PUBLIC_KEY_FILE"),
    *("ALIPAY_FEE_RATE", "ALIPAY_GATEWAY", "WXPAY_APP_APPID", "WXPAY_APP_SECRET"),
    *("WXPAY_APIV2_KEY", "WXPAY_CERT_FILE", "WXPAY_SCAN_CODES"),
}
ROOT = Path(__file__).parents[2]


def run(command: str, folder: Path, **environ: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SIM_")}
    ports = {"SIM_PORT": "0", "SIM_WEB_PORT": "0"}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "simulator", command, "--dir", str(folder)],
        cwd=ROOT,
        env={**clean, **ports, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(folder: Path, **environ: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    process = run("serve", folder, **environ)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline()), process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=10)


def read_env(path: str | Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in Path(path).read_text("utf-8").splitlines())


def test_init_writes_all_a_shop_needs_and_changes_nothing_the_second_time(tmp_path: Path) -> None:
    first = run("init", tmp_path)
    out, errors = first.communicate(timeout=30)
    assert (first.returncode, errors) == (0, "")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    run("init", tmp_path).communicate(timeout=30)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    env = read_env(out.strip())
    assert set(env) == SHOP_NEEDS
    assert all(env.values())
    assert (len(env["WECHAT_APPID"]), env["WECHAT_APPID"][:2]) == (18, "wx")
    assert (len(env["WECHAT_APPSECRET"]), len(env["WECHAT_AES_KEY"])) == (32, 43)
    assert env["WECHAT_AES_KEY"].isalnum()
    assert (len(env["WXPAY_MCHID"]), len(env["WXPAY_APIV3_KEY"])) == (10, 32)
    assert env["WXPAY_PUBLIC_KEY_ID"].startswith("PUB_KEY_ID_")
    assert Path(env["WXPAY_PRIVATE_KEY_FILE"]).read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----\n")
    certificate = keys.read_certificate(tmp_path / "merchant_cert.pem")
    assert env["WXPAY_CERT_SERIAL"] == keys.serial_of(certificate)
    assert len(env["WXPAY_CERT_SERIAL"]) == 40


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    write_shop_env(load_settings(tmp_path, {}))

    for name in ("identity.json", "merchant_key.pem", "wechatpay_key.pem", "platform_key.pem", "shop.env"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_two_folders_have_nothing_in_common(tmp_path: Path) -> None:
    first, second = (load_settings(tmp_path / name, {}) for name in "ab")

    assert first.account.appid != second.account.appid
    assert first.account.aes_key != second.account.aes_key
    assert first.merchant.cert_serial != second.merchant.cert_serial


def test_the_environment_overrides_the_file_and_the_file_the_folder(tmp_path: Path) -> None:
    (tmp_path / "simulator.env").write_text("# mine\nSIM_APPID=wx1111111111111111\nSIM_TOKEN='fromthefile'\n")
    merchant = keys.make_private_key()
    key_file = tmp_path / "theirs.pem"
    key_file.write_bytes(keys.private_pem(merchant))

    settings = load_settings(
        tmp_path,
        {
            "SIM_APPID": "wx2222222222222222",
            "SIM_PORT": "9001",
            "SIM_MERCHANT_PRIVATE_KEY_FILE": str(key_file),
            "SIM_CERT_SERIAL": "A" * 40,
            "SIM_PUSH_MODE": "plain",
        },
    )

    assert (settings.account.appid, settings.account.token) == ("wx2222222222222222", "fromthefile")
    assert (settings.port, settings.base, settings.push_mode) == (9001, "http://127.0.0.1:9001", "plain")
    assert settings.merchant.public_key.public_numbers() == merchant.public_key().public_numbers()
    env = read_env(write_shop_env(settings))
    assert env["WXPAY_PRIVATE_KEY_FILE"] == str(key_file)
    assert "WXPAY_APIV2_KEY" not in env  # whose refunds need the certificate of that key


def test_a_shop_with_its_own_key_gives_only_the_public_half(tmp_path: Path) -> None:
    key = keys.make_private_key()
    public_file = tmp_path / "public.pem"
    public_file.write_bytes(keys.public_pem(key.public_key()))

    settings = load_settings(tmp_path / "box", {"SIM_MERCHANT_PUBLIC_KEY_FILE": str(public_file)})

    assert settings.merchant.public_key.public_numbers() == key.public_key().public_numbers()
    assert "WXPAY_PRIVATE_KEY_FILE" not in read_env(write_shop_env(settings))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIM_PUSH_MODE", "loud"),
        ("SIM_AES_KEY", "short"),
        ("SIM_APIV3_KEY", "short"),
        ("SIM_TOKEN", "with blank"),
        ("SIM_PORT", "many"),
    ],
)
def test_a_setting_that_cannot_work_stops_the_start_with_a_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings(tmp_path, {name: value})


def test_a_port_in_use_is_named(running_box: Any, tmp_path: Path) -> None:
    process = run("serve", tmp_path, SIM_PORT=str(running_box.settings.port))

    _, errors = process.communicate(timeout=30)

    assert process.returncode == 1
    assert f"127.0.0.1:{running_box.settings.port}" in errors
    assert "Traceback" not in errors


def test_the_ready_line_and_the_shops_file_name_the_real_ports(tmp_path: Path) -> None:
    with serving(tmp_path) as (ready, _):
        state = requests.get(f"{ready['base']}/sim/api/state", timeout=5).json()

        assert ready["ready"]
        assert state["web_base"] == ready["web_base"] == f"http://127.0.0.1:{ready['web_port']}"
        env = read_env(ready["shop_env"])
        assert (env["BASE_URL"], env["WECHAT_API_BASE"]) == (ready["web_base"], ready["base"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_whatever_is_open(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path, SIM_UPSTREAM="http://127.0.0.1:9") as (ready, process):
        api = f"{ready['base']}/sim/api"
        stream = requests.get(f"{api}/events", stream=True, timeout=10)
        openid = requests.get(f"{api}/state", timeout=5).json()["followers"][0]["openid"]
        # Nobody listens there: WeChat's next try waits for five seconds.
        requests.post(f"{api}/followers/{openid}/say", json={"type": "text", "content": "茶"}, timeout=5)
        started = time.monotonic()

        process.send_signal(number)
        _, errors = process.communicate(timeout=10)

        assert time.monotonic() - started < 3
        assert (process.returncode, errors) == (0, "")
        stream.close()


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, SIM_UPSTREAM="http://127.0.0.1:9") as (ready, _):
        api = f"{ready['base']}/sim/api"
        openid = requests.get(f"{api}/state", timeout=5).json()["followers"][1]["openid"]
        requests.post(f"{api}/followers", json={"nickname": "新朋友"}, timeout=5)
        requests.post(f"{api}/followers/{openid}/say", json={"type": "text", "content": "茶"}, timeout=5)
        requests.post(f"{api}/faults", json={"name": "notify_late", "value": "30"}, timeout=5)
        requests.post(f"{api}/clock", json={"advance_seconds": 7200}, timeout=5)
        env = read_env(ready["shop_env"])
        body = {
            "grant_type": "client_credential",
            "appid": env["WECHAT_APPID"],
            "secret": env["WECHAT_APPSECRET"],
        }
        token = requests.post(f"{ready['base']}/cgi-bin/stable_token", json=body, timeout=5).json()

    with serving(tmp_path) as (ready, _):
        api = f"{ready['base']}/sim/api"
        state = requests.get(f"{api}/state", timeout=5).json()
        chat = requests.get(f"{api}/followers/{openid}/chat", timeout=5).json()["messages"]
        again = requests.post(f"{ready['base']}/cgi-bin/stable_token", json=body, timeout=5).json()

        assert [row["nickname"] for row in state["followers"]][-1] == "新朋友"
        assert chat[0]["text"] == "茶"
        assert next(row for row in state["faults"] if row["name"] == "notify_late")["value"] == "30"
        assert state["clock"]["offset_seconds"] >= 7200
        assert again["access_token"] == token["access_token"]


def test_a_notification_that_was_due_is_sent_after_a_restart(tmp_path: Path) -> None:
    from simulator.engine import Engine

    settings = load_settings(tmp_path, {"SIM_UPSTREAM": "http://127.0.0.1:9"})
    engine = Engine(settings)
    request = {
        "appid": settings.account.appid,
        "mchid": settings.merchant.mchid,
        "description": "茶",
        "out_trade_no": "SHOP000001",
        "notify_url": f"{settings.web_base}/pay/notify",
        "amount": {"total": 1},
        "payer": {"openid": engine.followers.openids()[0]},
    }
    engine.orders.add(request, canonical={}, expires_at=engine.clock.now() + 60)
    engine.cashier.pay_now("SHOP000001")
    assert len(engine.store.all("jobs")) == 1
    engine.close()

    again = Engine(settings)
    again.start()
    deadline = time.monotonic() + 5
    while not again.orders.find("SHOP000001")["notifications"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    again.stop()
    again.close()


def test_the_simulator_imports_nothing_of_the_shop() -> None:
    code = (
        "import sys, simulator.__main__;"
        "names = {name.split('.')[0] for name in sys.modules};"
        "print(sorted(names & {'app','handlers','webviews','console','api','config','wechatpy','wechatpayv3'}))"
    )

    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
