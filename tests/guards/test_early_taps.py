"""A tap on a link that needs a script must not be lost before the script is there: early_taps.js knows each of them."""

import re
from pathlib import Path

WEBVIEWS = Path(__file__).parents[2] / "webviews"
# What a link carries that works, or does no harm, without a script.
HARMLESS = {
    "data-once",  # against the second tap; the first one goes its way
    "data-to",  # said to the address book, which is named itself
}


def test_each_scripted_link_is_kept_by_the_script_that_comes_first() -> None:
    script = (WEBVIEWS / "static" / "early_taps.js").read_text("utf-8")
    kept = set(re.findall(r"\[(data-[\w-]+)\]", script.split("NEEDS_SCRIPTS = ")[1].split(";")[0]))
    found = {
        (path.name, attribute)
        for path in sorted((WEBVIEWS / "templates").rglob("*.html"))
        for attribute in attributes_of_links(path.read_text("utf-8"))
    }

    assert {attribute for _, attribute in found} >= {
        "data-address-book",
        "data-back",
    }  # it looks at something
    assert {one for one in found if one[1] not in kept | HARMLESS} == set()


def attributes_of_links(template: str) -> list[str]:
    """The data attributes of every link, whatever stands around them in the template's own language."""
    plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", template, flags=re.DOTALL)
    tags = re.findall(r"<a\b[^>]*>", plain)
    return [attribute for tag in tags for attribute in re.findall(r"\s(data-[\w-]+)", tag)]
