"""Regular expressions that cannot hold a worker: RE2 searches in time that grows with the text alone.

Syntax: https://github.com/google/re2/wiki/Syntax. There are no look-arounds and no back-references.
"""

import logging
import re
from collections.abc import Sequence

import re2
from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.keywords.folding import fold_pattern

logger = logging.getLogger(__name__)

LONGEST_PATTERN = 200
MAX_PROGRAM_SIZE = 2000  # instructions of RE2's machine: a long text costs at most as many steps a character
SET_MEMORY_BYTES = 32 * 1024 * 1024


class PatternSet:
    """Many patterns searched for in one pass."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [fold_pattern(pattern) for pattern in patterns]
        self._set, self._numbers = _make_set(self._patterns)
        self._canary = len(self._numbers)
        self._single: list[re2._Regexp] | None = None

    def find(self, line: str) -> list[int]:
        """Which patterns (their numbers from 0, in no order) are in `line`, a text as `fold_line` makes it."""
        if not self._numbers:
            return []
        found = self._set.Match(line) if self._set else None
        if found and self._canary in found:
            return [self._numbers[index] for index in found if index != self._canary]
        return self._find_singly(line)  # the set ran out of memory, and says so by finding nothing at all

    def _find_singly(self, line: str) -> list[int]:
        if self._single is None:
            self._single = [re2.compile(self._patterns[number], _options()) for number in self._numbers]
        return [n for n, pattern in zip(self._numbers, self._single, strict=True) if pattern.search(line)]


def check_pattern(pattern: str) -> None:
    """Raises: InputInvalid with a sentence when this is no regular expression that a rule may have."""
    if len(pattern) > LONGEST_PATTERN:
        raise InputInvalid(_("正则表达式最多 %(limit)d 个字符", limit=LONGEST_PATTERN))
    try:
        compiled = re2.compile(fold_pattern(pattern), _options())
    except re2.error as error:
        raise InputInvalid(_explain(pattern, error)) from error
    if compiled.programsize > MAX_PROGRAM_SIZE:
        raise InputInvalid(_("正则表达式“%(pattern)s”太复杂，请缩小重复次数或拆成几条", pattern=pattern))
    if compiled.search(""):
        raise InputInvalid(
            _("正则表达式“%(pattern)s”什么都能匹配；要接住所有的话，请用“任何话”", pattern=pattern)
        )


def _make_set(patterns: Sequence[str]) -> tuple[re2.Set | None, list[int]]:
    """The set, ending with a pattern that is in every text, and the numbers of those it took."""
    patterns_set, numbers = re2.Set.SearchSet(_options(SET_MEMORY_BYTES)), []
    for number, pattern in enumerate(patterns):
        try:
            patterns_set.Add(pattern)
            numbers.append(number)
        except re2.error:
            logger.warning("a rule's pattern is none", extra={"pattern": pattern})
    patterns_set.Add("")
    try:
        patterns_set.Compile()
    except re2.error:
        return None, numbers
    return patterns_set, numbers


def _options(max_mem: int = 8 * 1024 * 1024) -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.dot_nl = True
    options.never_capture = True
    options.max_mem = max_mem
    return options


def _explain(pattern: str, error: re2.error) -> str:
    """RE2's reason in words."""
    reason = (
        error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error.args[0])
    )
    for beginning, sentence in _reasons().items():
        if re.match(beginning, reason):
            return _("正则表达式“%(pattern)s”不能用：%(reason)s", pattern=pattern, reason=sentence)
    return _("正则表达式“%(pattern)s”不能用：%(reason)s", pattern=pattern, reason=reason)


def _reasons() -> dict[str, str]:
    return {
        r"invalid perl operator": _("不支持前后断言，例如 (?=…)、(?!…)、(?<=…)"),
        r"invalid escape sequence: \\\d": _("不支持反向引用"),
        r"invalid escape sequence": _("反斜杠后面的字符没有这种写法"),
        r"invalid named capture": _("分组的名字没有写对"),
        r"trailing \\": _("末尾多了一个反斜杠"),
        r"missing \)|unexpected \)": _("圆括号没有配对"),
        r"missing \]": _("方括号没有配对"),
        r"no argument for repetition": _("*、+、?、{n} 前面要有内容"),
        r"bad repetition operator": _("重复符号不能连着写"),
        r"invalid repetition size": _("重复次数太大，最多 1000"),
        r"invalid character class range": _("方括号里的范围写反了"),
        r"pattern too large": _("太复杂"),
    }
