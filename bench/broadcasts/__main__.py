"""`python -m bench.broadcasts`: a card, or a notification, to many, while workers are killed, against WeChat in a box.

WeChat in a box answers each call after 50 ms. Two workers send; every few seconds the one that has been there longest
is ended by SIGKILL and replaced. In the end WeChat in a box is asked how often each follower got the card. Beside it
what a broadcast is often made of: a loop that sends with wechatpy, one after the other.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from wechatpy import WeChatClient

from app.broadcasts.composing import get_broadcast
from app.broadcasts.ending import count_states
from app.broadcasts.states import ENDED, BroadcastState, RecipientState, Way
from app.core.db import db
from bench.broadcasts.playing import Box, playing
from bench.broadcasts.shop import PLATFORM, SECRET, TITLE, build, fill, open_database
from bench.broadcasts.workers import Crew, work
from tests.keys import write_keys
from tests.pushes import APPID

LOOPED = 100  # followers of the loop
LOOK_EVERY = 0.5
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
        box = stack.enter_context(playing(folder / "wechat", **PLATFORM))
        database = open_database(stack, folder, postgres=options.postgres)
        openids = box.gather(options.recipients + LOOPED)
        looped = _loop(box, openids[options.recipients :])
        print(f"a loop with wechatpy: {looped:.1f}/s", flush=True)
        write_keys(folder)
        app = build(folder, database, box.address, options.per_second)
        broadcast_id = fill(app, openids[: options.recipients], options.way)
        print("filled", flush=True)
        crew = Crew(folder, database, box.address, options.per_second)
        stack.callback(crew.dismiss)
        with app.app_context():
            seconds, sent = _watch_sending(crew, broadcast_id, options)
            _wait_for_end(crew, broadcast_id)
            state, counts = get_broadcast(broadcast_id).state, count_states(broadcast_id)
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


def _wait_for_end(crew: Crew, broadcast_id: int) -> None:
    """What a killed worker was doing is found out after some minutes."""
    while _state(broadcast_id) not in ENDED and any(_count(broadcast_id, state) for state in OPEN):
        time.sleep(LOOK_EVERY)
        crew.look()


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
    parser.add_argument("--way", type=Way, choices=(Way.CARD, Way.NOTICE), default=Way.CARD)
    parser.add_argument("--postgres", action="store_true")
    names = ("FOLDER", "DATABASE", "WECHAT", "PER_SECOND")
    parser.add_argument("--work", nargs=4, metavar=names, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
