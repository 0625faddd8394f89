"""Price rules."""

import pytest

from app.pricing.quote import FreightRule, PricedLine, quote

RULE = FreightRule(fee_fen=800, free_from_fen=9900)


@pytest.mark.parametrize(
    ("lines", "goods_fen", "shipping_fen"),
    [
        ([], 0, 0),
        ([PricedLine(990, 1)], 990, 800),
        ([PricedLine(4950, 2)], 9900, 0),
        ([PricedLine(4949, 2)], 9898, 800),
        ([PricedLine(990, 3), PricedLine(6800, 1)], 9770, 800),
    ],
    ids=["nothing", "one", "just free", "just not free", "two lines"],
)
def test_a_quote_adds_up(lines: list[PricedLine], goods_fen: int, shipping_fen: int) -> None:
    price = quote(lines, RULE)

    assert (price.goods_fen, price.shipping_fen) == (goods_fen, shipping_fen)
    assert price.total_fen == goods_fen + shipping_fen
