"""The lines of the list of rules: what each rule answers to whom, and how often it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.conversations.log import hits_by_rule
from app.core import clock
from app.followers.tags import list_tags
from app.keywords.drafts import RuleDraft, draft_of
from app.keywords.models import KeywordRule
from app.keywords.service import list_rules
from console.replies.forms import open_replies
from console.rules.words import say_audience, say_validity

PER_PAGE = 30
HITS_OF = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One line of the list."""

    rule: KeywordRule
    draft: RuleDraft
    replies: Sequence[tuple[str, str]]  # kind, in short
    audience: Sequence[str]
    validity: str
    hits: int


@dataclass(frozen=True, slots=True)
class RuleRows:
    """One page of the list."""

    rows: Sequence[RuleRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // PER_PAGE)


def list_rows(search: str, page: int) -> RuleRows:
    """Rules that hold `search`, those that answer first on top."""
    found, now = list_rules(search, page=page, per_page=PER_PAGE), clock.now()
    shelf, tags = open_replies(()), {tag.id: tag.name for tag in list_tags()}
    hits = hits_by_rule(now - HITS_OF)
    rows = []
    for rule in found.rules:
        draft = draft_of(rule)
        replies = [(spec.kind.value, shelf.in_short(spec)) for spec in draft.replies]
        audience, validity = say_audience(draft.audience, tags), say_validity(rule, now)
        rows.append(RuleRow(rule, draft, replies, audience, validity, hits.get(rule.id, 0)))
    return RuleRows(rows, found.total, page)
