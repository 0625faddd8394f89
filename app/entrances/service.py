"""Codes for the doors into the shop: made once for each door, found again when somebody walks in."""

import hashlib

from sqlalchemy import bindparam, select

from app.core import clock, ids
from app.core.db import db, transaction
from app.core.insert_once import insert_once
from app.entrances.models import Entrance, EntranceKind

CODE_LENGTH = 8
LONGEST_REF = 80
LONGEST_LABEL = 80
TRIES = 5  # a random code that exists already is drawn again

_CODE = select(Entrance.code).where(Entrance.kind == bindparam("kind"), Entrance.ref == bindparam("ref"))


def code_for(kind: EntranceKind, ref: str, label: str) -> str:
    """The code of this door, made when it is new; the same from every process and at every time.

    `ref` says which one of its kind, `label` is what the merchant reads. Opens a transaction when the door
    is new, or joins one.
    """
    ref = ref if len(ref) <= LONGEST_REF else hashlib.sha256(ref.encode()).hexdigest()
    door = {"kind": kind, "ref": ref}
    code = db.session.scalar(_CODE, door)
    for _ in range(TRIES):
        if code is not None:
            return code
        with transaction() as session:
            _insert(kind, ref, label)
            code = session.scalar(_CODE, door)
    raise RuntimeError("no free code for an entrance")


def find_by_code(code: str) -> Entrance | None:
    """The door a link names; None for a code nobody made."""
    if not code or len(code) > CODE_LENGTH * 2:
        return None
    return db.session.scalars(select(Entrance).where(Entrance.code == code)).one_or_none()


def _insert(kind: EntranceKind, ref: str, label: str) -> None:
    insert_once(
        Entrance,
        code=ids.new_code(CODE_LENGTH),
        kind=kind,
        ref=ref,
        label=label[:LONGEST_LABEL],
        created_at=clock.now(),
    )
