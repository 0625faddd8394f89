"""Every switch of the simulator × every way to pay ends with the books right; the table of it is docs/faults.md."""

from collections.abc import Iterator

import pytest

from app.payments.gateways.contract import Way
from simulator.faults import ALIPAY, NOTIFY, PAY, REFUND, TABLE
from tests.every_fault.boxed import Boxed, boxed
from tests.every_fault.cases import CASES, ELSEWHERE, Case, cells
from tests.every_fault.page import PLACE, write
from tests.every_fault.playing import play

CELLS = [
    pytest.param(case, gateway, way, id=f"{case.play}-{case.switch or 'calm'}-{case.value}-{gateway}-{way}")
    for case, gateway, way in cells()
]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxed]:
    with boxed(tmp_path_factory.mktemp("every-fault")) as found:
        yield found


@pytest.mark.parametrize(("case", "gateway", "way"), CELLS)
def test_every_fault_on_every_way_ends_with_the_books_right(
    box: Boxed, case: Case, gateway: str, way: Way
) -> None:
    assert play(box, case, gateway, way) == (case.order, case.attempts, case.refunds)


def test_every_switch_that_strikes_money_has_its_cell() -> None:
    played = {(case.switch, case.value) for case in CASES} | {each for case in CASES for each in case.also}

    for fault in TABLE:
        if fault.group not in (NOTIFY, PAY, REFUND, ALIPAY) or fault.name in ELSEWHERE:
            continue
        values = {value for name, value in played if name == fault.name}
        assert values and (fault.takes_number or values >= set(fault.choices[1:])), fault.name


def test_the_page_says_what_is_played() -> None:
    assert PLACE.read_text(encoding="utf-8") == write(), "python -m tests.every_fault.page"
