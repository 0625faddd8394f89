"""The other measure: WeRoBot's echo, as its documentation mounts it in Flask; it keeps nothing either."""

import os

from flask import Flask
from werobot import WeRoBot
from werobot.contrib.flask import make_view

from tests.pushes import AES_KEY, APPID, TOKEN

is_safe = os.environ.get("BENCH_MODE") == "safe"
robot = WeRoBot(
    token=TOKEN,
    enable_session=False,
    encoding_aes_key=AES_KEY if is_safe else None,
    app_id=APPID if is_safe else None,
)


@robot.text
def echo(message):  # type: ignore[no-untyped-def]
    """Say what was said."""
    return message.content


app = Flask(__name__)
app.add_url_rule("/wechat", endpoint="werobot", view_func=make_view(robot), methods=["GET", "POST"])
