"""Where a product's page QR code (扫购) hangs: one entrance for each product and place."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.entrances.models import Entrance, EntranceKind
from app.entrances.names import tidy_name
from app.entrances.service import code_for

LONGEST_PLACE = 16


def add_place(slug: str, title: str, place: str) -> None:
    """Make the entrance of this product at this place; the same place again changes nothing.

    Opens a transaction. Raises: InputInvalid.
    """
    place = tidy_name(place, longest=LONGEST_PLACE)
    code_for(EntranceKind.POSTER, f"{slug}/{place}", f"{title} · {place}")


def list_places(slug: str) -> Sequence[Entrance]:
    """Where this product's codes hang, the oldest first."""
    return _list(Entrance.ref.startswith(f"{slug}/", autoescape=True))


def list_all_places() -> Sequence[Entrance]:
    """Every place of every product."""
    return _list()


def split_ref(ref: str) -> tuple[str, str]:
    """Product and place of such an entrance: `longjing/橱窗` → `longjing`, `橱窗`."""
    slug, _slash, place = ref.partition("/")
    return slug, place


def _list(*conditions: object) -> Sequence[Entrance]:
    query = select(Entrance).where(Entrance.kind == EntranceKind.POSTER, *conditions)  # type: ignore[arg-type]
    return db.session.scalars(query.order_by(Entrance.id)).all()
