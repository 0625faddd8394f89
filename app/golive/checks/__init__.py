"""The registry: every check, in the order of WeChat's own consoles. A new one is a line more in its file."""

from collections.abc import Mapping

from app.golive.checks import (
    access,
    alipay,
    apiv2,
    callback,
    certificates,
    clocks,
    complaints,
    domains,
    machine,
    notify,
    pay,
    telling,
)
from app.golive.checks.contract import Check

PARTS = (
    callback,
    access,
    domains,
    pay,
    certificates,
    apiv2,
    alipay,
    notify,
    complaints,
    clocks,
    machine,
    telling,
)
CHECKS: tuple[Check, ...] = tuple(check for part in PARTS for check in part.CHECKS)
BY_NAME: Mapping[str, Check] = {check.name: check for check in CHECKS}
if len(BY_NAME) != len(CHECKS):
    raise ValueError("two checks have one name")
