"""Bills read by the names in their heading: whatever their order, exact to the fen, and never half."""

import gzip
import random
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.payments.gateways.contract import BillKind
from app.reconciliation.models import RowKind
from app.reconciliation.reading import BillReader, BillUnreadable, open_bill, read_fen, read_units, to_fen
from tests.bills import HEADING, BillText, yuan

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
# The example of the reference, byte for byte.
EXAMPLE = """\ufeff交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注
`2026-11-20 10:15:32,`wx5a7c3e1f90b2d468,`1900000001,`0,`,`4200002611202611200000000011,`SHOP20261120000011,`oShop0Abc1Def2Ghi3Jkl4Mno5Pq,`JSAPI,`SUCCESS,`OTHERS,`CNY,`25.90,`0.00,`0,`0,`0.00,`0.00,`,`,`Tea set x1,`cart=11,`0.16000,`0.60%,`25.90,`0.00,`
`2026-11-20 16:40:01,`wx5a7c3e1f90b2d468,`1900000001,`0,`,`4200002611202611200000000011,`SHOP20261120000011,`oShop0Abc1Def2Ghi3Jkl4Mno5Pq,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50300026112026112000000000002,`RF20261120000002,`5.90,`0.00,`ORIGINAL,`SUCCESS,`Tea set x1,`cart=11,`-0.04000,`0.60%,`0.00,`5.90,`
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额
`2.0,`25.90,`5.90,`0.0,`0.12,`25.90,`5.90
"""  # noqa: E501
FUNDS = """\ufeff记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号
`2026-11-20 10:15:32,`42001,`F1,`交易,`交易,`收入,`25.90,`25.90,`system,`,`SHOP1
`2026-11-20 10:15:32,`42001,`F2,`手续费,`扣除交易手续费,`支出,`0.16,`25.74,`system,`,`SHOP1
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`2.0,`1.0,`25.90,`1.0,`0.16
"""  # noqa: E501


def read(text: str, kind: BillKind = BillKind.TRADE) -> tuple[list[dict[str, object]], BillReader]:
    reader = BillReader(kind, StringIO(text))
    return list(reader), reader


def one_payment(**differently: object) -> BillText:
    return BillText().payment("SHOP1", 2590, at=NOON, transaction="42001", **differently)


def test_the_example_reads_as_it_says() -> None:
    rows, reader = read(EXAMPLE)

    payment, refund = rows
    assert (payment["kind"], payment["amount_fen"], payment["fee_fen"]) == (RowKind.PAYMENT, 2590, 16)
    assert payment["at"] == datetime(2026, 11, 20, 2, 15, 32, tzinfo=UTC)
    assert payment["rate_ppm"] == 6000
    assert (refund["kind"], refund["out_refund_no"]) == (RowKind.REFUND, "RF20261120000002")
    assert (refund["amount_fen"], refund["fee_fen"], refund["status"]) == (590, -4, "SUCCESS")
    sums = reader.sums
    assert (sums.payments, sums.payments_fen, sums.refunds, sums.refunds_fen) == (1, 2590, 1, 590)
    assert sums.fee_fen == 12


def test_money_in_and_out_of_the_account() -> None:
    rows, reader = read(FUNDS, BillKind.FUNDS)

    assert [row["amount_fen"] for row in rows] == [2590, -16]
    assert (reader.sums.payments_fen, reader.sums.refunds_fen) == (2590, 16)


@given(st.permutations(HEADING), st.integers(0, 27))
def test_columns_may_stand_in_any_order_beside_unknown_ones(names: list[str], place: int) -> None:
    bill = one_payment()
    plain, _reader = read(bill.data.decode())
    bill.heading = [*names[:place], "新的一列", *names[place:]]

    rows, _reader = read(bill.data.decode())

    assert rows == plain


@given(st.integers(-(10**11), 10**11))
def test_yuan_become_fen_exactly(fen: int) -> None:
    assert read_fen(yuan(fen)) == fen
    assert to_fen(read_units(yuan(fen, 5))) == fen


@given(st.lists(st.integers(1, 10**8), min_size=1, max_size=30))
def test_whatever_stands_there_adds_up(amounts: list[int]) -> None:
    bill = BillText()
    for number, fen in enumerate(amounts):
        bill.payment(f"SHOP{number}", fen, at=NOON, transaction=f"42{number}")

    rows, reader = read(bill.data.decode())

    assert [row["amount_fen"] for row in rows] == amounts
    assert reader.sums.payments_fen == sum(amounts)


@given(
    st.text(
        st.characters(
            exclude_categories=["Cs"], exclude_characters="`\r\n\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e"
        ),
        max_size=60,
    )
)
def test_a_goods_name_may_hold_commas_and_anything(name: str) -> None:
    rows, _reader = read(one_payment(商品名称=name).data.decode())

    assert rows[0]["out_trade_no"] == "SHOP1"


@given(st.binary(max_size=400))
def test_no_file_is_read_half_without_a_word(data: bytes) -> None:
    text = data.decode("utf-8", "replace")

    with pytest.raises(BillUnreadable):
        read(text)


@pytest.mark.parametrize(
    "text", ["", "25,90", "1e3", "25.900001", "--1", "１２", ".5", "+1", "1" * 20, "0x1"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        read_units(text)


@pytest.mark.parametrize(("units", "fen"), [(499, 0), (500, 1), (1499, 1), (-500, -1), (-499, 0)])
def test_parts_of_a_fen_are_rounded_half_up(units: int, fen: int) -> None:
    assert to_fen(units) == fen


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("`1.0,`25.90", "`2.0,`25.90", "总交易单数"),
        ("订单总金额,申请", "订单,申请", "订单总金额"),
        ("`0.16,`25.90", "`0.17,`25.90", "手续费总金额"),
        ("微信订单号,", "号,", "columns are missing: 微信订单号"),
        ("`JSAPI,", "", "26 values for 27 columns"),
        ("`2026-11-20 12:00:00", "`yesterday", "line 2"),
        ("总交易单数", "`总交易单数", "1 values"),
    ],
)
def test_what_is_wrong_is_said(was: str, becomes: str, says: str) -> None:
    text = one_payment().data.decode()
    assert was in text

    with pytest.raises(BillUnreadable, match=says):
        read(text.replace(was, becomes))


def test_a_file_cut_anywhere_is_unreadable() -> None:
    text = one_payment().data.decode()
    end = text.index("总交易单数")
    for place in random.Random(7).sample(range(1, end + 20), 40):
        with pytest.raises(BillUnreadable):
            read(text[:place])


@pytest.mark.parametrize("is_packed", [True, False])
def test_it_is_read_as_it_was_kept(tmp_path: Path, is_packed: bool) -> None:
    data = one_payment().data
    path = tmp_path / "one.bill"
    path.write_bytes(gzip.compress(data) if is_packed else data)

    with open_bill(path) as text:
        assert len(list(BillReader(BillKind.TRADE, text))) == 1
