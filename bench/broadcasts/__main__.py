"""`python -m bench.broadcasts`: a card, or a notification, to many, while workers are killed, against WeChat in a box.

WeChat in a box answers each call after 50 ms. Two workers send; every few seconds the one that has been there longest
is ended by SIGKILL and replaced. In the end WeChat in a box is asked how often each follower got the card. Beside it
what a broadcast is often made of: a loop that sends with wechatpy, one after the other.

Of a subscription notification WeChat's events tell what became of it: a web process of the shop hears them. The shop
knows of one agreement of each follower; WeChat in a box has one more, so that a second notification would be seen.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from wechatpy import WeChatClient

from app.broadcasts.composing import get_broadcast
from app.broadcasts.ending import count_states
from app.broadcasts.models import BroadcastRecipient
from app.broadcasts.notices.hearing import heard_until
from app.broadcasts.states import ENDED, UNDECIDED, BroadcastState, RecipientState
from app.core import clock
from app.core.db import db
from app.notice_templates.assigned import find_template_id
from app.notice_templates.purposes import Purpose
from app.wechat.template_messages import EVENT_WITHIN
from bench.broadcasts.playing import Box, playing
from bench.broadcasts.shop import (
    PLATFORM,
    SECRET,
    TITLE,
    What,
    build,
    fill,
    find_spent,
    listening,
    open_database,
)
from bench.broadcasts.workers import Crew, work
from tests.keys import write_keys
from tests.pushes import APPID

LOOPED = 100  # followers of the loop
LOOK_EVERY = 0.5
CLEARED_UP_IN = timedelta(minutes=1)  # a worker looks every few seconds
_line = BroadcastRecipient
OPEN = (
    RecipientState.DUE,
    RecipientState.ASKING,
    RecipientState.UNCLEAR,
)  # what WeChat took waits for its event


def main() -> None:
    """Play it and print one line of a table."""
    options = _read_options()
    if options.work:
        folder, database, api_base, per_second = options.work
        work(Path(folder), database, api_base, int(per_second))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        database = open_database(stack, folder, postgres=options.postgres)
        write_keys(folder)
        is_heard = options.way is What.SUBSCRIPTION
        where = stack.enter_context(listening(folder, database)) if is_heard else {}
        box = stack.enter_context(playing(folder / "wechat", **PLATFORM, **where))
        openids = box.gather(options.recipients + LOOPED, is_heard=is_heard)
        looped = _loop(box, openids[options.recipients :])
        print(f"a loop with wechatpy: {looped:.1f}/s", flush=True)
        app = build(folder, database, box.address, options.per_second)
        broadcast_id = fill(app, openids[: options.recipients], options.way)
        if is_heard:
            with app.app_context():
                box.agree(find_template_id(Purpose.OPENING), 2)
        print("filled", flush=True)
        crew = Crew(folder, database, box.address, options.per_second)
        stack.callback(crew.dismiss)
        with app.app_context():
            seconds, sent = _watch_sending(crew, broadcast_id, options)
            _wait_for_end(crew, broadcast_id, is_heard=is_heard)
            state, counts = get_broadcast(broadcast_id).state, count_states(broadcast_id)
            spent = find_spent()
            db.session.remove()
            db.engine.dispose()
        arrived = box.arrived(TITLE)
        times = Counter(arrived.get(openid, 0) for openid in openids[: options.recipients])
    print(
        f"{options.recipients:,} recipients, {crew.kills} kills: {sent / seconds:.0f}/s "
        f"({sent / seconds / looped:.0f} x the loop), peak {crew.peak_kb / 1024:.0f} MB a worker; "
        f"{state}, {dict(counts)}; got it once {times[1]:,}, never {times[0]:,}, "
        f"more often {sum(times.values()) - times[0] - times[1]:,}"
    )
    if is_heard:
        print(
            f"agreements used up {len(spent):,}, of whoever got nothing {len(spent - set(arrived)):,}; "
            f"got it, and theirs is not used up {len(set(arrived) - spent):,}"
        )


def _loop(box: Box, openids: Sequence[str]) -> float:
    """Messages a second, one after the other."""
    client = WeChatClient(APPID, SECRET, access_token=box.token(APPID, SECRET), auto_retry=False)
    client.API_BASE_URL = f"{box.address}/cgi-bin/"
    article = {"title": "-", "description": "", "image": "", "url": "https://shop.example.cn/"}
    started = time.perf_counter()
    for openid in openids:
        client.message.send_articles(openid, [article])
    return len(openids) / (time.perf_counter() - started)


def _watch_sending(crew: Crew, broadcast_id: int, options: argparse.Namespace) -> tuple[float, int]:
    """Until nobody waits any more, killing as told; seconds, and how many were sent in them."""
    crew.hire(options.workers)
    while not (sent := _count_sent(broadcast_id)):
        time.sleep(LOOK_EVERY)  # the workers are still starting
    started, first = time.perf_counter(), sent
    next_kill = started + options.kill_every
    while _count(broadcast_id, RecipientState.DUE):
        time.sleep(LOOK_EVERY)
        crew.look()
        if crew.kills < options.kills and time.perf_counter() > next_kill:
            crew.kill_one()
            next_kill = time.perf_counter() + options.kill_every
    return time.perf_counter() - started, _count_sent(broadcast_id) - first


def _wait_for_end(crew: Crew, broadcast_id: int, *, is_heard: bool) -> None:
    """What a killed worker was doing is found out after some minutes. `is_heard`: events tell of each."""
    while _state(broadcast_id) not in ENDED and (
        is_heard or any(_count(broadcast_id, each) for each in OPEN)
    ):
        time.sleep(LOOK_EVERY)
        crew.look()
        if is_heard and _stays_unclear(broadcast_id):
            return


def _stays_unclear(broadcast_id: int) -> bool:
    """Only those are left of whom no event tells, while events of others in the same minutes stayed away, too."""
    query = select(func.max(_line.asked_at)).where(_line.broadcast_id == broadcast_id)
    last = db.session.scalar(query.where(_line.state == RecipientState.UNCLEAR))
    others = {state for state in UNDECIDED if state is not RecipientState.UNCLEAR}
    is_over = last is not None and last < min(heard_until(), clock.now() - CLEARED_UP_IN) - EVENT_WITHIN
    return is_over and not set(count_states(broadcast_id)) & others


def _count_sent(broadcast_id: int) -> int:
    """Of notifications those that WeChat took: their events, which nobody hears here, would tell the rest."""
    return _count(broadcast_id, RecipientState.SENT) + _count(broadcast_id, RecipientState.HANDED)


def _count(broadcast_id: int, state: RecipientState) -> int:
    db.session.rollback()
    return count_states(broadcast_id).get(state, 0)


def _state(broadcast_id: int) -> BroadcastState:
    db.session.rollback()
    return get_broadcast(broadcast_id).state


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.broadcasts", description=__doc__)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--per-second", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--kill-every", type=float, default=10, help="seconds")
    parser.add_argument("--way", type=What, choices=What, default=What.CARD)
    parser.add_argument("--postgres", action="store_true")
    names = ("FOLDER", "DATABASE", "WECHAT", "PER_SECOND")
    parser.add_argument("--work", nargs=4, metavar=names, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
