"""Alipay's bills read by the names in their heading: exact to the fen, held to their totals, and never half."""

import io
import zipfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from app.payments.gateways.alipay_bills import open_rows
from app.payments.gateways.contract import BillKind
from app.reconciliation.models import RowKind
from app.reconciliation.reading import BillUnreadable, open_bill
from app.reconciliation.reading_alipay import AlipayBillReader

# After the example of the documentation.
EXAMPLE = """#支付宝业务明细查询
#账号：[20880000000000170156]
#起始日期：[2026年11月21日 00:00:00]   终止日期：[2026年11月22日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注
2026112122001400000000000017\t,XP1\t,交易,一只杯子,2026-11-21 10:15:30,2026-11-21 10:15:32,,,,,*雨(159****5620),25.90,24.90,0.96,0.00,0.00,1.00,0.00,花呗红包,0.00,0.00,\t,-0.15,0.00,
2026112122001400000000000017\t,XP1\t,退款,一只杯子,2026-11-21 10:15:30,2026-11-21 16:40:01,,,,,*雨(159****5620),-5.90,-5.90,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,RF1\t,0.04,0.00,
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共24.90元，商家优惠共1.00元
#退款合计：1笔，商家实收退款共-5.90元，商家优惠退款共0.00元
#导出时间：[2026年11月22日 09:10:00]
"""  # noqa: E501
FUNDS = """#支付宝账务明细查询
#-----------------------------------------账务明细列表----------------------------------------
账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注
1\t,2026112122001400000000000017\t,XP1\t,一只杯子,2026-11-21 10:15:32,,25.90,,25.90,支付宝,在线支付,
2\t,2026112122001400000000000017\t,XP1\t,一只杯子,2026-11-21 10:15:32,,0.00,-0.16,25.74,支付宝,收费,
#-----------------------------------------账务明细列表结束------------------------------------
#支出合计：1笔，共-0.16元
#收入合计：1笔，共25.90元
"""


def read(text: str, kind: BillKind = BillKind.TRADE) -> tuple[list[dict[str, object]], AlipayBillReader]:
    reader = AlipayBillReader(kind, StringIO(text), rate_ppm=6000)
    return list(reader), reader


def test_the_example_reads_as_it_says() -> None:
    (payment, refund), reader = read(EXAMPLE)

    assert (payment["kind"], payment["transaction_id"]) == (RowKind.PAYMENT, "2026112122001400000000000017")
    assert payment["at"] == datetime(2026, 11, 21, 2, 15, 32, tzinfo=UTC)
    assert (payment["amount_fen"], payment["settled_fen"], payment["fee_fen"]) == (2590, 2490, 15)
    assert (payment["status"], payment["rate_ppm"], payment["out_refund_no"]) == ("SUCCESS", 6000, None)
    assert (refund["kind"], refund["out_trade_no"], refund["out_refund_no"]) == (RowKind.REFUND, "XP1", "RF1")
    assert (refund["amount_fen"], refund["settled_fen"], refund["fee_fen"]) == (590, 590, -4)
    sums = reader.sums
    assert (sums.rows, sums.payments, sums.payments_fen, sums.refunds, sums.refunds_fen) == (
        2,
        1,
        2590,
        1,
        590,
    )
    assert sums.fee_fen == 11


def test_money_in_and_out_of_the_account() -> None:
    rows, reader = read(FUNDS, BillKind.FUNDS)

    assert [(row["amount_fen"], row["balance_fen"], row["what"]) for row in rows] == [
        (2590, 2590, "在线支付"),
        (-16, 2574, "收费"),
    ]
    assert (reader.sums.payments_fen, reader.sums.refunds_fen) == (2590, 16)


def test_the_name_of_goods_may_hold_commas() -> None:
    rows, _reader = read(EXAMPLE.replace("交易,一只杯子", "交易,杯子,一只,蓝"))

    assert rows == read(EXAMPLE)[0]


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("交易合计：1笔", "交易合计：2笔", "total 交易"),
        ("商家实收共24.90元", "商家实收共24.91元", "total 交易"),
        ("#退款合计", "#别的合计", "total 退款 is missing"),
        ("服务费（元）", "手续费", "columns are missing"),
        ("25.90,24.90", "25.9x,24.90", "line 6"),
        ("25.90,24.90", "24.90", "line 6: 24 values"),
        ("-5.90,-5.90", "5.90,-5.90", "line 7"),
        ("2026-11-21 16:40:01", "gestern", "line 7"),
    ],
)
def test_what_does_not_add_up_is_no_bill(old: str, new: str, wrong: str) -> None:
    assert old in EXAMPLE
    with pytest.raises(BillUnreadable, match=wrong):
        read(EXAMPLE.replace(old, new, 1))


def packed(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, EXAMPLE.encode("gbk"))
    return target.getvalue()


def test_the_rows_are_found_in_the_zip_and_are_gbk(tmp_path: Path) -> None:
    (tmp_path / "bill").write_bytes(packed("1_业务明细(汇总).csv", "1_业务明细.csv"))

    with open_bill(tmp_path / "bill") as text:
        assert text.read() == EXAMPLE


@pytest.mark.parametrize("names", [(), ("1_业务明细(汇总).csv",), ("a.csv", "b.csv")])
def test_a_zip_without_one_file_of_rows_is_broken(names: tuple[str, ...]) -> None:
    with pytest.raises(zipfile.BadZipFile), open_rows(io.BytesIO(packed(*names))):
        pass


def test_a_damaged_file_is_noticed_while_it_is_read(tmp_path: Path) -> None:
    data = packed("1_业务明细.csv")
    (tmp_path / "bill").write_bytes(data.replace("一只杯子".encode("gbk"), "两只杯子".encode("gbk")))

    with pytest.raises(BillUnreadable), open_bill(tmp_path / "bill") as text:
        list(AlipayBillReader(BillKind.TRADE, text))
