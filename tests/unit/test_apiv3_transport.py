"""The transport against a real HTTP server: what is believed, what is refused, what is left open."""

import base64
import json
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from app.core import clock
from app.core.errors import GatewayRefused, GatewayUnreachable
from app.payments.gateways.apiv3_keys import VerificationKeys
from app.payments.gateways.apiv3_transport import Apiv3Transport
from app.payments.gateways.contract import PaymentRequest, TradeState, Way
from app.payments.gateways.wechatpay_v3 import Merchant, WechatPayV3, description_of
from tests import wechatpay
from tests.keys import certificate_pem, key_pair, private_pem

Answer = Callable[[BaseHTTPRequestHandler], None]
REQUEST = PaymentRequest(
    out_trade_no="XP1",
    description="西湖龙井 🍵",
    amount_fen=7600,
    openid="oTeaShop_0000000000000000001",
    expires_at=datetime(2026, 11, 21, 2, 30, tzinfo=UTC),
)


class Handler(BaseHTTPRequestHandler):
    """Answers as the test says."""

    answer: Answer
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def _do(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        type(self).answer(self)

    do_GET = do_POST = _do

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def reply(status: int, body: object, **signed: object) -> Answer:
    """Answer with a status and a body signed by WeChat Pay (`signed=None`: not signed)."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        content = b"" if status == 204 else json.dumps(body).encode()
        handler.send_response(status)
        if signed.get("signed", True):
            keyword = {name: value for name, value in signed.items() if name != "signed"}
            for name, value in wechatpay.signed(content, **keyword).items():  # type: ignore[arg-type]
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@contextmanager
def serving(answer: Answer, tls: Path | None = None) -> Iterator[tuple[WechatPayV3, type[Handler]]]:
    """A gateway that talks to a server on loopback."""
    handler = type("One", (Handler,), {"answer": staticmethod(answer), "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        scheme = "https" if tls else "http"
        yield make_gateway(f"{scheme}://127.0.0.1:{server.server_port}"), handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def given_keys(folder: str = "no/such/folder") -> VerificationKeys:
    """The public key of this run, and the certificates of a folder."""
    public_keys = {wechatpay.KEY_ID: key_pair("wechatpay").public_key()}
    return VerificationKeys(folder, (wechatpay.APIV3_KEY,), public_keys)


def make_gateway(base: str, keys: object = None) -> WechatPayV3:
    keys = keys or given_keys()
    transport = Apiv3Transport(
        base=base,
        mchid=wechatpay.MCHID,
        private_key=key_pair("merchant"),
        certificate_serial="3A5C",
        keys=keys,  # type: ignore[arg-type]
    )
    merchant = Merchant(
        wechatpay.APPID, wechatpay.MCHID, (wechatpay.APIV3_KEY,), app_appid="wxa1b2c3d4e5f60718"
    )
    return WechatPayV3(merchant, notify_url="https://shop.example.cn/n", transport=transport, keys=keys)  # type: ignore[arg-type]


def test_an_order_is_sent_signed_and_complete() -> None:
    with serving(reply(200, {"prepay_id": "wx21"})) as (gateway, handler):
        assert gateway.create(REQUEST) == "wx21"

    method, path, headers, body = handler.seen[0]
    assert (method, path) == ("POST", "/v3/pay/transactions/jsapi")
    assert headers["Wechatpay-Serial"] == wechatpay.KEY_ID
    assert headers["Authorization"].startswith('WECHATPAY2-SHA256-RSA2048 mchid="1900000001",')
    assert json.loads(body) == {
        "appid": wechatpay.APPID,
        "mchid": wechatpay.MCHID,
        "description": "西湖龙井",
        "out_trade_no": "XP1",
        "time_expire": "2026-11-21T10:30:00+08:00",
        "notify_url": "https://shop.example.cn/n",
        "amount": {"total": 7600, "currency": "CNY"},
        "payer": {"openid": "oTeaShop_0000000000000000001"},
    }


def test_an_order_of_the_app_goes_under_the_apps_appid_and_names_no_payer() -> None:
    with serving(reply(200, {"prepay_id": "wx21"})) as (gateway, handler):
        assert gateway.create(replace(REQUEST, way=Way.APP)) == "wx21"

    _method, path, _headers, body = handler.seen[0]
    assert path == "/v3/pay/transactions/app"
    assert json.loads(body)["appid"] == "wxa1b2c3d4e5f60718"
    assert "payer" not in json.loads(body)


def test_a_pay_req_is_signed_over_the_bare_prepay_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is the vector of the documentation, held to its SHA-256."""
    monkeypatch.setattr(secrets, "token_hex", lambda _: "9d8c7b6a5948372615f0e1d2c3b4a596")
    gateway = make_gateway("http://127.0.0.1:9")

    with clock.frozen_at(clock.from_timestamp(1795227302)):
        pay_req = gateway.app_parameters("wx21101500a1b2c3d4e5f60718293a4b0000")

    signed = [pay_req[name] for name in ("appid", "timestamp", "noncestr", "prepayid")]
    text = "".join(f"{line}\n" for line in signed).encode()
    assert sha256(text).hexdigest() == "e1a3f2233d3a0a96d3d0930446ffa1e2fdcd3917dbf76cc1c384b71fbcfadea3"
    signature = base64.b64decode(pay_req.pop("sign"))
    key_pair("merchant").public_key().verify(signature, text, PKCS1v15(), SHA256())
    assert pay_req == {
        "appid": "wxa1b2c3d4e5f60718",
        "partnerid": "1900000001",
        "prepayid": "wx21101500a1b2c3d4e5f60718293a4b0000",
        "package": "Sign=WXPay",
        "noncestr": "9d8c7b6a5948372615f0e1d2c3b4a596",
        "timestamp": "1795227302",
    }


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, {"prepay_id": "wx21"}, signed=False),
        reply(200, {"prepay_id": "wx21"}, key="somebody"),
        reply(200, {"prepay_id": "wx21"}, age_seconds=600),
        reply(200, {"prepay_id": "wx21"}, serial="PUB_KEY_ID_0"),
        reply(200, ["wx21"]),
        reply(200, {}),
        reply(500, {"code": "SYSTEM_ERROR", "message": "x"}),
        reply(429, {"code": "FREQUENCY_LIMITED", "message": "x"}),
        reply(202, {"code": "USERPAYING", "message": "x"}),
        reply(502, "no json of theirs"),
        reply(302, {}),
        lambda handler: handler.connection.close(),
    ],
    ids=[
        "unsigned",
        "forged",
        "old",
        "unknown serial",
        "no object",
        "no prepay_id",
        "500",
        "429",
        "202",
        "502",
        "redirect",
        "reset",
    ],
)
def test_an_answer_that_proves_nothing_leaves_the_result_open(answer: Answer) -> None:
    with serving(answer) as (gateway, _), pytest.raises(GatewayUnreachable):
        gateway.create(REQUEST)


