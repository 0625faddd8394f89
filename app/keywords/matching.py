"""Which rule answers a message. Pure: no database, no clock.

The whole message equal to a keyword wins over a message that contains one; then the higher priority, then the
longer keyword, then the older rule.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.keywords.models import MatchMode, ReplyKind


@dataclass(frozen=True, slots=True)
class Rule:
    """A keyword rule as matching needs it."""

    id: int
    name: str
    match: MatchMode
    keywords: Sequence[str]
    reply_kind: ReplyKind
    reply: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """The rule that answers, and the keyword that was met."""

    rule_id: int
    rule_name: str
    keyword: str
    reply_kind: ReplyKind
    reply: str


def normalise(text: str) -> str:
    """Full-width folded to half-width, letters to one case, blanks at the ends removed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


class Matcher:
    """Rules made ready for many messages."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        candidates = [(normalise(keyword), rule) for rule in rules for keyword in rule.keywords]
        best_first = sorted(filter(lambda pair: pair[0], candidates), key=_rank)
        self._exact: dict[str, Rule] = {}
        self._contains: dict[str, Rule] = {}
        for keyword, rule in best_first:
            table = self._exact if rule.match is MatchMode.EXACT else self._contains
            table.setdefault(keyword, rule)

    def find(self, message: str) -> Match | None:
        """The rule that answers `message`."""
        text = normalise(message)
        if rule := self._exact.get(text):
            return _match(rule, text)
        for keyword, rule in self._contains.items():
            if keyword in text:
                return _match(rule, keyword)
        return None


def _rank(pair: tuple[str, Rule]) -> tuple[int, int, int]:
    keyword, rule = pair
    return -rule.priority, -len(keyword), rule.id


def _match(rule: Rule, keyword: str) -> Match:
    return Match(rule.id, rule.name, keyword, rule.reply_kind, rule.reply)
