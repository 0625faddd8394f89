"""Row numbers in an address or a form: only what an id column can hold, written in plain digits."""

import pytest
from werkzeug.datastructures import MultiDict

from app.core.incoming import LARGEST_ID, find_row_id, row_id

NO_NUMBERS = ["", "-1", "+1", " 1", "1_0", "1.0", "x", "²", "１", "٣", str(LARGEST_ID + 1), "9" * 5000]


@pytest.mark.parametrize("text", ["0", "7", "007", str(LARGEST_ID)])
def test_a_number_that_a_row_can_have_is_read(text: str) -> None:
    assert find_row_id(text) == row_id(text) == int(text)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_no_row_can_have_is_none(text: str) -> None:
    assert find_row_id(text) is None
    assert MultiDict({"tag": text}).get("tag", type=row_id) is None


def test_of_a_list_only_the_numbers_are_read() -> None:
    assert MultiDict({"tag": ["3", *NO_NUMBERS, "4"]}).getlist("tag", type=row_id) == [3, 4]
