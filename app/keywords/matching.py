"""Which rule answers a message. Pure: no database, no clock.

The message contains the keyword, never the other way round. Of all keywords that are met, the higher priority
comes first; then exact before starts_with before contains before regex before any; then the longer keyword; then the
older rule. The first of them that holds for this moment and this follower answers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Protocol

import ahocorasick

from app.keywords.folding import fold, fold_line, without_blanks
from app.keywords.patterns import PatternSet
from app.keywords.replies import ReplyMode, ReplySpec


class MatchMode(StrEnum):
    """How a keyword is met; the stricter stands first, and wins."""

    EXACT = "exact"  # the whole message is the keyword
    STARTS_WITH = "starts_with"
    CONTAINS = "contains"
    REGEX = "regex"
    ANY = "any"  # whatever is said


class Hours(StrEnum):
    ANY = "any"
    OPEN = "open"  # in service hours only
    CLOSED = "closed"  # outside of them only


class Verdict(StrEnum):
    """What becomes of a rule that was met."""

    ANSWERS = "answers"
    HIDDEN = "hidden"  # it would answer if there were not a better one
    AUDIENCE = "audience"  # it is for other people
    NOT_YET = "not_yet"
    OVER = "over"
    HOURS = "hours"  # it speaks at other hours
    INACTIVE = "inactive"


class Asker(Protocol):
    """Who wrote. Each fact is read only when a rule that was met depends on it."""

    @property
    def tag_ids(self) -> frozenset[int]: ...
    @property
    def is_new(self) -> bool: ...
    @property
    def has_bought(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Keyword:
    """`text` is empty when the mode is any."""

    mode: MatchMode
    text: str = ""


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom a rule is; without anything set, for everybody."""

    tag_ids: tuple[int, ...] = ()  # one of them is enough
    is_new: bool | None = None
    has_bought: bool | None = None

    def admits(self, asker: Asker) -> bool:
        """Whether `asker` is one of them."""
        return (
            (not self.tag_ids or not asker.tag_ids.isdisjoint(self.tag_ids))
            and (self.is_new is None or asker.is_new is self.is_new)
            and (self.has_bought is None or asker.has_bought is self.has_bought)
        )


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True)
class Rule:
    """A keyword rule as matching needs it."""

    id: int
    name: str
    priority: int
    keywords: tuple[Keyword, ...]
    replies: tuple[ReplySpec, ...]
    reply_mode: ReplyMode = ReplyMode.ALL
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    audience: Audience = EVERYBODY
    hours: Hours = Hours.ANY


@dataclass(frozen=True, slots=True)
class Match:
    """A rule, and the keyword of it that was met."""

    rule: Rule
    keyword: Keyword


class Matcher:
    """Rules made ready for many messages. Keywords are known by their rank, 0 being the best."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {rule.id: rule for rule in rules}
        needles = [(rule, k, _needle(k)) for rule in self._rules.values() for k in rule.keywords]
        usable = (entry for entry in needles if entry[2] or entry[1].mode is MatchMode.ANY)
        ranked = sorted(usable, key=_rank)
        self._matches = [Match(rule, keyword) for rule, keyword, _ in ranked]
        words: dict[MatchMode, dict[str, list[int]]] = {mode: {} for mode in MatchMode}
        for rank, (_, keyword, needle) in enumerate(ranked):
            words[keyword.mode].setdefault(needle, []).append(rank)
        self._exact, self._starts = words[MatchMode.EXACT], words[MatchMode.STARTS_WITH]
        self._start_lengths = sorted({len(word) for word in self._starts})
        self._contained_ranks = words[MatchMode.CONTAINS]
        self._contained = _automaton(self._contained_ranks)
        self._patterns = PatternSet(list(words[MatchMode.REGEX]))
        self._pattern_ranks = list(words[MatchMode.REGEX].values())
        self._always = words[MatchMode.ANY].get("", [])

    def find(self, text: str, asker: Asker, *, at: datetime, is_open: bool) -> Match | None:
        """The rule that answers `text` said by `asker` now."""
        for match in self.find_all(text):
            if judge(match.rule, asker, at=at, is_open=is_open) is Verdict.ANSWERS:
                return match
        return None

    def find_rule(self, rule_id: int) -> Rule | None:
        """The rule with this id, whatever its keywords are."""
        return self._rules.get(rule_id)

    def find_all(self, text: str) -> Iterator[Match]:
        """Every keyword that `text` meets, best first, whoever says it and whenever."""
        return map(self._matches.__getitem__, sorted(self._ranks(text)))

    def _ranks(self, text: str) -> list[int]:
        line = fold_line(text)
        word = without_blanks(line)
        ranks = [*self._exact.get(word, ()), *self._always]
        for length in takewhile(len(word).__ge__, self._start_lengths):
            ranks += self._starts.get(word[:length], ())
        if self._contained:
            for needle in {needle for _, needle in self._contained.iter(word)}:
                ranks += self._contained_ranks[needle]
        if self._pattern_ranks:
            for number in self._patterns.find(line):
                ranks += self._pattern_ranks[number]
        return ranks


def judge(rule: Rule, asker: Asker, *, at: datetime, is_open: bool) -> Verdict:
    """Whether a rule that was met may answer, or what keeps it from it."""
    if rule.valid_from is not None and at < rule.valid_from:
        return Verdict.NOT_YET
    if rule.valid_until is not None and at >= rule.valid_until:
        return Verdict.OVER
    if rule.hours is not Hours.ANY and (rule.hours is Hours.OPEN) is not is_open:
        return Verdict.HOURS
    return Verdict.ANSWERS if rule.audience.admits(asker) else Verdict.AUDIENCE


_STRICTNESS = {mode: place for place, mode in enumerate(MatchMode)}


def _rank(entry: tuple[Rule, Keyword, str]) -> tuple[int, int, int, int]:
    rule, keyword, needle = entry
    return -rule.priority, _STRICTNESS[keyword.mode], -len(needle), rule.id


def _needle(keyword: Keyword) -> str:
    """What is looked for."""
    if keyword.mode is MatchMode.ANY:
        return ""
    return keyword.text if keyword.mode is MatchMode.REGEX else fold(keyword.text)


def _automaton(words: Iterable[str]) -> ahocorasick.Automaton | None:
    """Finds all of these words in one walk through a text; none when there are no words."""
    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, word)
    if not len(automaton):
        return None
    automaton.make_automaton()
    return automaton
