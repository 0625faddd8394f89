"""What followers write and what is answered: by a rule, by nobody, by a person at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.catalog.news import Card, all_cards
from app.conversations.models import Holder
from app.conversations.service_hours import ServiceHours, load_service_hours
from app.entrances.scenes import list_scenes
from app.keywords.lab import AskerInMind
from app.keywords.matching import Matcher
from app.keywords.models import Occasion
from app.keywords.replies import ReplyKind, ReplySpec
from app.keywords.service import load_matcher
from app.keywords.standing import own_words
from app.seed.year.log import EVENT, Log
from app.seed.year.people import Person
from app.seed.year.words import Words
from app.wechat.replies import Article, NewsReply, Reply, TextReply

NOBODY_ANSWERS, PERSON = 0.12, 0.05  # of what is begun; a rule is asked about the rest
TAPS = 0.4
TALKS_OF_AN_ORDER, SCANS_OF_AN_ORDER = 2.6, 0.5
SCENE = "scene:"
WAITS = timedelta(hours=2)  # who asked for a person so lately still waits
MENU_KEYS = ("NEWS_NEW",)


@dataclass(frozen=True, slots=True)
class Talker:
    """Answers as the account would. `staff`: who sits at the desk, e.g. `staff:1`; empty when there is nobody."""

    words: Words
    matcher: Matcher
    hours: ServiceHours
    says: dict[Occasion, str]
    cards: dict[str, Card]
    base_url: str
    staff: str
    now: datetime
    scenes: Sequence[tuple[int, str]]  # scene codes: number, and whose card answers a scan

    def scan(
        self, person: Person, at: datetime, chance: Random, log: Log, *, is_follow: bool = False
    ) -> None:
        """He scanned a scene code; `is_follow`: and began to follow by it."""
        code_id, slug = chance.choice(self.scenes)
        kind = f"{EVENT}subscribe" if is_follow else f"{EVENT}scan"
        log.hear(person, at, "", self._show(self.cards[slug]), by=f"{SCENE}{code_id}", kind=kind)

    def talk(self, person: Person, at: datetime, chance: Random, log: Log) -> None:
        """One follower begins to write, or taps the menu."""
        luck = chance.random()
        if luck < TAPS:
            self._tap(person, at, chance, log)
        elif luck < TAPS + PERSON:
            self._ask_person(person, at, chance, log)
        elif luck < TAPS + PERSON + NOBODY_ANSWERS:
            self._say(person, at, chance.choice(self.words.unanswered), log)
        else:
            for n in range(chance.choices((1, 2, 3), (70, 22, 8))[0]):
                later = at + timedelta(seconds=n * chance.randrange(20, 120))
                self._say(person, min(later, self.now), chance.choice(self.words.asked), log)

    def greet(self, person: Person, log: Log) -> None:
        """He began to follow."""
        welcome = TextReply(self.says[Occasion.WELCOME])
        log.hear(person, person.joined_at, "", welcome, by="welcome", kind=f"{EVENT}subscribe")

    def part(self, person: Person, at: datetime, log: Log) -> None:
        """He follows no longer."""
        log.hear(person, at, "", None, by="", kind=f"{EVENT}unsubscribe")

    def return_(self, person: Person, at: datetime, log: Log) -> None:
        """He follows again."""
        welcome = TextReply(self.says[Occasion.WELCOME_BACK])
        log.hear(person, at, "", welcome, by="welcome_back", kind=f"{EVENT}subscribe")

    def _say(self, person: Person, at: datetime, sentence: str, log: Log) -> None:
        match = self.matcher.find(sentence, AskerInMind(), at=at, is_open=self.hours.is_open(at))
        if match is None:
            log.hear(person, at, sentence, TextReply(self.says[Occasion.FALLBACK]), by="fallback")
            return
        specs = match.rule.replies
        reply = self._speak(specs[0]) if specs else None
        log.hear(person, at, sentence, reply, by=f"rule:{match.rule.id}")

    def _tap(self, person: Person, at: datetime, chance: Random, log: Log) -> None:
        keys = [*MENU_KEYS, *(f"PRODUCT_{slug}" for slug in list(self.cards)[:4])]
        key = chance.choice(keys)
        card = self.cards.get(key.removeprefix("PRODUCT_")) or next(iter(self.cards.values()))
        log.hear(person, at, key, self._show(card), by=f"menu:{key}", kind=f"{EVENT}click")

    def _ask_person(self, person: Person, at: datetime, chance: Random, log: Log) -> None:
        talk = chance.choice(self.words.desk)
        if not self.hours.is_open(at) or not self.staff:
            self._say(person, at, chance.choice(self.words.asked), log)
            return
        hand_over = TextReply(self.says[Occasion.HAND_OVER])
        log.hear(person, at, talk.ask[0], hand_over, by=self._rule_of(talk.ask[0], at))
        log.pass_on(person, at, Holder.BOT, Holder.WAITING, cause="asked", actor="follower")
        at += timedelta(seconds=chance.randrange(15, 60))
        for sentence in talk.ask[1:]:
            log.hear(person, min(at, self.now), sentence, None, by="person")
            at += timedelta(seconds=chance.randrange(10, 40))
        if at + WAITS > self.now:
            return
        at += timedelta(seconds=chance.randrange(40, 600))
        log.pass_on(person, at, Holder.WAITING, Holder.PERSON, cause="taken", actor=self.staff)
        for sentence in talk.answer:
            at += timedelta(seconds=chance.randrange(20, 90))
            log.send(person, at, sentence, by=self.staff)
        at += timedelta(seconds=chance.randrange(20, 90))
        log.hear(person, at, "好的，谢谢", None, by="person")
        at += timedelta(minutes=5)
        log.pass_on(person, at, Holder.PERSON, Holder.BOT, cause="given_back", actor=self.staff)

    def _rule_of(self, sentence: str, at: datetime) -> str:
        match = self.matcher.find(sentence, AskerInMind(), at=at, is_open=True)
        return f"rule:{match.rule.id}" if match else "fallback"

    def _speak(self, spec: ReplySpec) -> Reply | None:
        if spec.kind is ReplyKind.TEXT:
            return TextReply(spec.text)
        if spec.kind is ReplyKind.HAND_OVER:
            return TextReply(self.says[Occasion.HAND_OVER])
        if spec.kind is ReplyKind.ORDER_STATUS:
            return TextReply("您最近的订单都在「我的订单」里。")
        slug = spec.slugs[0] if spec.slugs else next(iter(self.cards), "")
        return self._show(self.cards[slug]) if slug in self.cards else None

    def _show(self, card: Card) -> NewsReply:
        link = f"{self.base_url}/shop/p/{card.slug}"
        return NewsReply((Article(card.headline, card.summary, card.picture_url(self.base_url), link),))


def make_talker(words: Words, *, base_url: str, staff: str, now: datetime) -> Talker:
    """Reads rules and goods once."""
    says = {occasion: own_words(occasion) for occasion in Occasion}
    cards, hours = dict(all_cards()), load_service_hours()
    scenes = [(row.id, row.product_slug) for row in reversed(list_scenes()) if row.product_slug in cards]
    return Talker(words, load_matcher(), hours, says, cards, base_url, staff, now, scenes)
