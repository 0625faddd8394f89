"""What can be said about a rule while it is being written: what is missing, whom it hides, which tests break."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.keywords.drafts import RuleDraft, check_draft, tidy
from app.keywords.lab import Conflict, ConflictKind, TestFailure, failing_tests, find_conflicts
from app.keywords.matching import MatchMode, Rule
from console.rules.forms import RuleForm


@dataclass(frozen=True, slots=True)
class ConflictGroup:
    """What one other rule has to do with the form, and in which sentences."""

    rule: Rule
    kind: ConflictKind
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Advice:
    """Nothing of it keeps a rule from being saved but `missing`."""

    missing: str = ""
    conflicts: Sequence[ConflictGroup] = ()
    failures: Sequence[TestFailure] = ()  # of this rule's own test sentences
    broken: Sequence[TestFailure] = ()  # of other rules, which answered theirs before
    warnings: Sequence[str] = ()

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.missing or self.conflicts or self.failures or self.broken or self.warnings)


def advise(form: RuleForm, rule_id: int | None) -> Advice:
    """Look at the form as if it were kept now; changes nothing."""
    try:
        draft = form.draft()
    except InputInvalid as error:
        return Advice(missing=str(error))
    failing = failing_tests((rule_id, draft))
    before = {(each.rule.id, each.sentence) for each in (failing_tests() if failing else ())}
    own = [each for each in failing if each.rule.name == draft.name.strip()]
    return Advice(
        missing=_find_missing(draft),
        conflicts=_group(find_conflicts(draft, rule_id)),
        failures=own,
        broken=[e for e in failing if e not in own and (e.rule.id, e.sentence) not in before],
        warnings=_find_warnings(draft),
    )


def _group(conflicts: Iterable[Conflict]) -> list[ConflictGroup]:
    """The gravest stays first."""
    groups: dict[tuple[int, ConflictKind], list[Conflict]] = {}
    for conflict in conflicts:
        groups.setdefault((conflict.rule.id, conflict.kind), []).append(conflict)
    return [
        ConflictGroup(same[0].rule, kind, [conflict.sentence for conflict in same])
        for (_rule_id, kind), same in groups.items()
    ]


def _find_missing(draft: RuleDraft) -> str:
    try:
        check_draft(tidy(draft))
    except InputInvalid as error:
        return str(error)
    return ""


def _find_warnings(draft: RuleDraft) -> list[str]:
    warnings = []
    if any(keyword.mode is MatchMode.ANY for keyword in draft.keywords) and draft.priority >= 0:
        warnings.append(_("“任何话”会接住同优先级规则都不认识的话；想让别的规则先回答，请把优先级调低。"))
    if any(len(k.text.strip()) == 1 and k.mode is MatchMode.CONTAINS for k in draft.keywords):
        warnings.append(_("只有一个字的“包含”关键词很容易误中，可以改成“完全相同”。"))
    return warnings
