"""The table of cells as a page: `python -m tests.every_fault.page` writes docs/faults.md anew."""

from collections.abc import Iterator
from pathlib import Path

from tests.every_fault.cases import CASES, ELSEWHERE, WAYS, Case

PLACE = Path(__file__).parents[2] / "docs" / "faults.md"
HEAD = """# What goes wrong with money, and how it ends

Every switch of the simulator that strikes payments and refunds, on every way to pay. Each line is played by
`tests/every_fault` on each of the ways it names, shop and simulator in one process, and ends as the line says; the
page is written from the same list, and a test holds it to that (`python -m tests.every_fault.page` writes it anew).
At the end of each cell the shop's books are held beside the simulator's: the same payments with the same sums, the
same sum given back, the order saying so, and whatever came too late on its way back.

The switch is on once, at the moment the line tells of, and has to strike; after that the worker's sweeps have two
hours. `paid` with an `abnormal` refund waits for a person; with a `closed` one no money moved. A refund does not know
by which way its payment came, so its switches are played once for each gateway.
"""
_GROUPS = (
    ("Paying", lambda case: case.play != "refund"),
    ("Giving back", lambda case: case.play == "refund"),
)


def write() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    for title, belongs in _GROUPS:
        yield f"## {title}\n"
        yield "| Switch | What happens | Played on | Order | Payments | Refunds |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(case) for case in CASES if belongs(case))
        yield ""
    yield "Not here: " + "; ".join(f"`{name}` ({why})" for name, why in ELSEWHERE.items()) + "."


def _row(case: Case) -> str:
    switches = [*case.also, (case.switch, case.value)] if case.switch else []
    names = ", ".join(f"`{name}={value}`" for name, value in switches) or "none"
    columns = (names, case.what, _ways(case), case.order, ", ".join(case.attempts), ", ".join(case.refunds))
    return "| " + " | ".join(each or "none" for each in columns) + " |"


def _ways(case: Case) -> str:
    gateways = list(dict.fromkeys(name for name, _way in WAYS if name in case.gateways))
    named = {name: [str(way) for other, way in case.ways if other == name] for name in gateways}
    return "; ".join(f"{name}: {', '.join(ways)}" for name, ways in named.items())


if __name__ == "__main__":
    PLACE.write_text(write(), encoding="utf-8")