def test_a_no_is_final_and_keeps_their_code() -> None:
    with (
        serving(reply(400, {"code": "PARAM_ERROR", "message": "参数错误"})) as (gateway, _),
        pytest.raises(GatewayRefused) as caught,
    ):
        gateway.create(REQUEST)

    assert caught.value.their_code == "PARAM_ERROR"


@pytest.mark.parametrize(
    ("trade_state", "state"), [("SUCCESS", "paid"), ("NOTPAY", "unpaid"), ("CLOSED", "closed")]
)
def test_a_query_is_read(trade_state: str, state: str) -> None:
    content = wechatpay.transaction("XP1", trade_state=trade_state)

    with serving(reply(200, content)) as (gateway, handler):
        trade = gateway.query("XP1")

    assert handler.seen[0][1] == "/v3/pay/transactions/out-trade-no/XP1?mchid=1900000001"
    assert (trade.state, trade.amount_fen) == (state, 7600)


def test_a_number_that_wechat_does_not_know_is_a_result() -> None:
    with serving(reply(404, {"code": "ORDER_NOT_EXIST", "message": "x"})) as (gateway, _):
        assert gateway.query("XP1").state == TradeState.UNKNOWN_NUMBER


@pytest.mark.parametrize(
    "answer",
    [reply(204, None), reply(400, {"code": "ORDER_CLOSED", "message": "x"})],
    ids=["204", "closed before"],
)
def test_closing_what_is_closed_is_no_error(answer: Answer) -> None:
    with serving(answer) as (gateway, _):
        gateway.close("XP1")


def test_closing_what_is_paid_is_refused() -> None:
    with (
        serving(reply(400, {"code": "ORDERPAID", "message": "x"})) as (gateway, _),
        pytest.raises(GatewayRefused),
    ):
        gateway.close("XP1")


