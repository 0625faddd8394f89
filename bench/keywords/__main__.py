"""`python -m bench.keywords`: the matcher with 10 rules and with 1,000, and a loop over the same rules."""

import time
from collections.abc import Callable, Sequence

from app.core import clock
from app.keywords.folding import fold
from app.keywords.lab import AskerInMind
from app.keywords.matching import Matcher
from bench.keywords.loop import Loop
from bench.keywords.rules import KEYWORDS_PER_RULE, make_rules, make_sentences

FEW, MANY = 10, 1000
SENTENCES = 2000
ROUNDS = 7


def best(call: Callable[[], object]) -> float:
    """Seconds of CPU, the best of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        call()
        rounds.append(time.process_time() - started)
    return min(rounds)


def measure(find: Callable[[str], object], sentences: Sequence[str]) -> float:
    """Microseconds for one sentence."""

    def find_each() -> None:
        for sentence in sentences:
            find(sentence)

    return best(find_each) / len(sentences) * 1e6


def main() -> None:
    """Measure and print a table."""
    fold("表")  # the table of characters is made once in a process
    asker, at = AskerInMind(), clock.now()
    print("| Rules | Keywords | Built in | Sentence | Matcher | Loop over all | Loop ÷ matcher |")
    print("|---|---|---|---|---|---|---|")
    times: dict[tuple[int, str], float] = {}
    for count in (FEW, MANY):
        rules = make_rules(count)
        matcher, loop = Matcher(rules), Loop(rules)
        built = best(lambda: Matcher(rules))  # noqa: B023
        for kind, sentences in make_sentences(rules, SENTENCES).items():
            ours = measure(lambda text: matcher.find(text, asker, at=at, is_open=True), sentences)  # noqa: B023
            theirs = measure(loop.find, sentences)
            times[count, kind] = ours
            print(
                f"| {count:,} | {count * KEYWORDS_PER_RULE:,} | {built * 1e3:.0f} ms | {kind} "
                f"| {ours:.1f} µs | {theirs:.1f} µs | {theirs / ours:.1f} |"
            )
    for kind in ("hit", "miss"):
        print(
            f"{kind}: {MANY:,} rules take {times[MANY, kind] / times[FEW, kind]:.2f} times as long as {FEW}"
        )


if __name__ == "__main__":
    main()
