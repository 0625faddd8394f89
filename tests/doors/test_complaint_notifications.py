"""`/pay/notify/complaints` with real signatures and real encryption."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.complaints.models import ComplaintNotification
from app.core.db import db
from app.core.outbox import OutboxJob
from tests import wechatpay
from tests.complaints import NUMBER

URL = "/pay/notify/complaints"
BODY = wechatpay.notification(
    {"complaint_id": NUMBER, "action_type": "CREATE_COMPLAINT"}, event_type="COMPLAINT.CREATE"
)


def post(client: FlaskClient, body: bytes, headers: dict[str, str]) -> int:
    return client.post(URL, data=body, headers=headers).status_code


def kept(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        query = select(ComplaintNotification).order_by(ComplaintNotification.id)
        return [(str(row.verdict), row.complaint_id) for row in db.session.scalars(query)]


def planned(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(OutboxJob.id).where(OutboxJob.kind == "sync_complaint")).all())


def test_a_genuine_one_is_kept_and_its_complaint_fetched_once(app: Flask, client: FlaskClient) -> None:
    assert [post(client, BODY, wechatpay.signed(BODY)) for _ in range(2)] == [204, 204]

    assert kept(app) == [("applied", NUMBER), ("repeated", NUMBER)]
    assert planned(app) == 1


@pytest.mark.parametrize(
    "headers",
    [{"key": "somebody"}, {"age_seconds": 7200}, {"serial": "5B6C7D8E9F0011223A5C7E90B1D2F4061827394A"}],
    ids=["another key", "two hours old", "unknown serial"],
)
def test_what_is_not_proven_is_refused(app: Flask, client: FlaskClient, headers: dict[str, object]) -> None:
    assert post(client, BODY, wechatpay.signed(BODY, **headers)) == 401  # type: ignore[arg-type]

    assert kept(app) == [("refused", "")]
    assert planned(app) == 0


def test_another_event_is_acknowledged_and_left_alone(app: Flask, client: FlaskClient) -> None:
    body = wechatpay.notification(wechatpay.transaction("XP1"))

    assert post(client, body, wechatpay.signed(body)) == 204
    assert kept(app) == [("ignored", "")]


def test_too_much_is_not_read(app: Flask, client: FlaskClient) -> None:
    assert post(client, b"x" * (64 * 1024 + 1), {}) == 413
    assert kept(app) == []
