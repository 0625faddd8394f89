"""Alerts: raised once, closed once."""

import pytest
from flask import Flask

from app.alerts import service
from app.core.errors import NotFound
from tests.threads import run_in_threads


def test_the_same_key_is_one_alert(shop: Flask) -> None:
    assert service.raise_alert("refund_due", "7", order_no="20261121")
    assert not service.raise_alert("refund_due", "7", order_no="20261121")

    assert [alert.order_no for alert in service.open_alerts()] == ["20261121"]


def test_an_alert_that_was_done_does_not_come_back(shop: Flask) -> None:
    service.raise_alert("refund_due", "7")
    service.close(service.open_alerts()[0].id, "staff:1")

    assert not service.raise_alert("refund_due", "7")
    assert service.count_open() == 0


def test_several_processes_raise_it_once(app: Flask) -> None:
    with app.app_context():
        raised = run_in_threads(app, [lambda: service.raise_alert("refund_due", "7")] * 4)

        assert sorted(raised) == [False, False, False, True]
        assert service.count_open() == 1


def test_the_second_to_close_learns_that_it_was_done(shop: Flask) -> None:
    service.raise_alert("refund_due", "7")
    alert_id = service.open_alerts()[0].id

    assert service.close(alert_id, "staff:1")
    assert not service.close(alert_id, "staff:2")

    assert [alert.closed_by for alert in service.closed_lately()] == ["staff:1"]


def test_what_is_not_there_cannot_be_closed(shop: Flask) -> None:
    with pytest.raises(NotFound):
        service.close(1, "staff:1")
