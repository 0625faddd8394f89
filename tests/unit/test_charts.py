"""Small drawings of days, and tables to take away."""

import csv
from io import StringIO
from itertools import pairwise

import pytest
from flask import Flask

from app.core.spreadsheets.writing import Cell
from console.frame.charts import BARS_HEIGHT, BARS_WIDTH, bars, sparkline
from console.frame.csv_files import csv_file


def test_a_line_goes_from_edge_to_edge_and_stays_inside() -> None:
    points = [tuple(map(int, point.split(","))) for point in sparkline([0, 5, 10]).split()]

    assert points == [(2, 26), (60, 14), (118, 2)]


@pytest.mark.parametrize("values", [[], [0], [7], [0, 0, 0]])
def test_few_days_and_quiet_days_can_be_drawn(values: list[int]) -> None:
    assert len(sparkline(values).split()) == len(values)
    assert all(bar.height == (BARS_HEIGHT if max(values) else 0) for bar in bars(values, [""] * len(values)))


@pytest.mark.parametrize("days", [1, 7, 30, 366])
def test_bars_stand_side_by_side_inside_the_drawing(days: int) -> None:
    drawn = bars([number % 5 for number in range(days)], ["x"] * days)

    assert drawn[0].x >= 0
    assert drawn[-1].x + drawn[-1].width <= BARS_WIDTH
    assert all(left.x + left.width <= right.x + 1 for left, right in pairwise(drawn))


def test_one_visit_among_thousands_can_be_seen() -> None:
    assert bars([1, 5000], ["", ""])[0].height == 3


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", '=HYPERLINK("http://x")', "\r=1", "|calc", "%0A"],
)
def test_no_cell_of_a_table_is_a_formula(cell: str) -> None:
    written, number = next(csv.reader(StringIO(text_of([[cell, -5]]).lstrip("\ufeff"))))

    assert written.startswith("'")
    assert number == "-5"


def test_names_by_enemies_come_out_as_they_went_in() -> None:
    name = "<b>黑客</b>\"'&,\n🍵"

    text = text_of([["名称"], [name]])

    assert text.startswith("\ufeff")
    assert list(csv.reader(StringIO(text.lstrip("\ufeff"))))[1] == [name.replace("\n", " ")]


def text_of(rows: list[list[Cell]]) -> str:
    with Flask(__name__).test_request_context():
        return csv_file("来源", rows).get_data(as_text=True)
