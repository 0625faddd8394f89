"""What a subscription notification costs: one of the times its follower agreed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from app.broadcasts.models import Broadcast
from app.broadcasts.notices import consents
from app.broadcasts.reasons import NO_CONSENT
from app.broadcasts.states import RecipientState
from app.core.db import db
from app.notice_templates.assigned import find_template
from app.notice_templates.purposes import KIND_OF, NoticeKind
from app.wechat.template_messages import REFUSED

# Which broadcast, whose openid, what became of him, WeChat's number.
Settled = tuple[int, str, RecipientState, int | None]


def spend(row: Broadcast, taken: Mapping[int, str]) -> Mapping[int, str]:
    """Use up an acceptance of each of these, openid by follower; who has none, with the word for why.

    Joins the open transaction.
    """
    if row.purpose is None or KIND_OF[row.purpose] is not NoticeKind.SUBSCRIPTION:
        return {}
    template = find_template(row.purpose)
    willing = (
        consents.spend(row.id, taken.values(), template.template_id, keeps=template.is_lasting)
        if template
        else set()
    )
    return {follower_id: NO_CONSENT for follower_id, openid in taken.items() if openid not in willing}


def note(outcomes: Iterable[Settled]) -> None:
    """Give back what was not used up, and forget what WeChat says is used up. Joins the open transaction."""
    unused, refused = defaultdict(set), defaultdict(set)
    for broadcast_id, openid, state, errcode in outcomes:
        if errcode == REFUSED:
            refused[broadcast_id].add(openid)
        elif state in (RecipientState.DUE, RecipientState.REFUSED, RecipientState.SKIPPED):
            unused[broadcast_id].add(openid)
    for broadcast_id, openids in unused.items():
        consents.give_back(broadcast_id, openids)
    for broadcast_id, openids in refused.items():
        purpose = db.session.get_one(Broadcast, broadcast_id).purpose
        template = find_template(purpose) if purpose else None
        if template:
            consents.take_back(openids, template.template_id)
