"""Rules, pushes and what was bought move to their new places; down, rules get their old form back."""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RULES = sa.table(
    "keyword_rules",
    sa.column("id"),
    sa.column("keywords", sa.JSON()),
    sa.column("replies", sa.JSON()),
    sa.column("match"),
    sa.column("reply_kind"),
    sa.column("reply"),
)
BOUGHT = "state IN ('paid', 'shipped')"


def upgrade() -> None:
    connection = op.get_bind()
    for rule in connection.execute(sa.select(RULES)).all():
        connection.execute(sa.update(RULES).where(RULES.c.id == rule.id).values(**_to_new(rule)))
    op.execute(
        "INSERT INTO messages (dedupe_key, at, openid, direction, kind, content, payload, answered_by, settled_at)"
        " SELECT dedupe_key, received_at, openid, 'in', kind, '', body, '', received_at FROM wechat_pushes"
    )
    op.execute(
        "UPDATE followers SET"
        f" paid_orders = (SELECT count(*) FROM orders WHERE follower_id = followers.id AND {BOUGHT}),"
        f" spent_fen = (SELECT coalesce(sum(total_fen), 0) FROM orders WHERE follower_id = followers.id AND {BOUGHT}),"
        f" last_paid_at = (SELECT max(paid_at) FROM orders WHERE follower_id = followers.id AND {BOUGHT}),"
        " follows = CASE WHEN subscribed_at IS NULL THEN 0 ELSE 1 END"
    )


def downgrade() -> None:
    connection = op.get_bind()
    for rule in connection.execute(sa.select(RULES)).all():
        connection.execute(sa.update(RULES).where(RULES.c.id == rule.id).values(**_to_old(rule)))
    op.execute(
        "INSERT INTO wechat_pushes (dedupe_key, received_at, openid, kind, body, claimed_at, answer)"
        " SELECT dedupe_key, at, openid, kind, payload, at, 'success' FROM messages"
        " WHERE direction = 'in' AND dedupe_key IS NOT NULL"
    )
    op.execute("DELETE FROM messages")


def _to_new(rule: Any) -> dict[str, object]:
    keywords = [{"mode": rule.match, "text": word} for word in _read(rule.keywords)]
    reply: dict[str, object] = {"kind": "text", "text": rule.reply}
    if rule.reply_kind == "product":
        reply = {"kind": "product", "slugs": [rule.reply]}
    return {"keywords": keywords, "replies": [reply]}


def _to_old(rule: Any) -> dict[str, object]:
    """The first reply the older release knows; the others it could not say."""
    keywords, replies = _read(rule.keywords), _read(rule.replies)
    words = [entry["text"] for entry in keywords if entry["text"]]
    match = "exact" if keywords and keywords[0]["mode"] == "exact" else "contains"
    for reply in replies:
        if reply["kind"] == "product":
            return {"keywords": words, "match": match, "reply_kind": "product", "reply": reply["slugs"][0]}
        if reply["kind"] == "text":
            break
    text = next((reply["text"] for reply in replies if reply["kind"] == "text"), "")
    return {"keywords": words, "match": match, "reply_kind": "text", "reply": text}


def _read(value: Any) -> Iterable[Any]:
    """JSON as a list, however the database hands it out."""
    found: list[Any] = json.loads(value) if isinstance(value, str) else value or []
    return found
