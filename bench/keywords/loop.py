"""The measure: a loop over all rules, as most shops have it. It folds nothing but letter case."""

import re
from collections.abc import Callable, Iterable

from app.keywords.matching import Keyword, MatchMode, Rule


class Loop:
    """Rules, best first, each asked in turn."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        best_first = sorted(rules, key=lambda rule: (-rule.priority, rule.id))
        self._tests = [(_test(keyword), rule) for rule in best_first for keyword in rule.keywords]

    def find(self, text: str) -> Rule | None:
        """The first rule that knows `text`."""
        lowered = text.lower()
        return next((rule for is_met, rule in self._tests if is_met(lowered)), None)


def _test(keyword: Keyword) -> Callable[[str], object]:
    word = keyword.text.lower()
    match keyword.mode:
        case MatchMode.EXACT:
            return lambda text: text == word
        case MatchMode.STARTS_WITH:
            return lambda text: text.startswith(word)
        case MatchMode.CONTAINS:
            return lambda text: word in text
    return re.compile(keyword.text, re.IGNORECASE).search
