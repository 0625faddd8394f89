"""The English catalogue is complete, and speaks of nothing that is gone."""

import re
from functools import cache
from io import BytesIO

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.core.i18n import CATALOGUE

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "_l": None,
    "counted": (1, 1),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@cache  # reading every file takes seconds
def found() -> frozenset[str | tuple[str, ...]]:
    """What stands in the code: a text, or one for a single thing and one for several, which `counted` has alike."""
    return frozenset(
        message
        for folder in ("api", "app", "webviews", "console", "handlers")
        for _, _, message, _, _ in extract_from_dir(folder, METHODS, {}, KEYWORDS)
    )


def texts() -> set[str]:
    """Every text of the pages."""
    return {message[0] if isinstance(message, tuple) else message for message in found()}


def counted() -> set[str]:
    """Those about a number of things, of which Chinese has one form."""
    pairs = (message for message in found() if isinstance(message, tuple))
    return {one for one, many in pairs if one == many}


def catalogue() -> dict[str, str]:
    """Chinese → English."""
    messages = read_po(BytesIO(CATALOGUE.read_bytes()), locale="en")
    return {
        message.id[0] if isinstance(message.id, tuple) else message.id: message.string[0]
        if isinstance(message.string, tuple)
        else message.string
        for message in messages
        if message.id
    }


def test_every_text_has_its_english() -> None:
    english = catalogue()

    assert sorted(text for text in texts() if not english.get(text)) == []


def test_every_text_about_a_number_of_things_has_both_forms() -> None:
    messages = read_po(BytesIO(CATALOGUE.read_bytes()), locale="en")
    both = {message.id[0] for message in messages if isinstance(message.id, tuple) and all(message.string)}

    assert both == counted()


def test_the_catalogue_holds_nothing_else() -> None:
    assert sorted(set(catalogue()) - texts()) == []


def test_english_keeps_every_placeholder() -> None:
    wrong = [
        chinese
        for chinese, english in catalogue().items()
        if set(PLACEHOLDER.findall(chinese)) != set(PLACEHOLDER.findall(english))
    ]

    assert wrong == []
