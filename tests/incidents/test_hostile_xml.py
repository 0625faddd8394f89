"""XML that attacks the parser is refused before anything is done, even behind a right signature."""

import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.conversations.models import UnsettledPush
from app.core.db import db
from tests.pushes import (
    NONCE,
    TIMESTAMP,
    TOKEN,
    Wire,
    plain_query,
    post,
    sign,
    wrap,
    write_event,
    write_text,
)
from tests.unit.test_wechat_xml import HOSTILE

TEXT = write_text("茶")


def count_pushes(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(UnsettledPush.number))) or 0


def expect_refusal(app: Flask, client: FlaskClient, wire: Wire) -> None:
    started = time.process_time()

    answer = post(client, wire)

    assert answer.status_code in (400, 403)
    assert answer.get_data() == b""
    assert time.process_time() - started < 1
    assert count_pushes(app) == 0


def test_a_hostile_body_is_refused(app: Flask, client: FlaskClient, subtests: pytest.Subtests) -> None:
    for name, body in HOSTILE.items():
        with subtests.test(name):
            expect_refusal(app, client, Wire(plain_query(), body))


INNER = {name: body.decode() for name, body in HOSTILE.items() if body.isascii() and name != "too large"}


def test_a_hostile_body_inside_the_encryption_is_refused(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    for name, body in INNER.items():
        with subtests.test(name):
            expect_refusal(app, client, wrap(body))


SPOILT = {
    "no sender": TEXT.replace("FromUserName", "Somebody"),
    "no id": TEXT.replace("MsgId", "Number"),
    "id is no number": TEXT.replace("25140096871234567", "one"),
    "time is no number": TEXT.replace("1795219260", "now"),
    "kind twice": TEXT.replace("<Content>", "<MsgType>image</MsgType><Content>"),
    "sender twice": TEXT.replace("<Content>", "<FromUserName>oSomebody</FromUserName><Content>"),
    "event without a name": write_event("CLICK").replace("<Event>", "<Evt>").replace("</Event>", "</Evt>"),
    "sender is markup": TEXT.replace("oTeaShop_0000000000000000001", "<script>"),
    "kind is nested": TEXT.replace("<![CDATA[text]]>", "<a>text</a>"),
}


@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_a_push_with_missing_doubled_or_malformed_fields_is_refused(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests, mode: str
) -> None:
    for name, xml in SPOILT.items():
        with subtests.test(name):
            expect_refusal(app, client, wrap(xml, mode))


def test_a_signed_ciphertext_that_is_garbage_is_refused(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    for garbage in ("", "AAAA", "!!", "é", "A" * 64, "0" * 400):
        with subtests.test(garbage):
            signature = sign(TOKEN, TIMESTAMP, NONCE, garbage)
            query = plain_query() | {"encrypt_type": "aes", "msg_signature": signature}
            expect_refusal(app, client, Wire(query, f"<xml><Encrypt>{garbage}</Encrypt></xml>".encode()))


def test_a_ciphertext_given_twice_is_refused(app: Flask, client: FlaskClient) -> None:
    wire = wrap(TEXT)
    twice = wire.body.replace(b"</xml>", b"<Encrypt>AAAA</Encrypt></xml>")

    expect_refusal(app, client, Wire(wire.query, twice))


def test_a_body_over_a_mebibyte_is_not_even_read(app: Flask, client: FlaskClient) -> None:
    expect_refusal(app, client, Wire(plain_query(), b"x" * (1024 * 1024 + 1)))


def test_a_refusal_leaves_one_line_in_the_log_and_nothing_of_the_body(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    post(client, Wire(plain_query(), HOSTILE["external entity"]))

    [record] = [record for record in caplog.records if record.name == "handlers.front"]
    assert record.getMessage() == "push refused"
    assert record.__dict__["reason"] == "has a DOCTYPE"
    assert record.exc_info is None
