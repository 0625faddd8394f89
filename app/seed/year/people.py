"""Followers that never were. All of them follow from the seed, so that a later batch knows them again."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.core.ids import UNAMBIGUOUS
from app.followers.models import Address, Follower, FollowerTag, Tag
from app.seed.year.plan import Year
from app.seed.year.rows import Rows
from app.seed.year.words import Words

SOURCES = {
    "ADD_SCENE_QR_CODE": 44,
    "ADD_SCENE_SEARCH": 22,
    "ADD_SCENE_PROFILE_CARD": 14,
    "ADD_SCENE_PAID": 9,
    "ADD_SCENE_PROFILE_LINK": 7,
    "ADD_SCENE_OTHERS": 4,
}
KEENNESS = {0.01: 50, 0.3: 35, 0.7: 12, 1.0: 3}  # who looks, who buys now and then, who comes back, regulars
BEFORE = timedelta(days=400)  # since when the first ones follow before the year begins
BUYS_FROM = 0.3
TRIES = 60


@dataclass(frozen=True, slots=True)
class Person:
    """One follower; `id` is the one of his row. He is away from `left_at` until `back_at`, or for good."""

    id: int
    openid: str
    nickname: str
    keenness: float
    receiver: str
    phone: str
    province: str
    city: str
    district: str
    detail: str
    joined_at: datetime
    left_at: datetime | None
    back_at: datetime | None

    @property
    def region(self) -> str:
        """As an order keeps it."""
        return f"{self.province} {self.city} {self.district}"

    def is_here(self, at: datetime) -> bool:
        """Whether he follows at that moment."""
        if at < self.joined_at or self.left_at is None or at < self.left_at:
            return at >= self.joined_at
        return self.back_at is not None and at >= self.back_at


class Crowd:
    """All of them, in the order they came."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self._joined = [person.joined_at for person in people]

    def pick(self, chance: Random, at: datetime, *, buys: bool) -> Person:
        """Somebody who follows at that moment; with `buys` the keener ones oftener."""
        number = max(1, bisect_right(self._joined, at))
        person = self.people[0]
        for _try in range(TRIES):
            person = self.people[int(number * chance.random())]
            if person.is_here(at) and (not buys or chance.random() < person.keenness):
                return person
        return person

    def joined_between(self, first: datetime, end: datetime) -> Sequence[Person]:
        """Who began to follow then."""
        return self.people[bisect_right(self._joined, first) : bisect_right(self._joined, end)]


def make_crowd(year: Year, words: Words, first_id: int) -> Crowd:
    """Everybody, numbered from `first_id` on."""
    chance = year.chance("people")
    joined = sorted(_moments_of_joining(year, chance))
    return Crowd([_person(year, words, chance, n, first_id + n, at) for n, at in enumerate(joined)])


def add_followers(year: Year, words: Words, crowd: Crowd, rows: Rows) -> None:
    """Their rows, addresses and tags."""
    chance = year.chance("followers")
    tags = [
        rows.add(Tag, name=name, created_at=year.starts_at, pushed_name=name, pushed_at=year.starts_at)
        for name in words.tags
    ]
    for person in crowd.people:
        rows.add(Follower, **_follower(person, words, chance))
        if person.keenness >= BUYS_FROM:
            rows.add(Address, **_address(person))
        if chance.random() < 0.12:
            since = min(person.joined_at + timedelta(days=chance.randrange(1, 20)), year.now)
            rows.add(
                FollowerTag,
                follower_id=person.id,
                tag_id=chance.choice(tags),
                since=since,
                origin="seed",
            )


def _moments_of_joining(year: Year, chance: Random) -> list[datetime]:
    early = year.followers * 35 // 100
    found = [year.starts_at - BEFORE * chance.random() for _ in range(early)]
    for day in chance.choices(range(len(year.days)), year.weights, k=year.followers - early):
        found += year.moments(day, 1, chance)
    return found


def _person(year: Year, words: Words, chance: Random, n: int, number: int, at: datetime) -> Person:
    place, first = chance.choice(words.places), chance.choice(words.firsts)
    nickname = f"{chance.choice(words.firsts)}{chance.choice(words.lasts)}"
    if chance.random() < 0.25:
        nickname += str(chance.randrange(1, 100))
    left_at, back_at = _leaving(year, chance, at)
    detail = f"{chance.choice(place.roads)}{chance.randrange(1, 200)}号{chance.choice(words.buildings)}"
    return Person(
        id=number,
        openid=f"oSeed{n:06d}{''.join(chance.choices(UNAMBIGUOUS, k=17))}",
        nickname=nickname if chance.random() < 0.75 else "",
        keenness=chance.choices(list(KEENNESS), list(KEENNESS.values()))[0],
        receiver=f"{first}{words.receiver}",
        phone=f"123{chance.randrange(10**8):08d}",
        province=place.province,
        city=place.city,
        district=chance.choice(place.districts),
        detail=f"{detail}{chance.randrange(1, 20)}-{chance.randrange(101, 1900)}",
        joined_at=at,
        left_at=left_at,
        back_at=back_at,
    )


def _leaving(year: Year, chance: Random, at: datetime) -> tuple[datetime | None, datetime | None]:
    """Some leave, and a few of them return."""
    first = max(at, year.starts_at)
    if chance.random() > 0.14:
        return None, None
    left_at = first + (year.now - first) * chance.uniform(0.05, 1)
    back_at = left_at + timedelta(days=chance.uniform(2, 60))
    return left_at, back_at if chance.random() < 0.3 and back_at < year.now else None


def _follower(person: Person, words: Words, chance: Random) -> dict[str, object]:
    return {
        "openid": person.openid,
        "nickname": person.nickname,
        "remark": chance.choice(words.remarks) if chance.random() < 0.02 else "",
        "source": chance.choices(list(SOURCES), list(SOURCES.values()))[0],
        "is_subscribed": person.left_at is None or person.back_at is not None,
        "follows": 2 if person.back_at else 1,
        "subscribed_at": person.back_at or person.joined_at,
        "unsubscribed_at": person.left_at,
        "first_seen_at": person.joined_at,
        "last_seen_at": max(person.joined_at, person.left_at or person.joined_at),
        "profile_at": person.joined_at,
    }


def _address(person: Person) -> dict[str, object]:
    return {
        "follower_id": person.id,
        "receiver": person.receiver,
        "phone": person.phone,
        "province": person.province,
        "city": person.city,
        "district": person.district,
        "detail": person.detail,
        "is_default": True,
        "created_at": person.joined_at,
    }
