"""The shop's own words and colour on its pages: help, agreement, privacy; name, notice and logo."""

import logging

from flask import Response, current_app, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import InputInvalid, NotFound
from app.core.i18n import language_here
from app.core.static_files import A_YEAR
from app.words.colour import check_colour, shades_of
from app.words.face import Face, load_face
from app.words.layout import lay_out
from app.words.models import Words
from app.words.reading import fill_in, title_of
from app.words.service import read_page
from webviews.door import shop
from webviews.guards import open_to_all

logger = logging.getLogger(__name__)


@shop.get("/about/<kind>")
@open_to_all
def show_words(kind: str) -> str:
    """One of the shop's pages of words."""
    if kind not in set(Words):
        raise NotFound(_("没有这个页面"))
    page = read_page(Words(kind), language_here())
    blocks = lay_out(fill_in(page.body, face_here().name))
    return render_template("shop/words.html", page=page, blocks=blocks, title=title_of(page.kind))


@shop.get("/colour-<colour>.css")
@open_to_all
def show_colour(colour: str) -> ResponseReturnValue:
    """The style sheet of a colour; its address changes with its content, so it may be kept for a year."""
    try:
        shades = shades_of(check_colour(f"#{colour}"))
    except InputInvalid as error:
        raise NotFound(_("没有这个页面")) from error
    response = Response(render_template("shop/colour.css", shades=shades), mimetype="text/css")
    response.headers["Cache-Control"] = A_YEAR
    return response


@shop.context_processor
def offer_words() -> dict[str, object]:
    """For templates: the shop's face, and its name as the merchant set it."""
    face = face_here()
    return {"face": face, "shop_name": face.name}


def face_here() -> Face:
    """The shop's face, read once for each request. A page that tells of a broken database needs none."""
    if "face" not in g:
        try:
            g.face = load_face(current_app.config["SHOP_NAME"])
        except SQLAlchemyError:
            logger.exception("the shop's face could not be read")
            g.face = Face(current_app.config["SHOP_NAME"])
    return g.face  # type: ignore[no-any-return]
