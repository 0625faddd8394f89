"""The shop's face: name, notice, colour and logo, as its merchant set them."""

import logging
from dataclasses import asdict, dataclass, replace

from flask_babel import gettext as _

from app.core import audit
from app.core.db import transaction
from app.core.errors import InputInvalid
from app.core.media.store import delete_orphans, get_media, new_name
from app.core.pictures import Size, draw_copies
from app.core.preferences import find_preference, keep_preference
from app.words.colour import check_colour

logger = logging.getLogger(__name__)

NAME = "face"
PREFIX = "logo-"
LONGEST_NAME, LONGEST_NOTICE = 20, 120
LOGO = Size(240, 240, is_cut=True)
MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Face:
    """`colour` and `logo` may be empty: WeChat's green, and no picture."""

    name: str
    notice: str = ""
    colour: str = ""
    logo: str = ""  # a name in the media store


def load_face(usual_name: str) -> Face:
    """The face as it is. `usual_name`: what the settings call the shop, until the merchant does."""
    kept = find_preference(NAME) or {}
    return Face(
        str(kept.get("name") or usual_name),
        str(kept.get("notice", "")),
        str(kept.get("colour", "")),
        str(kept.get("logo", "")),
    )


def check_face(face: Face) -> Face:
    """The same, tidied. Raises: InputInvalid."""
    name, notice = " ".join(face.name.split()), " ".join(face.notice.split())
    if not name:
        raise InputInvalid(_("请给店铺起个名字"))
    if len(name) > LONGEST_NAME:
        raise InputInvalid(_("店名太长：最多 %(n)s 个字", n=LONGEST_NAME))
    if len(notice) > LONGEST_NOTICE:
        raise InputInvalid(_("公告太长：最多 %(n)s 个字", n=LONGEST_NOTICE))
    return replace(face, name=name, notice=notice, colour=check_colour(face.colour))


def keep_face(face: Face, before: Face, *, actor: str) -> None:
    """Set the face; a logo that was replaced goes with the next sweep. Raises: InputInvalid. Opens a transaction."""
    face = check_face(face)
    with transaction():
        keep_preference(NAME, asdict(face), actor=actor)
        audit.record(
            actor=actor, action="words.face", subject="words:face", before=asdict(before), after=asdict(face)
        )


def sweep_logos() -> int:
    """Delete logos that were replaced, or were drawn for a face that was then not kept; returns how many."""
    kept = find_preference(NAME) or {}
    return delete_orphans(PREFIX, {str(kept.get("logo", ""))})


def draw_logo(data: bytes) -> str:
    """Keep a picture as a square logo; returns its name. Calls the store: never inside a transaction.

    Raises: InputInvalid, StorageFull, MediaUnreachable.
    """
    if len(data) > MAX_BYTES:
        raise InputInvalid(_("图片太大：最多 %(limit)d MB", limit=MAX_BYTES // 2**20))
    name = new_name(PREFIX, "jpg")
    get_media().write(name, draw_copies(data, LOGO)[0])
    return name
