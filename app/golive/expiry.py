"""Asks for a person before a certificate ends, and again when it is over."""

from collections.abc import Mapping
from datetime import datetime

from app.alerts.service import raise_alert
from app.core.clock import beijing_day
from app.golive.checks import BY_NAME
from app.golive.checks.contract import Surroundings
from app.golive.doctor import surroundings_here
from app.golive.models import Verdict

_KINDS: Mapping[str, str] = {
    "merchant_certificate": "merchant_certificate_ends",
    "wechatpay_key": "platform_certificate_ends",
}


def warn_of_certificates(surroundings: Surroundings | None = None) -> None:
    """Raise an alert for each certificate that the doctor worries about; the same one once."""
    surroundings = surroundings or surroundings_here()
    for name, kind in _KINDS.items():
        finding = BY_NAME[name].look(surroundings)
        if finding.verdict in (Verdict.WARN, Verdict.FAIL) and "when" in finding.details:
            day = beijing_day(datetime.fromisoformat(finding.details["when"]))
            raise_alert(kind, f"{day}:{finding.says}", detail=day.isoformat())
