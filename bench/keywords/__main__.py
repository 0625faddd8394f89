"""`python -m bench.keywords`: the matcher with 10 rules and with 1,000, and a loop over the same rules."""

import time
from collections.abc import Callable, Mapping, Sequence

from app.core import clock
from app.keywords.folding import fold
from app.keywords.lab import AskerInMind
from app.keywords.matching import Matcher
from bench.keywords.loop import Loop
from bench.keywords.rules import KEYWORDS_PER_RULE, make_rules, make_sentences

FEW, MANY = 10, 1000
SENTENCES = 1000
ROUNDS = 15

Key = tuple[int, str, str]  # rules, kind of sentence, who searches


def measure(calls: Mapping[Key, Callable[[], object]]) -> dict[Key, float]:
    """Seconds of CPU for each call, the best of several rounds in which they take turns."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for key, call in calls.items():
            started = time.process_time()
            call()
            best[key] = min(best[key], time.process_time() - started)
    return best


def prepare(count: int) -> dict[Key, Callable[[], object]]:
    """What is measured with so many rules."""
    rules, asker, at = make_rules(count), AskerInMind(), clock.now()
    matcher, loop = Matcher(rules), Loop(rules)
    calls: dict[Key, Callable[[], object]] = {(count, "", "build"): lambda: Matcher(rules)}
    for kind, sentences in make_sentences(rules, SENTENCES).items():
        calls[count, kind, "matcher"] = _for_each(
            sentences, lambda text: matcher.find(text, asker, at=at, is_open=True)
        )
        calls[count, kind, "loop"] = _for_each(sentences, loop.find)
    return calls


def main() -> None:
    """Measure and print a table."""
    fold("表")  # the table of characters is made once in a process
    seconds = measure(prepare(FEW) | prepare(MANY))
    print("| Rules | Keywords | Made in | Sentence | Matcher | Loop over all | Loop ÷ matcher |")
    print("|---|---|---|---|---|---|---|")
    for count, kind, searcher in seconds:
        if searcher == "matcher":
            ours, theirs = (seconds[count, kind, each] / SENTENCES * 1e6 for each in ("matcher", "loop"))
            print(
                f"| {count:,} | {count * KEYWORDS_PER_RULE:,} | {seconds[count, '', 'build'] * 1e3:.1f} ms | {kind} "
                f"| {ours:.1f} µs | {theirs:.1f} µs | {theirs / ours:.1f} |"
            )
    for kind in ("hit", "miss"):
        ratio = seconds[MANY, kind, "matcher"] / seconds[FEW, kind, "matcher"]
        print(f"{kind}: {MANY:,} rules take {ratio:.2f} times as long as {FEW}")


def _for_each(sentences: Sequence[str], find: Callable[[str], object]) -> Callable[[], object]:
    def search() -> None:
        for sentence in sentences:
            find(sentence)

    return search


if __name__ == "__main__":
    main()
