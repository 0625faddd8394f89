"""`flask followers …`: the first synchronisation from the command line."""

from datetime import timedelta

import click
from flask.cli import AppGroup

from app.core.db import db
from app.followers import sync
from app.followers.models import FollowerSync, SyncStep
from app.wechat.account import get_account

followers_group = AppGroup("followers", help="Who follows the account.")

HOLD = timedelta(minutes=1)  # a worker takes over when the command is interrupted

_WORDS = {
    SyncStep.TAGS: "标签",
    SyncStep.LIST: "名单",
    SyncStep.PROFILES: "资料",
    SyncStep.BLACKLIST: "黑名单",
}


@followers_group.command("sync")
def sync_followers() -> None:
    """Fetch the whole list of followers and their profiles; goes on where an earlier run stopped."""
    row = sync.start(actor="command", hold=HOLD)
    sync_id = row.id
    with click.progressbar(length=1000, label="同步粉丝", item_show_func=_describe) as bar:
        shown, has_tried = 0, False
        while True:
            row = db.session.get_one(FollowerSync, sync_id, populate_existing=True)
            done = 1000 if not row.is_running else _permille(row)
            bar.update(max(0, done - shown), row)
            shown = max(shown, done)
            if not row.is_running or (row.error and has_tried):
                break
            sync.take_step(get_account().client, sync_id, row.turn, hold=HOLD)
            has_tried = True
    if row.error:
        ending = "，稍后由后台任务自动继续" if row.is_running else ""
        raise click.ClickException(f"{row.error}{ending}")
    click.echo(f"名单 {row.listed} 人，资料 {row.profiled} 人，已取关 {row.gone} 人")


def _describe(row: FollowerSync | None) -> str | None:
    return None if row is None else f"{_WORDS[row.step]} {row.listed}/{row.total} {row.profiled}/{row.listed}"


def _permille(row: FollowerSync) -> int:
    """How far it is: the list counts for a tenth, the profiles for the rest."""
    listed = row.listed / row.total if row.total else 0
    profiled = row.profiled / row.listed if row.listed and row.step != SyncStep.LIST else 0
    return min(999, int(100 * min(listed, 1) + 880 * min(profiled, 1)))
