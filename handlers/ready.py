"""What the account needs to answer at once, kept ready in memory: rules, standing replies, scene codes, cards.

Made again when a mark in the database says that something changed: at once for changes of this process, within
a second for those of others.
"""

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask

from app.catalog.news import Card
from app.conversations.kf_desk import KfDesk, load_kf_desk
from app.conversations.service_hours import ServiceHours, load_service_hours
from app.core import clock
from app.core.db import db
from app.core.driver import Driver
from app.core.marks import ANSWERS, CATALOG, MarkReader, changes_here
from app.entrances.models import EntranceKind
from app.entrances.scenes import Scene, load_scenes
from app.entrances.service import chat_codes, code_for
from app.keywords.matching import Matcher
from app.keywords.service import load_matcher
from app.keywords.standing import Occasion, Standing, load_cool_down, load_standing
from app.materials.uploading import find_media_ids
from app.orders.asker import Asker, AskerReader
from app.promotions.cards import all_cards_now, next_change
from app.wechat.menus.versions import load_button_names
from app.words.face import load_face
from handlers.answers import Answer, Prepared
from handlers.doors import Door

CHECK_EVERY_SECONDS = 1.0
MOST_PREPARED = 10_000  # replies of rules that were changed stay until then


@dataclass(slots=True)
class Setup:
    """What the merchant set up, as it was when it was read."""

    matcher: Matcher
    standing: Mapping[Occasion, Standing]
    scenes: Mapping[str, Scene]
    media_ids: Mapping[int, str]
    hours: ServiceHours
    cool_down: timedelta
    kf_desk: KfDesk
    button_names: Mapping[str, str]  # words on a menu button by its key
    shop_name: str


class Ready:
    """Everything a handler may use: the set-up, cards of goods, and who is asking."""

    def __init__(self, app: Flask, driver: Driver) -> None:
        self._app = app
        with app.app_context():
            self._marks = MarkReader(db.engine, driver)
            self._askers = AskerReader(db.engine, driver)
        self._lock = threading.Lock()
        self._setup: Setup | None = None
        self.answers: dict[int, Answer] = {}  # of rules that say the same to everybody, by rule
        self.cards: Mapping[str, Card] = {}  # by slug, what came on sale last first
        self._cards_until: datetime | None = None  # when a flash sale changes their prices
        self._codes: dict[tuple[EntranceKind, str], str] = {}
        self._prepared: dict[object, tuple[Prepared, ...]] = {}
        self._seen: dict[str, int] = {}
        self._seen_here = -1
        self._checked_at = 0.0
        self.base_url: str = app.config["BASE_URL"]

    def refresh(self) -> None:
        """Read again what has changed; called before each push is answered."""
        now = time.monotonic()
        if self._seen_here != changes_here() or now - self._checked_at > CHECK_EVERY_SECONDS:
            with self._lock:
                self._look(now)

    @property
    def setup(self) -> Setup:
        """The set-up as it is now."""
        setup = self._setup
        if setup is None:
            raise RuntimeError("nothing was read")
        return setup

    def asker(self, openid: str) -> Asker:
        """Who has this openid."""
        return self._askers.asker(openid)

    def prepared(self, key: object, make: Callable[[], tuple[Prepared, ...]]) -> tuple[Prepared, ...]:
        """The replies for `key`, which names all that they are made of besides the catalogue."""
        known = self._prepared
        found = known.get(key)
        if found is None:
            found = known[key] = make()
        return found

    @contextmanager
    def shop(self) -> Iterator[None]:
        """The shop with its session: for what is rare enough to be read the usual way."""
        with self._app.app_context():
            yield

    def code(self, door: Door) -> str:
        """What links from this door carry; made when the door is new."""
        code = self._codes.get((door.kind, door.ref))
        if code is None:
            with self.shop():
                code = self._codes[door.kind, door.ref] = code_for(door.kind, door.ref, door.label)
        return code

    def _look(self, now: float) -> None:
        seen_here = changes_here()
        seen = self._marks.read()
        if self._setup is None or seen.get(ANSWERS) != self._seen.get(ANSWERS):
            self._setup, self.answers = self._read(), {}
        if seen.get(CATALOG) != self._seen.get(CATALOG) or self._are_cards_old():
            self.cards, self._cards_until = self._read_cards()
            self._prepared, self.answers = {}, {}
        elif len(self._prepared) > MOST_PREPARED:
            self._prepared = {}
        if self._seen_here < 0:
            # A thousand rules stay for long: the garbage collector need not walk through them again and again.
            gc.freeze()
        self._seen, self._seen_here, self._checked_at = seen, seen_here, now

    def _are_cards_old(self) -> bool:
        is_over = self._cards_until is not None and clock.now() >= self._cards_until
        return is_over or self._seen_here < 0

    def _read_cards(self) -> tuple[Mapping[str, Card], datetime | None]:
        with self._app.app_context():
            until = next_change()  # read first: what begins meanwhile is read again
            return all_cards_now(), until

    def _read(self) -> Setup:
        with self._app.app_context():
            self._codes = dict(chat_codes())
            return Setup(
                matcher=load_matcher(),
                standing=load_standing(),
                scenes=load_scenes(),
                media_ids=find_media_ids(),
                hours=load_service_hours(),
                cool_down=load_cool_down(),
                kf_desk=load_kf_desk(),
                button_names=load_button_names(),
                shop_name=load_face(self._app.config["SHOP_NAME"]).name,
            )
