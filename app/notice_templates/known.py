"""The account's templates as WeChat listed them last: kept, so that the console's page does not wait for WeChat."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from app.core import clock
from app.core.preferences import find_preference, keep_preference
from app.notice_templates.purposes import NoticeKind
from app.wechat.client import AccountClient
from app.wechat.template_messages import Template, fetch_subscription_templates, fetch_templates

NAME = "notice_templates"


@dataclass(frozen=True, slots=True)
class Known:
    """What WeChat said, and when (aware UTC)."""

    at: datetime
    templates: dict[NoticeKind, Sequence[Template]]

    def find(self, kind: NoticeKind, template_id: str) -> Template | None:
        """The template with this id."""
        return next((each for each in self.templates[kind] if each.template_id == template_id), None)


def ask_templates(client: AccountClient, *, actor: str) -> Known:
    """Ask WeChat which templates the account has, and keep it. Opens a transaction after the calls.

    Raises: PlatformError, PlatformUnreachable.
    """
    templates = {
        NoticeKind.TEMPLATE: fetch_templates(client),
        NoticeKind.SUBSCRIPTION: fetch_subscription_templates(client),
    }
    known = Known(clock.now(), templates)
    rows = {kind.value: [asdict(each) for each in of] for kind, of in templates.items()}
    keep_preference(NAME, {"at": known.at.isoformat(), **rows}, actor=actor)
    return known


def find_known() -> Known | None:
    """What WeChat said last; None when it was never asked."""
    kept = find_preference(NAME)
    if not kept:
        return None
    templates = {kind: [Template(**row) for row in kept[kind.value]] for kind in NoticeKind}
    return Known(datetime.fromisoformat(kept["at"]), templates)
