"""Doors into the shop: each has one signed code, made once and found again when somebody walks in.

Visits stand in `visits.py`, scene QR codes in `scenes.py`.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import bindparam, select

from app.core import clock, ids
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.insert_once import insert_once
from app.entrances.models import Entrance, EntranceKind
from app.entrances.signing import get_signer

WORD_LENGTH = 6
LONGEST_REF = 80
LONGEST_LABEL = 80
TRIES = 5  # a random word that exists already is drawn again

_IN_CHAT = (EntranceKind.MENU, EntranceKind.KEYWORD, EntranceKind.WELCOME, EntranceKind.SCENE)
_WORD = select(Entrance.code).where(Entrance.kind == bindparam("kind"), Entrance.ref == bindparam("ref"))


def code_for(kind: EntranceKind, ref: str, label: str) -> str:
    """What a link to this door carries as `?e=`; the same from every process and at every time.

    `ref` says which one of its kind, `label` is what the merchant reads. Opens a transaction when the door
    is new, or joins one.
    """
    door = {"kind": kind, "ref": ref if len(ref) <= LONGEST_REF else hashlib.sha256(ref.encode()).hexdigest()}
    word = db.session.scalar(_WORD, door)
    for _try in range(TRIES):
        if word is not None:
            return get_signer().sign(word)
        with transaction() as session:
            _insert(label, **door)
            word = session.scalar(_WORD, door)
    raise RuntimeError("no free code for an entrance")


def chat_codes() -> Mapping[tuple[EntranceKind, str], str]:
    """What links from the chat's doors carry, by kind and ref: for keeping them ready."""
    query = select(Entrance.kind, Entrance.ref, Entrance.code).where(Entrance.kind.in_(_IN_CHAT))
    sign = get_signer().sign
    return {(kind, ref): sign(word) for kind, ref, word in db.session.execute(query)}


def signed_code(entrance: Entrance) -> str:
    """What links to this door carry as `?e=`."""
    return get_signer().sign(entrance.code)


def find_by_code(code: str) -> Entrance | None:
    """The door a link names; None for a code nobody made. A forged one is refused without a query."""
    word = get_signer().find_word(code)
    if word is None:
        return None
    return db.session.scalars(select(Entrance).where(Entrance.code == word)).one_or_none()


def get_entrance(entrance_id: int) -> Entrance:
    """Raises: NotFound."""
    entrance = db.session.get(Entrance, entrance_id)
    if entrance is None:
        raise NotFound(_("没有这个来源"))
    return entrance


def list_entrances(entrance_ids: Collection[int]) -> Sequence[Entrance]:
    """Those of these numbers, in the order they were made."""
    query = select(Entrance).where(Entrance.id.in_(entrance_ids)).order_by(Entrance.id)
    return db.session.scalars(query).all()


def _insert(label: str, *, kind: EntranceKind, ref: str) -> None:
    insert_once(
        Entrance,
        code=ids.new_code(WORD_LENGTH),
        kind=kind,
        ref=ref,
        label=label[:LONGEST_LABEL],
        created_at=clock.now(),
    )
