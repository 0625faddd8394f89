"""Languages: Chinese is what the source says, English comes from the catalogue in `translations/`.

The catalogue is read as text at the start, so there is no compiled copy that could be out of date.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, get_locale, ngettext

CATALOGUE = Path(__file__).parents[2] / "translations" / "en" / "LC_MESSAGES" / "messages.po"
LANGUAGES = ("zh", "en")


@cache
def read_catalogue() -> Translations:
    """The English catalogue, compiled in memory."""
    compiled = BytesIO()
    with CATALOGUE.open("rb") as source:
        write_mo(compiled, read_po(source, locale="en"))
    compiled.seek(0)
    return Translations(compiled)


class CatalogueDomain(Domain):  # type: ignore[misc] # flask_babel brings no types
    """Serves the English catalogue; Chinese needs none."""

    def __init__(self) -> None:
        super().__init__()
        self._english, self._chinese = read_catalogue(), NullTranslations()

    def get_translations(self) -> NullTranslations:
        """The catalogue for the language of this request."""
        locale = get_locale()
        return self._english if locale is not None and locale.language == "en" else self._chinese


def counted(text: str, n: int, /, **values: object) -> str:
    """`text` about so many: Chinese has one form, English one for 1 and one for all others.

    `%(n)s` is the number unless `values` say otherwise.
    """
    return str(ngettext(text, text, n, **({"n": n} | values)))


def choose_language() -> str:
    """The `lang` cookie when it names one of ours, else what the browser prefers, else Chinese."""
    if not has_request_context():
        return "zh"
    chosen = request.cookies.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or "zh"


def language_here() -> str:
    """`zh` or `en`, whichever our own texts are to be in for this request."""
    return "en" if str(get_locale() or "zh").startswith("en") else "zh"


def set_up_languages(app: Flask) -> None:
    """Install `_()` for code and templates."""
    babel = Babel()
    babel.init_app(
        app, default_locale="zh", default_timezone="Asia/Shanghai", locale_selector=choose_language
    )
    babel.domain_instance = CatalogueDomain()
    app.jinja_env.globals["counted"] = counted
