"""Rules and sentences to be measured with; both speak the demo shop's characters."""

import random
import re
from collections.abc import Sequence
from pathlib import Path

from app.keywords.matching import Keyword, MatchMode, Rule

TEXT = "".join(re.findall(r"[\u4e00-\u9fa5]", Path("demo/shop.toml").read_text(encoding="utf-8")))
CHARACTERS = "".join(sorted(set(TEXT)))
KEYWORDS_PER_RULE = 5
RULES_PER_PATTERN = 10  # every tenth rule has a regular expression among its keywords


def make_rules(count: int) -> list[Rule]:
    """`count` rules of five keywords each, in every mode but the catch-all."""
    chance = random.Random(count)
    return [
        Rule(number, f"规则{number}", chance.randrange(5), _keywords(number, chance), ())
        for number in range(count)
    ]


def make_sentences(rules: Sequence[Rule], count: int) -> dict[str, list[str]]:
    """Different sentences: some hold a word of these rules, the others are as long and mostly hold none."""
    chance = random.Random(7)
    words = [k.text for rule in rules for k in rule.keywords if k.mode is MatchMode.CONTAINS]
    misses = [_cut(chance, 16) for _ in range(count)]
    hits = [_cut(chance, 7) + chance.choice(words) + _cut(chance, 6) for _ in range(count)]
    return {"hit": hits, "miss": misses}


def _keywords(number: int, chance: random.Random) -> tuple[Keyword, ...]:
    modes = [MatchMode.EXACT, MatchMode.STARTS_WITH] + [MatchMode.CONTAINS] * (KEYWORDS_PER_RULE - 2)
    keywords = [Keyword(mode, _word(chance)) for mode in modes]
    if number % RULES_PER_PATTERN == 0:
        keywords[-1] = Keyword(
            MatchMode.REGEX, rf"({_word(chance)}|{_word(chance)}).{{0,4}}(多少|几)(钱|元)?$"
        )
    return tuple(keywords)


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(CHARACTERS, k=chance.randint(3, 5)))


def _cut(chance: random.Random, length: int) -> str:
    start = chance.randrange(len(TEXT) - length)
    return TEXT[start : start + length]
