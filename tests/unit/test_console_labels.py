"""A table of labels: complete, in the reader's language, and calm about what it does not know."""

from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _l

from console.frame.labels import Labels


class Drink(StrEnum):
    TEA = "tea"
    WATER = "water"


def test_a_table_that_forgets_a_member_is_refused() -> None:
    with pytest.raises(ValueError, match="water"):
        Labels({Drink.TEA: _l("商品")})


def test_a_label_is_in_the_language_of_the_reader(app: Flask) -> None:
    label = Labels({Drink.TEA: _l("商品"), Drink.WATER: _l("订单")})

    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert (label(Drink.TEA), label("water")) == ("Products", "Orders")
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert label(Drink.TEA) == "商品"


def test_what_is_not_in_the_table_stays_as_it_is(app: Flask) -> None:
    label = Labels({"tea": _l("商品")})

    with app.test_request_context():
        assert label("coffee") == "coffee"
    assert "coffee" not in label
    assert "tea" in label
