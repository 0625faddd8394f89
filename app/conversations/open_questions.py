"""Sentences that followers wrote and no rule answered, one line for each way of writing; what to do about them.

A sentence somebody has dismissed is known by a fingerprint alone: what a follower wrote is kept in one place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select

from app.conversations.log import unanswered
from app.conversations.models import DismissedSentence
from app.conversations.service_hours import load_service_hours
from app.core import clock
from app.core.db import db, transaction
from app.core.insert_once import insert_once
from app.keywords.folding import fold
from app.keywords.lab import AskerInMind
from app.keywords.service import load_matcher

MAX_SENTENCES = 1000
ENDINGS = "?!.,~。，…、"  # as folding leaves them


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """`sentence`: as it was written most often. `answered_by`: the rule that answers it by now, or empty."""

    sentence: str
    count: int
    last_at: datetime
    is_dismissed: bool
    answered_by: str


def list_open_questions(since: datetime) -> Sequence[OpenQuestion]:
    """What was written since then and not answered, the most frequent first; what is settled stands last."""
    groups: dict[str, OpenQuestion] = {}
    dismissed = set(db.session.scalars(select(DismissedSentence.fingerprint)))
    for row in unanswered(since, MAX_SENTENCES):
        core = _core(row.sentence)
        known = groups.get(core)
        if known is None:
            is_dismissed = _fingerprint(core) in dismissed
            groups[core] = OpenQuestion(row.sentence, row.count, row.last_at, is_dismissed, "")
        else:
            last_at = max(known.last_at, row.last_at)
            groups[core] = replace(known, count=known.count + row.count, last_at=last_at)
    found = _name_rules(groups.values())
    return sorted(found, key=lambda each: (each.is_dismissed, bool(each.answered_by), -each.count))


def dismiss(sentence: str, *, actor: str) -> None:
    """Nobody wants to hear of this sentence again, however it is written. Opens a transaction."""
    with transaction():
        insert_once(DismissedSentence, fingerprint=_fingerprint(_core(sentence)), at=clock.now(), by=actor)


def bring_back(sentence: str) -> None:
    """The opposite. Opens a transaction."""
    with transaction() as session:
        mine = DismissedSentence.fingerprint == _fingerprint(_core(sentence))
        session.execute(delete(DismissedSentence).where(mine))


def _name_rules(questions: Iterable[OpenQuestion]) -> list[OpenQuestion]:
    """Which rule would answer the plainest follower now."""
    matcher, asker, now = load_matcher(), AskerInMind(), clock.now()
    is_open = load_service_hours().is_open(now)
    found = []
    for each in questions:
        match = matcher.find(each.sentence, asker, at=now, is_open=is_open)
        found.append(replace(each, answered_by=match.rule.name if match else ""))
    return found


def _core(sentence: str) -> str:
    """What is the same however it is written and however the sentence ends."""
    folded = fold(sentence)
    return folded.rstrip(ENDINGS) or folded


def _fingerprint(core: str) -> str:
    return sha256(core.encode()).hexdigest()
