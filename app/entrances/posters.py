"""Where a product's page QR code (扫购) hangs: one entrance for each product and place."""

from collections.abc import Sequence

from sqlalchemy import select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.entrances.models import Entrance, EntranceKind
from app.entrances.names import tidy_name
from app.entrances.service import code_for, get_entrance

LONGEST_PLACE = 16


def add_place(slug: str, title: str, place: str) -> None:
    """Make the entrance of this product at this place; the same place again brings its old code back.

    Opens a transaction. Raises: InputInvalid.
    """
    place = tidy_name(place, longest=LONGEST_PLACE)
    ref = f"{slug}/{place}"
    with transaction() as session:
        code_for(EntranceKind.POSTER, ref, f"{title} · {place}")
        session.execute(
            update(Entrance)
            .where(Entrance.kind == EntranceKind.POSTER, Entrance.ref == ref)
            .values(removed_at=None)
        )


def remove_place(entrance_id: int) -> Entrance:
    """List it no more. What is printed goes on working and counting. Opens a transaction. Raises: NotFound."""
    with transaction():
        place = get_entrance(entrance_id)
        if place.kind != EntranceKind.POSTER:
            raise NotFound
        place.removed_at = place.removed_at or clock.now()
        return place


def list_places(slug: str) -> Sequence[Entrance]:
    """Where this product's codes hang, the oldest first, without the removed ones."""
    return _list(Entrance.ref.startswith(f"{slug}/", autoescape=True))


def list_all_places() -> Sequence[Entrance]:
    """Every place of every product."""
    return _list()


def split_ref(ref: str) -> tuple[str, str]:
    """Product and place of such an entrance: `longjing/橱窗` → `longjing`, `橱窗`."""
    slug, _slash, place = ref.partition("/")
    return slug, place


def _list(*conditions: object) -> Sequence[Entrance]:
    listed = (Entrance.kind == EntranceKind.POSTER, Entrance.removed_at.is_(None))
    query = select(Entrance).where(*listed, *conditions)  # type: ignore[arg-type]
    return db.session.scalars(query.order_by(Entrance.id)).all()
