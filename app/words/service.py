"""Reading and publishing the shop's pages, and keeping what a buyer agreed to."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, ShopError
from app.core.insert_once import insert_once
from app.words import standard
from app.words.models import Wording, Words

logger = logging.getLogger(__name__)

LONGEST = 20_000  # characters
AGREED_TO = (Words.AGREEMENT, Words.PRIVACY)


class WordingChanged(ShopError):
    """Somebody published another version meanwhile."""

    code = "wording_changed"
    http_status = 409


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it reads now. `language` is empty for the merchant's own words, which have no second language."""

    kind: Words
    language: str
    version: int
    body: str
    published_at: datetime | None = None

    @property
    def is_standard(self) -> bool:
        """Whether the merchant has not written his own yet."""
        return bool(self.language)


def read_page(kind: Words, language: str) -> Page:
    """The merchant's newest version, else our standard text in this language (`zh` or `en`)."""
    row = find_newest(kind)
    if row is None:
        return Page(kind, language, standard.VERSION, standard.standard_text(kind, language))
    return Page(kind, "", row.version, row.body, row.published_at)


def find_newest(kind: Words) -> Wording | None:
    """The merchant's newest version."""
    return db.session.scalars(_own(kind).limit(1)).first()


def list_versions(kind: Words) -> Sequence[Wording]:
    """Everything the merchant published, the newest first."""
    return db.session.scalars(_own(kind)).all()


def get_wording(wording_id: int) -> Wording:
    """Raises: NotFound."""
    row = db.session.get(Wording, wording_id)
    if row is None:
        raise NotFound(_("没有这个版本"))
    return row


def publish(kind: Words, body: str, *, seen: int, actor: str) -> bool:
    """Make this the next version; False when it is the same as the newest. `seen`: the version that was edited.

    Raises: InputInvalid, WordingChanged. Opens a transaction.
    """
    body = check_body(body)
    with transaction():
        newest = find_newest(kind)
        if newest is not None and newest.body == body:
            return False
        version = (newest.version if newest else 0) + 1
        if seen != version - 1 or not _insert(kind, "", version, body, actor):
            raise WordingChanged(_("别人刚发布了新的一版。您写的还在下面，请对照后再发布。"))
        audit.record(
            actor=actor,
            action="words.published",
            subject=f"words:{kind}",
            before=_trace(newest.version, newest.body) if newest else {},
            after=_trace(version, body),
        )
    logger.info("words published", extra={"words": str(kind), "version": version, "actor": actor})
    return True


def check_body(body: str) -> str:
    """The text as it is kept. Raises: InputInvalid."""
    body = "\n".join(line.rstrip() for line in body.strip().splitlines())
    if not body:
        raise InputInvalid(_("正文不能是空的"))
    if len(body) > LONGEST:
        raise InputInvalid(_("正文太长：最多 %(n)s 字", n=LONGEST))
    return body


def mark_of_terms(language: str) -> str:
    """What a checkout shows and sends back: which versions its buyer had before him."""
    return " ".join(_mark(read_page(kind, language)) for kind in AGREED_TO)


def keep_terms(mark: str, language: str) -> tuple[int, ...]:
    """The ids of the wordings behind a mark; joins the open transaction or is one.

    Raises: WordingChanged when they are not those of now: the buyer has to see the new ones first.
    """
    pages = [read_page(kind, language) for kind in AGREED_TO]
    if mark != " ".join(map(_mark, pages)):
        raise WordingChanged(_("用户协议或隐私政策有更新，请看过后再提交"))
    return tuple(_keep(page) for page in pages)


def _own(kind: Words) -> Select[tuple[Wording]]:
    own = select(Wording).where(Wording.kind == kind, Wording.language == "")
    return own.order_by(Wording.version.desc())


def _mark(page: Page) -> str:
    return f"{page.kind}:{page.language}:{page.version}"


def _keep(page: Page) -> int:
    """The row of a page; that of a standard text is made when somebody first agrees to it."""
    query = select(Wording.id).where(
        Wording.kind == page.kind, Wording.language == page.language, Wording.version == page.version
    )
    found = db.session.scalar(query)
    if found is None:
        with transaction():
            _insert(page.kind, page.language, page.version, page.body, "")
        found = db.session.scalars(query).one()
    return found


def _insert(kind: Words, language: str, version: int, body: str, actor: str) -> bool:
    return insert_once(
        Wording,
        kind=kind,
        language=language,
        version=version,
        body=body,
        published_at=clock.now(),
        published_by=actor,
    )


def _trace(version: int, body: str) -> dict[str, object]:
    return {"version": version, "sha256": sha256(body.encode()).hexdigest()}
