"""The walk along the chain finds every row that was changed, taken out, moved or forged."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.core.audit_chain import Chain, Verdict, walk

SECRET, OLDER = "the-key-of-this-year-1a2b3c4d5e6f", "the-key-of-last-year-9f31c2d4e5b6"
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@dataclass
class Row:
    number: int
    at: datetime
    actor: str = "staff:1"
    action: str = "product.price"
    subject: str = "sku:7"
    before: str = '{"price_fen": 6800}'
    after: str = '{"price_fen": 5800}'
    previous_hash: str = ""
    hash: str = ""


@pytest.fixture(autouse=True)
def _in_the_app(app: Flask) -> object:
    """The reasons are said in the language of the shop."""
    with app.app_context():
        yield


def rows_of(chain: Chain, count: int = 3, previous_hash: str = "", first: int = 1) -> list[Row]:
    rows = []
    for number in range(first, first + count):
        row = Row(number, NOON + timedelta(minutes=number), previous_hash=previous_hash)
        row.hash = previous_hash = chain.tie(row)
        rows.append(row)
    return rows


@pytest.fixture
def chain() -> Chain:
    return Chain([SECRET])


def test_a_chain_is_whole_from_its_first_row_to_its_last(chain: Chain) -> None:
    rows = rows_of(chain)

    assert walk(rows, chain) == Verdict(3, rows[-1].hash)
    assert walk([], chain) == Verdict(0, "")


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON},
        {"actor": "staff:2"},
        {"action": "product.stock"},
        {"subject": "sku:8"},
        {"before": '{"price_fen": 6801}'},
        {"after": '{"price_fen":5800}'},
        {"actor": "staff:1product", "action": ".price"},
    ],
    ids=["at", "actor", "action", "subject", "before", "after", "moved between columns"],
)
def test_a_changed_column_is_found_and_its_row_named(chain: Chain, change: dict[str, object]) -> None:
    rows = rows_of(chain)
    rows[1] = replace(rows[1], **change)

    verdict = walk(rows, chain)

    assert (verdict.broken, verdict.count) == (2, 1)
    assert "被改过" in verdict.reason


@pytest.mark.parametrize("gone", [1, 2, 3], ids=["first", "middle", "last"])
def test_a_row_that_is_gone_is_missed(chain: Chain, gone: int) -> None:
    rows = rows_of(chain)
    end = (3, rows[-1].hash)
    del rows[gone - 1]

    assert walk(rows, chain, [end]).broken == gone


def test_rows_that_changed_places_are_found(chain: Chain) -> None:
    first, second, third = rows_of(chain)

    assert walk([first, replace(third, number=2), replace(second, number=3)], chain).broken == 2


def test_the_rest_of_another_chain_does_not_fit(chain: Chain) -> None:
    rows = rows_of(chain, 1) + rows_of(chain, 2, previous_hash="0" * 64, first=2)

    verdict = walk(rows, chain)

    assert (verdict.broken, "接不上" in verdict.reason) == (2, True)


def test_who_has_only_the_database_cannot_tie_a_row(chain: Chain) -> None:
    rows = rows_of(Chain(["a guess that is thirty-two long .."]))

    assert walk(rows, chain).broken == 1


def test_a_chain_tied_anew_shows_against_a_hash_written_down_elsewhere(chain: Chain) -> None:
    noted = (2, rows_of(chain)[1].hash)
    anew = [replace(row, actor="staff:2") for row in rows_of(chain)]
    for row, before in zip(anew, [None, *anew], strict=False):
        row.previous_hash = before.hash if before else ""
        row.hash = chain.tie(row)

    assert walk(anew, chain).broken == 0
    assert walk(anew, chain, [noted]).broken == 2


def test_rows_of_an_older_key_count_while_that_key_is_known() -> None:
    old = rows_of(Chain([OLDER]), 2)
    rows = old + rows_of(Chain([SECRET]), 1, previous_hash=old[-1].hash, first=3)

    assert walk(rows, Chain([SECRET, OLDER])).broken == 0
    assert "SECRET_KEYS_BEFORE" in walk(rows, Chain([SECRET])).reason
