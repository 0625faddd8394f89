"""Requests that carry what no database can hold end in a plain refusal, never in an error of ours."""

import pytest
from flask.testing import FlaskClient

HUGE = 2**70


@pytest.mark.parametrize(
    "path",
    [
        "/shop/p/a%00b",
        "/shop/?search=a%00b",
        "/shop/p/longjing?e=%00",
        "/shop/orders/%00",
        "/shop/result/2026%001",
        "/console/orders/%00",
        "/console/orders/?search=%00",
    ],
)
def test_a_zero_byte_in_an_address_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("path", [f"/shop/addresses/{HUGE}", f"/shop/media/{HUGE}", f"/shop/p/{HUGE}"])
def test_a_number_that_no_column_holds_does_not_exist(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (302, 404)


def test_a_zero_byte_in_a_form_is_refused(client: FlaskClient) -> None:
    assert client.post("/shop/cart/add", data={"sku": "1\0"}).status_code == 400
