"""Spreadsheets: what is written is read again unharmed, and what is not a table is refused in a sentence."""

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask_babel import Babel

from app.core.spreadsheets.reading import Limits, SheetInvalid, read_rows, read_table
from app.core.spreadsheets.writing import Row, Yuan, write_csv, write_xlsx

HOSTILE = ["=1+1", "+86 138", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", "#REF!", "=cmd|' /C calc'!A0"]
NICKNAMES = ["👨‍👩‍👧 茶客", "O'Brien", "<script>", '"引号"', "Ж\u202e反", "茶\x00叶\x0b", "a" * 200, "'"]

Write = Callable[[Path, list[Row]], None]


@pytest.fixture(autouse=True)
def words() -> object:
    """Errors speak Chinese outside of a request."""
    app = Flask("sheets")
    Babel(app)
    with app.app_context():
        yield


@pytest.fixture(params=[write_xlsx, write_csv], ids=["xlsx", "csv"])
def write(request: pytest.FixtureRequest) -> Write:
    chosen: Write = request.param
    return chosen


def cells_of(path: Path, **limits: int) -> list[list[str]]:
    return [[cell for cell in cells if cell] for _, cells in read_rows(path, limits=Limits(**limits))]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "hostile.xlsx"

    write_xlsx(path, [["昵称"], [text]])

    cell = openpyxl.load_workbook(path).active["A2"]
    assert cell.data_type == "s"
    assert cell.value.strip() == text.strip()


@pytest.mark.parametrize("text", HOSTILE[:-2])
def test_csv_begins_no_cell_with_what_a_spreadsheet_calculates(tmp_path: Path, text: str) -> None:
    path = tmp_path / "hostile.csv"

    write_csv(path, [["昵称"], [text]])

    line = path.read_text("utf-8-sig").splitlines()[1]
    assert line.lstrip('"').startswith("'")


@pytest.mark.parametrize("text", [*HOSTILE, *NICKNAMES])
def test_what_was_written_is_read_again(tmp_path: Path, write: Write, text: str) -> None:
    path = tmp_path / "names"

    write(path, [["名"], [text]])

    unprintable = str.maketrans(dict.fromkeys("\t\r\x00\x0b\u202e", " "))
    assert cells_of(path)[1:] == [[text.translate(unprintable).strip()]]


def test_yuan_are_numbers_and_moments_are_beijing_time(tmp_path: Path) -> None:
    path = tmp_path / "ledger.xlsx"
    moment = datetime(2026, 11, 21, 16, 30, 5, 99, tzinfo=UTC)

    write_xlsx(path, [["金额", "时间", "号"], [Yuan(123456789), moment, "202611210000000001"]])

    row = next(openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True))
    assert row == (
        1234567.89,
        datetime(2026, 11, 22, 0, 30, 5, tzinfo=UTC).replace(tzinfo=None),
        "202611210000000001",
    )


def test_one_fen_is_not_lost_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"

    write_csv(path, [["金额", "日"], [Yuan(-123456701), date(2026, 11, 21)]])

    assert cells_of(path)[1] == ["-1234567.01", "2026-11-21"]


def test_excels_own_csv_is_read_whatever_its_encoding_and_separator(tmp_path: Path) -> None:
    tables = {
        "gbk": "订单号,运单号\r\n1,SF1\r\n".encode("gbk"),
        "tabs": "订单号\t运单号\r\n1\tSF1\r\n".encode("utf-16"),
        "semicolons": "订单号;运单号\n1;SF1".encode("utf-8-sig"),
    }
    for name, raw in tables.items():
        path = tmp_path / name
        path.write_bytes(raw)
        assert cells_of(path) == [["订单号", "运单号"], ["1", "SF1"]], name


def test_columns_are_found_by_their_names_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "parcels.csv"
    write_csv(path, [["备注", "运单号 ", "订单号*"], ["x", "SF1", "20261121"], ["", "", ""], ["y", "", "7"]])

    rows = read_table(path, {"no": ["订单号"], "tracking": ["运单号"]}, needed=["no", "tracking"])

    assert [(row.number, row["no"], row["tracking"]) for row in rows] == [
        (2, "20261121", "SF1"),
        (4, "7", ""),
    ]
    assert rows[1].place("tracking") == "B4"
    with pytest.raises(SheetInvalid, match="快递公司"):
        read_table(path, {"carrier": ["快递公司"]}, needed=["carrier"])


def test_a_number_that_lost_its_last_digits_is_named_by_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "digits.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["订单号", "数量"])
    book.active.append([202611210000000001, 2.0])
    book.save(path)

    with pytest.raises(SheetInvalid, match="A2"):
        cells_of(path)


def test_what_a_person_sees_in_a_number_is_read(tmp_path: Path) -> None:
    path = tmp_path / "numbers.xlsx"
    book = openpyxl.Workbook()
    book.active.append([2.0, 0.1 + 0.2, 19.9, True, date(2026, 11, 21), "=1+1"])
    book.save(path)

    assert cells_of(path) == [
        ["2", "0.3", "19.9", "1", "2026-11-21"]
    ]  # a formula nobody has calculated is empty


def test_limits_name_what_is_too_much(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "large"
    write(path, [["a", "b", "c"], *[["1", "2", "3"]] * 3])

    assert len(cells_of(path, rows=3)) == 4
    for limits, words in (({"rows": 2}, "2 行"), ({"columns": 2}, "C1"), ({"file_bytes": 10}, "MB")):
        with pytest.raises(SheetInvalid, match=words):
            cells_of(path, **limits)


def test_a_sheet_that_claims_a_million_rows_is_not_walked(tmp_path: Path) -> None:
    path = tmp_path / "sparse.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "名", "x"
    book.save(path)

    with pytest.raises(SheetInvalid, match="10 行"):
        cells_of(path, rows=10)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    write_xlsx(path, [["a"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b"0" * 60 * 1024 * 1024)

    assert path.stat().st_size < 100_000
    with pytest.raises(SheetInvalid, match="太大"):
        cells_of(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    path, hostile = tmp_path / "plain.xlsx", tmp_path / "entities.xlsx"
    write_xlsx(path, [["a"]])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>'
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(hostile, "w") as target:
        for entry in source.infolist():
            is_sheet = entry.filename.startswith("xl/worksheets/")
            target.writestr(entry, bomb if is_sheet else source.read(entry))

    with pytest.raises(SheetInvalid, match="打不开"):
        cells_of(hostile)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "旧版"),
        (b"PK\x03\x04 not a zip", "打不开"),
        (b"a,b\n1,\x80\xff\xff\x81", "编码"),
        (b'a,b\n"1,2\n', "引号"),
    ],
    ids=["old excel", "no zip", "no encoding", "no closing mark"],
)
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path: Path, raw: bytes, words: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(raw)

    with pytest.raises(SheetInvalid, match=words):
        cells_of(path)


def test_an_empty_file_is_an_empty_table(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "empty"
    write(path, [])

    assert cells_of(path) in ([], [[]])
