"""The doctor's report as people read it: what the last looks and the ticks say together, in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.golive import records
from app.golive.checks import CHECKS
from app.golive.checks.contract import COMMON_SAYS, Check, Copy, Finding
from app.golive.models import DoctorFinding, GoLiveTick, Verdict
from app.wechat.platform_errors import say_errcode

OLD_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One check with its latest finding. `verdict` counts a person's tick; None: never looked at."""

    check: Check
    verdict: Verdict | None
    words: str
    found_at: datetime | None
    tick: GoLiveTick | None
    copies: Sequence[Copy]

    @property
    def may_be_ticked(self) -> bool:
        """Whether a person's word is asked for."""
        return self.check.asks is not None and self.verdict in (Verdict.UNKNOWN, None)


@dataclass(frozen=True, slots=True)
class Report:
    """All lines, and how many there are of each verdict."""

    lines: Sequence[Line]
    counts: Mapping[Verdict, int]
    never: int

    @property
    def is_green(self) -> bool:
        """Nothing fails, and everything was looked at."""
        return not self.counts[Verdict.FAIL] and not self.never

    @property
    def failing(self) -> Sequence[str]:
        """Titles of what fails."""
        return [str(line.check.title) for line in self.lines if line.verdict == Verdict.FAIL]

    @property
    def unanswered(self) -> Sequence[str]:
        """Titles of what a person has been asked and has not confirmed."""
        return [str(line.check.title) for line in self.lines if line.may_be_ticked]

    @property
    def oldest(self) -> datetime | None:
        """When the oldest of the findings was made."""
        return min((line.found_at for line in self.lines if line.found_at), default=None)

    @property
    def is_old(self) -> bool:
        """Whether it is high time to look again."""
        return self.oldest is None or self.oldest < clock.now() - OLD_AFTER

    def find(self, name: str) -> Line:
        """The line of a check. Raises: KeyError."""
        return {line.check.name: line for line in self.lines}[name]


def make_report(config: Mapping[str, Any]) -> Report:
    """The report as it stands now."""
    found, ticks = records.latest_findings(), records.list_ticks()
    lines = [_line(check, found.get(check.name), ticks.get(check.name), config) for check in CHECKS]
    verdicts = [line.verdict for line in lines]
    return Report(lines, {verdict: verdicts.count(verdict) for verdict in Verdict}, verdicts.count(None))


def say(check: Check, finding: Finding) -> str:
    """The sentence of a finding, in the reader's language."""
    sentence = check.says.get(finding.says) or COMMON_SAYS.get(finding.says)
    if sentence is None:
        return finding.says
    return str(sentence) % _readable(finding.details) if finding.details else str(sentence)


def write_json(report: Report) -> dict[str, Any]:
    """The same for machines."""
    return {
        "green": report.is_green,
        "checks": [
            {
                "name": line.check.name,
                "group": line.check.group,
                "verdict": line.verdict,
                "words": line.words,
                "found_at": line.found_at.isoformat() if line.found_at else None,
                "confirmed_by": line.tick.ticked_by if line.tick else None,
            }
            for line in report.lines
        ],
    }


def _line(
    check: Check, row: DoctorFinding | None, tick: GoLiveTick | None, config: Mapping[str, Any]
) -> Line:
    if tick is not None and (check.asks is None or tick.about != check.about(config)):
        tick = None
    details = row.details if row else {}
    copies = check.copies(config, details)
    if row is None:
        return Line(check, Verdict.OK if tick else None, _("还没有检查过"), None, tick, copies)
    finding = Finding(row.verdict, row.says, row.details)
    is_answered = tick is not None and row.verdict == Verdict.UNKNOWN
    verdict = Verdict.OK if is_answered else row.verdict
    return Line(check, verdict, say(check, finding), row.found_at, tick if is_answered else None, copies)


def _readable(details: Mapping[str, Any]) -> dict[str, Any]:
    readable = dict(details)
    if "when" in details:
        local = datetime.fromisoformat(details["when"]).astimezone(clock.BEIJING)
        readable["when"] = f"{local:%Y-%m-%d %H:%M}"
    if "errcode" in details:
        readable["sentence"] = say_errcode(int(details["errcode"])) or _("没有说明")
    return readable
