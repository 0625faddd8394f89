"""The English dictionary is complete: whoever adds a Chinese sentence to the phone adds its English."""

import re
from pathlib import Path

import pytest

from simulator.faults import TABLE
from simulator.phone import STATIC
from simulator.platform.payloads import KINDS

SCRIPTS = STATIC / "js"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SPOKEN = re.compile(r"\bt\('((?:[^'\\]|\\.)*)'")
QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
TABLES = (
    "lab/lab.js",
    "lab/tries.js",
    "lab/clock.js",
    "lab/orders.js",
    "lab/person.js",
    "lab/desk.js",
    "lab/mass.js",
    "lab/push.js",
    "phone/address_sheet.js",
)
SAMPLES = {"茶"}  # what a follower writes


def entries(name: str) -> set[str]:
    """The keys of a dictionary file."""
    text = (SCRIPTS / name).read_text("utf-8")
    return {
        quoted or bare for quoted, bare in re.findall(r"^  (?:'([^']+)'|([^\s:']+)):", text, re.MULTILINE)
    }


def chinese_of(pattern: re.Pattern[str], path: Path) -> set[str]:
    return {text for text in pattern.findall(path.read_text("utf-8")) if CHINESE.search(text)}


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("**/*.js")), ids=lambda path: path.stem)
def test_every_spoken_sentence_has_its_english(path: Path) -> None:
    assert chinese_of(SPOKEN, path) - entries("en.js") == set()


@pytest.mark.parametrize("name", TABLES)
def test_every_sentence_in_a_table_has_its_english(name: str) -> None:
    assert chinese_of(QUOTED, SCRIPTS / name) - entries("en.js") - SAMPLES == set()


def test_every_kind_of_push_has_its_english() -> None:
    text = (SCRIPTS / "lab/push_kinds.js").read_text("utf-8")
    labels = re.findall(r"\['\w+', '([^']+)'\]", text) + re.findall(
        r"^  \['([^']+)', \[$", text, re.MULTILINE
    )

    assert len(labels) > 35
    assert set(re.findall(r"\['(\w+)', '", text)) == set(KINDS)
    assert set(labels) - entries("en.js") == set()


def test_every_switch_and_group_has_its_english() -> None:
    assert {fault.name for fault in TABLE} == entries("lab/faults_en.js")
    assert {fault.group for fault in TABLE} - entries("en.js") == set()
