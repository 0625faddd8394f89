"""The keyword lab: which rule answers a sentence and why, what rules take from each other, test sentences that fail.

Only reads. Nothing here is asked for a follower's message.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core import clock
from app.keywords.drafts import RuleDraft, draft_of, tidy, to_rule
from app.keywords.folding import fold
from app.keywords.matching import Asker, Hours, Keyword, Matcher, MatchMode, Rule, Verdict, judge
from app.keywords.models import KeywordRule
from app.keywords.service import list_active, list_all

MAX_CONFLICTS = 50
_NOT_KEPT_YET = 2**63 - 1  # the id of a draft: it is younger than every rule


@dataclass(frozen=True, slots=True)
class AskerInMind:
    """Somebody made up for a trial."""

    tag_ids: frozenset[int] = frozenset()
    is_new: bool = False
    has_bought: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that a sentence meets, by the best of its keywords, and what becomes of it."""

    rule: Rule
    keyword: Keyword
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """What a sentence sets off; `folded` is what the rules see of it, the best hit stands first."""

    folded: str
    hits: tuple[Hit, ...]


class ConflictKind(StrEnum):
    """What another rule has to do with a draft; the gravest stands first."""

    HIDDEN_BY = "hidden_by"  # the other one answers this sentence of the draft
    SAME_KEYWORD = "same_keyword"
    HIDES = "hides"  # the draft answers this sentence instead of the other one


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both rules know `sentence`, which is empty when both know everything."""

    rule: Rule
    sentence: str
    kind: ConflictKind


@dataclass(frozen=True, slots=True)
class TestFailure:
    """A rule does not answer its own test sentence; somebody else does, or nobody."""

    rule: Rule
    sentence: str
    answered_by_rule: Rule | None


def try_sentence(text: str, asker: Asker, *, at: datetime, is_open: bool) -> Trial:
    """Which rules `text` meets when `asker` says it at that moment; switched off rules are among them."""
    rows = list_all()
    inactive = {row.id for row in rows if not row.is_active}
    hits: dict[int, Hit] = {}
    is_answered = False
    for match in Matcher(map(_rule_of, rows)).find_all(text):
        if match.rule.id in hits:
            continue
        verdict = judge(match.rule, asker, at=at, is_open=is_open)
        if match.rule.id in inactive:
            verdict = Verdict.INACTIVE
        elif verdict is Verdict.ANSWERS and is_answered:
            verdict = Verdict.HIDDEN
        is_answered = is_answered or verdict is Verdict.ANSWERS
        hits[match.rule.id] = Hit(match.rule, match.keyword, verdict)
    return Trial(fold(text), tuple(hits.values()))


def find_conflicts(draft: RuleDraft, rule_id: int | None = None) -> tuple[Conflict, ...]:
    """What the draft (of the rule `rule_id`, or of a new one) takes from active rules and they from it.

    Only rules that may speak to the same people at the same time count. The gravest first, at most MAX_CONFLICTS.
    """
    draft = tidy(draft)
    mine = to_rule(rule_id or _NOT_KEPT_YET, draft)
    others = [rule for rule in map(_rule_of, list_active()) if rule.id != mine.id and _may_meet(mine, rule)]
    matcher = Matcher([*others, mine])
    found: dict[tuple[int, str], Conflict] = {}
    for conflict in (
        *_find_same_keywords(mine, others),
        *_find_in_own_sentences(mine, draft.tests, matcher),
        *_find_in_their_sentences(mine, others, matcher),
    ):
        found.setdefault((conflict.rule.id, fold(conflict.sentence)), conflict)
    gravest_first = list(ConflictKind)
    ordered = sorted(found.values(), key=lambda c: (gravest_first.index(c.kind), -c.rule.priority, c.rule.id))
    return tuple(ordered[:MAX_CONFLICTS])


def failing_tests(replacing: tuple[int | None, RuleDraft] | None = None) -> tuple[TestFailure, ...]:
    """Test sentences of active rules that their rule does not answer.

    `replacing` tries a draft first: in place of the rule with this id, or beside all when the id is None.
    Each sentence is said now by the plainest person whom its rule is for, at hours at which it speaks.
    """
    tested = {row.id: (_rule_of(row), tuple(row.tests)) for row in list_active()}
    if replacing is not None:
        number, draft = replacing[0] or _NOT_KEPT_YET, tidy(replacing[1])
        tested.pop(number, None)
        if draft.is_active:
            tested[number] = (to_rule(number, draft), draft.tests)
    matcher = Matcher(rule for rule, _ in tested.values())
    return tuple(
        TestFailure(rule, sentence, answering)
        for rule, tests in tested.values()
        if not _is_over(rule)
        for sentence in tests
        if (answering := _find_answering(matcher, sentence, rule)) != rule
    )


def _find_answering(matcher: Matcher, sentence: str, rule: Rule) -> Rule | None:
    """Who answers somebody whom `rule` is for."""
    facts = rule.audience
    asker = AskerInMind(frozenset(facts.tag_ids[:1]), bool(facts.is_new), bool(facts.has_bought))
    at = max(clock.now(), rule.valid_from or clock.now())
    match = matcher.find(sentence, asker, at=at, is_open=rule.hours is not Hours.CLOSED)
    return match.rule if match else None


def _find_same_keywords(mine: Rule, others: Iterable[Rule]) -> Iterator[Conflict]:
    own = {(keyword.mode, _compared(keyword)): keyword.text for keyword in mine.keywords}
    for rule in others:
        for keyword in rule.keywords:
            if (text := own.get((keyword.mode, _compared(keyword)))) is not None:
                yield Conflict(rule, text, ConflictKind.SAME_KEYWORD)


def _find_in_own_sentences(mine: Rule, tests: Iterable[str], matcher: Matcher) -> Iterator[Conflict]:
    for sentence in (*_sentences(mine), *tests):
        rules = _rules_met(matcher, sentence)
        if mine not in rules:
            continue
        place = rules.index(mine)
        yield from (Conflict(rule, sentence, ConflictKind.HIDDEN_BY) for rule in rules[:place])
        yield from (
            Conflict(rule, sentence, ConflictKind.HIDES)
            for rule in rules[place + 1 :]
            if not _takes_anything(rule)  # to come last is what it is for
        )


def _find_in_their_sentences(mine: Rule, others: Iterable[Rule], matcher: Matcher) -> Iterator[Conflict]:
    for rule in others:
        for sentence in _sentences(rule):
            rules = _rules_met(matcher, sentence)
            if mine in rules[: rules.index(rule)]:
                yield Conflict(rule, sentence, ConflictKind.HIDES)


def _rules_met(matcher: Matcher, sentence: str) -> list[Rule]:
    return list({match.rule.id: match.rule for match in matcher.find_all(sentence)}.values())


def _takes_anything(rule: Rule) -> bool:
    return any(keyword.mode is MatchMode.ANY for keyword in rule.keywords)


def _sentences(rule: Rule) -> Iterator[str]:
    """Each of its words is also a sentence that somebody may write."""
    return (k.text for k in rule.keywords if k.mode not in (MatchMode.REGEX, MatchMode.ANY))


def _compared(keyword: Keyword) -> str:
    return keyword.text if keyword.mode is MatchMode.REGEX else fold(keyword.text)


def _may_meet(one: Rule, other: Rule) -> bool:
    """Whether both may be about to answer the same person at the same moment, from now on."""
    if _is_over(one) or _is_over(other):
        return False
    begins = [rule.valid_from for rule in (one, other) if rule.valid_from]
    ends = [rule.valid_until for rule in (one, other) if rule.valid_until]
    if begins and ends and max(begins) >= min(ends):
        return False
    return (
        {one.hours, other.hours} != {Hours.OPEN, Hours.CLOSED}
        and {one.audience.is_new, other.audience.is_new} != {True, False}
        and {one.audience.has_bought, other.audience.has_bought} != {True, False}
    )


def _is_over(rule: Rule) -> bool:
    return rule.valid_until is not None and rule.valid_until <= clock.now()


def _rule_of(row: KeywordRule) -> Rule:
    return to_rule(row.id, draft_of(row))
