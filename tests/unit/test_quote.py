"""Price rules: every quote adds up, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pricing.freight import Counting, FreightRule, Tariff
from app.pricing.offers import CouponKind, CouponRule, ReductionRule, ReductionStep, pick_best
from app.pricing.quote import PricedLine, quote
from app.pricing.shares import share_out

RULE = FreightRule(fee_fen=800, free_from_fen=9900)
TWENTY_OFF = CouponRule(1, "满 100 减 20", CouponKind.FIXED, 2000, threshold_fen=10000)
FULL = ReductionRule("满减", (ReductionStep(10000, 1000), ReductionStep(20000, 3000)))

fen = st.integers(min_value=1, max_value=10_000_000)
lines_of_goods = st.lists(
    st.builds(
        PricedLine,
        unit_price_fen=fen,
        quantity=st.integers(1, 99),
        product_id=st.integers(1, 3),
        weight_grams=st.integers(0, 5000),
        is_flash=st.booleans(),
    ),
    min_size=1,
    max_size=8,
)
coupons = st.builds(
    CouponRule,
    id=st.just(1),
    title=st.just("券"),
    kind=st.sampled_from(CouponKind),
    value=st.integers(1, 99),
    threshold_fen=st.integers(0, 100_000),
    most_fen=st.integers(0, 5000),
) | st.builds(CouponRule, id=st.just(2), title=st.just("券"), kind=st.just(CouponKind.FIXED), value=fen)
reductions = st.lists(
    st.builds(
        ReductionRule,
        title=st.just("满减"),
        steps=st.lists(st.builds(ReductionStep, from_fen=fen, off_fen=fen), min_size=1, max_size=4).map(
            tuple
        ),
        product_ids=st.none() | st.frozensets(st.integers(1, 3)),
    ),
    max_size=3,
)


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


@given(amount=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**8), min_size=1, max_size=20))
def test_shares_add_up_and_nobody_bears_more_than_he_has(amount: int, weights: list[int]) -> None:
    amount = min(amount, sum(weights))

    shares = share_out(amount, weights)

    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (100, [1, 1, 1], (34, 33, 33)),
        (2, [3, 3, 3, 1], (1, 1, 0, 0)),
        (1, [1, 99], (0, 1)),
        (7, [0, 7], (0, 7)),
        (0, [], ()),
    ],
)
def test_left_over_fen_go_to_the_largest_remainders(
    amount: int, weights: list[int], shares: tuple[int, ...]
) -> None:
    assert share_out(amount, weights) == shares


@pytest.mark.parametrize(("amount", "weights"), [(-1, [1]), (1, [0]), (1, []), (1, [2, -1])])
def test_what_nobody_can_bear_is_refused(amount: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="bear"):
        share_out(amount, weights)


@given(lines=lines_of_goods, coupon=st.none() | coupons, rules=reductions, is_sent=st.booleans())
def test_whatever_is_taken_off_the_lines_add_up_to_the_total(
    lines: list[PricedLine], coupon: CouponRule | None, rules: list[ReductionRule], is_sent: bool
) -> None:
    price = quote(lines, RULE if is_sent else None, reductions=rules, coupon=coupon)

    assert sum(each.paid_fen for each in price.lines) + price.shipping_fen == price.total_fen
    assert price.total_fen == price.goods_fen - price.reduction_fen - price.coupon_fen + price.shipping_fen
    assert all(each.reduction_fen >= 0 and each.coupon_fen >= 0 for each in price.lines)
    assert all(each.paid_fen >= 0 for each in price.lines)
    assert price.total_fen >= 1
    assert all(not each.reduction_fen for each in price.lines if each.line.is_flash)


@given(lines=lines_of_goods, held=st.lists(coupons, max_size=5), rules=reductions)
def test_no_other_coupon_would_be_cheaper_than_the_one_picked(
    lines: list[PricedLine], held: list[CouponRule], rules: list[ReductionRule]
) -> None:
    before = quote(lines, RULE, reductions=rules)

    best = pick_best(held, before.before_coupon_fen)

    total_fen = quote(lines, RULE, reductions=rules, coupon=best).total_fen
    assert all(total_fen <= quote(lines, RULE, reductions=rules, coupon=one).total_fen for one in held)


def test_the_coupon_counts_on_what_the_reduction_left() -> None:
    price = quote([PricedLine(10500, 1)], RULE, reductions=[FULL], coupon=TWENTY_OFF)

    assert (price.reduction_fen, price.coupon_fen) == (1000, 0)
    assert price.coupon is None


def test_the_highest_step_that_is_reached_counts_once() -> None:
    assert [FULL.off_fen(value) for value in (9999, 10000, 19999, 20000, 90000)] == [
        0,
        1000,
        1000,
        3000,
        3000,
    ]


def test_of_two_reductions_the_one_that_takes_more_off_counts() -> None:
    only_two = ReductionRule("茶器满减", (ReductionStep(5000, 1200),), frozenset({2}))
    lines = [PricedLine(6000, 1, product_id=1), PricedLine(6000, 1, product_id=2)]

    price = quote(lines, RULE, reductions=[FULL, only_two])

    assert price.reduction_label == "茶器满减"
    assert [each.reduction_fen for each in price.lines] == [0, 1200]


def test_a_flash_price_takes_no_reduction_but_a_coupon() -> None:
    line = PricedLine(12000, 1, list_price_fen=20000, is_flash=True)

    price = quote([line], RULE, reductions=[FULL], coupon=TWENTY_OFF)

    assert (price.reduction_fen, price.coupon_fen, price.total_fen) == (0, 2000, 10000)


def test_a_coupon_does_not_take_free_freight_away() -> None:
    coupon = CouponRule(1, "立减 10", CouponKind.FIXED, 1000)

    assert quote([PricedLine(9900, 1)], RULE, coupon=coupon).total_fen == 8900


def test_a_coupon_worth_more_than_the_goods_leaves_one_fen() -> None:
    coupon = CouponRule(1, "立减 50", CouponKind.FIXED, 5000)

    price = quote([PricedLine(1000, 1), PricedLine(2000, 1)], None, coupon=coupon)

    assert price.total_fen == 1
    assert sum(each.coupon_fen for each in price.lines) == 2999


@pytest.mark.parametrize(
    ("coupon", "goods_fen", "off_fen"),
    [
        (CouponRule(1, "8.5 折", CouponKind.PERCENT, 15), 9999, 1499),
        (CouponRule(1, "8.5 折", CouponKind.PERCENT, 15, most_fen=1000), 9999, 1000),
        (CouponRule(1, "8.5 折", CouponKind.PERCENT, 15, threshold_fen=10000), 9999, 0),
        (CouponRule(1, "8.5 折", CouponKind.PERCENT, 15), 1, 0),
        (CouponRule(1, "立减 5", CouponKind.FIXED, 500), 500, 499),
    ],
    ids=["rounded down", "bounded", "too little bought", "one fen", "all but one fen"],
)
def test_a_coupon_takes_off(coupon: CouponRule, goods_fen: int, off_fen: int) -> None:
    assert coupon.off_fen(goods_fen) == off_fen


WEIGHED = Tariff(Counting.WEIGHT, 1000, 800, 500, 200, free_from_fen=20000)


@pytest.mark.parametrize(
    ("grams", "goods_fen", "fee_fen"),
    [
        (1, 100, 800),
        (1000, 100, 800),
        (1001, 100, 1000),
        (1500, 100, 1000),
        (1501, 100, 1200),
        (9000, 20000, 0),
    ],
)
def test_freight_by_weight_counts_each_step_that_was_begun(grams: int, goods_fen: int, fee_fen: int) -> None:
    assert WEIGHED.fee_fen(grams, goods_fen) == fee_fen


@given(units=st.integers(1, 10**6), more=st.integers(0, 10**6), goods_fen=st.integers(1, 19999))
def test_more_goods_never_cost_less_to_send(units: int, more: int, goods_fen: int) -> None:
    assert WEIGHED.fee_fen(units + more, goods_fen) >= WEIGHED.fee_fen(units, goods_fen)


def test_goods_of_one_tariff_travel_in_one_parcel() -> None:
    by_piece = Tariff(Counting.PIECE, 1, 600, 1, 100)
    lines = [
        PricedLine(100, 2, tariff=by_piece),
        PricedLine(100, 1, tariff=by_piece),
        PricedLine(100, 1, weight_grams=1200, tariff=WEIGHED),
    ]

    assert quote(lines, RULE).shipping_fen == (600 + 200) + 1000