def test_a_server_with_a_certificate_nobody_vouches_for_is_not_talked_to(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(private_pem("stranger"))
    (tmp_path / "cert.pem").write_bytes(certificate_pem("stranger"))

    with serving(reply(200, {"prepay_id": "wx21"}), tls=tmp_path) as (gateway, handler):
        with pytest.raises(GatewayUnreachable):
            gateway.create(REQUEST)

    assert handler.seen == []


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr("app.payments.gateways.apiv3_transport.TIMEOUT_SECONDS", (0.2, 0.2))

    with serving(lambda _: bool(stop.wait(5)) and None) as (gateway, _), pytest.raises(GatewayUnreachable):
        try:
            gateway.create(REQUEST)
        finally:
            stop.set()


def test_platform_certificates_are_downloaded_checked_and_then_used(tmp_path: Path) -> None:
    pem = certificate_pem("wechatpay")
    serial = f"{x509.load_pem_x509_certificate(pem).serial_number:040X}"
    keys = VerificationKeys(str(tmp_path / "certificates"), (wechatpay.APIV3_KEY,))
    certificates = {"data": [{"serial_no": serial, "encrypt_certificate": _sealed(pem)}]}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        content = certificates if handler.path == "/v3/certificates" else {"prepay_id": "wx21"}
        reply(200, content, serial=serial)(handler)

    with serving(answer) as (found, handler):
        gateway = make_gateway(found._transport._base, keys)
        assert gateway.create(REQUEST) == "wx21"
        assert gateway.create(REQUEST) == "wx21"

    paths = [path for _, path, _, _ in handler.seen]
    assert paths == ["/v3/certificates", *["/v3/pay/transactions/jsapi"] * 2]
    assert [file.stem for file in (tmp_path / "certificates").iterdir()] == [serial]


def test_certificates_that_did_not_sign_their_own_list_are_refused(tmp_path: Path) -> None:
    keys = VerificationKeys(str(tmp_path), (wechatpay.APIV3_KEY,))
    pem = certificate_pem("somebody")
    entry = {"serial_no": "ABC", "encrypt_certificate": _sealed(pem)}

    with serving(reply(200, {"data": [entry]}, serial="ABC")) as (found, _):
        with pytest.raises(GatewayUnreachable):
            make_gateway(found._transport._base, keys).create(REQUEST)

    assert list(tmp_path.iterdir()) == []


def test_beside_the_public_key_certificates_on_disk_are_believed(tmp_path: Path) -> None:
    (tmp_path / "5B6C.pem").write_bytes(certificate_pem("platform"))
    (tmp_path / "0BAD.pem").write_bytes(b"no certificate")
    content = wechatpay.transaction("XP1")

    with serving(reply(200, content, key="platform", serial="5B6C")) as (found, _):
        trade = make_gateway(found._transport._base, given_keys(str(tmp_path))).query("XP1")

    assert trade.amount_fen == 7600


def test_a_certificate_that_is_over_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "5B6C.pem").write_bytes(certificate_pem("platform", days=-1))

    with serving(reply(200, wechatpay.transaction("XP1"), key="platform", serial="5B6C")) as (found, _):
        with pytest.raises(GatewayUnreachable):
            make_gateway(found._transport._base, given_keys(str(tmp_path))).query("XP1")


def test_who_has_a_public_key_may_have_no_certificates_left() -> None:
    with serving(reply(404, {"code": "RESOURCE_NOT_EXISTS", "message": "x"})) as (gateway, _):
        gateway.refresh_keys()


def test_during_the_change_certificates_come_with_an_answer_of_the_public_key(tmp_path: Path) -> None:
    entry = {"serial_no": "5B6C", "encrypt_certificate": _sealed(certificate_pem("platform"))}
    keys = given_keys(str(tmp_path))

    with serving(reply(200, {"data": [entry]})) as (found, _):
        make_gateway(found._transport._base, keys).refresh_keys()

    assert set(keys.current()) == {wechatpay.KEY_ID, "5B6C"}


@pytest.mark.parametrize(
    ("text", "sent"),
    [("茶 🍵", "茶"), ("🍵", "订单"), ("a" * 200, "a" * 127), ("行\n行", "行行")],
)
def test_a_description_is_made_fit_for_wechat(text: str, sent: str) -> None:
    assert description_of(text) == sent


def _sealed(pem: bytes) -> dict[str, str]:
    resource = json.loads(wechatpay.notification({}))["resource"]
    sealed = AESGCM(wechatpay.APIV3_KEY.encode()).encrypt(resource["nonce"].encode(), pem, b"certificate")
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": resource["nonce"],
        "associated_data": "certificate",
        "ciphertext": base64.b64encode(sealed).decode(),
    }


def test_a_file_is_handed_in_with_its_name_and_hash_signed() -> None:
    with serving(reply(200, {"media_id": "m1"})) as (gateway, handler):
        answer = gateway._transport.upload("/v3/x", name="cup.png", data=b"\x89PNG", mimetype="image/png")

    _, _, headers, body = handler.seen[0]
    sha = "0f4636c78f65d3639ece5a064b5ae753e3408614a14fb18ab4d7540d2c248543"
    meta = json.dumps({"filename": "cup.png", "sha256": sha}, separators=(",", ":")).encode()
    assert answer == {"media_id": "m1"}
    assert headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert body.index(meta) < body.index(b"\x89PNG\r\n")
    given = dict(part.split("=", 1) for part in headers["Authorization"].partition(" ")[2].split(","))
    given = {name: value.strip('"') for name, value in given.items()}
    signed = f"POST\n/v3/x\n{given['timestamp']}\n{given['nonce_str']}\n".encode() + meta + b"\n"
    key_pair("merchant").public_key().verify(
        base64.b64decode(given["signature"]), signed, PKCS1v15(), SHA256()
    )
