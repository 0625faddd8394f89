"""Devices, addresses and tries to log in, as people recognise them."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.staff.clients import shorten
from app.staff.models import Outcome
from console.frame.labels import Labels

# Found in this order: each of these also calls itself by some of the names below it.
_BROWSERS = (
    ("MicroMessenger", _l("微信")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_COLOURS = {Outcome.SUCCEEDED: "green", Outcome.HALF: "secondary", Outcome.LOCKED: "orange"}

outcome_label = Labels(
    {
        Outcome.SUCCEEDED: _l("登录成功"),
        Outcome.HALF: _l("密码对，等验证码"),
        Outcome.WRONG: _l("密码不对"),
        Outcome.WRONG_CODE: _l("验证码不对"),
        Outcome.LOCKED: _l("锁定中，没有理会"),
        Outcome.FORGIVEN: _l("没有成功"),
    }
)


def outcome_colour(outcome: str) -> str:
    """A colour name of the kit."""
    return _COLOURS.get(Outcome(outcome), "red")


def device_label(agent: str) -> str:
    """`Chrome · Windows` out of what the browser calls itself."""
    found = [
        str(next((name for sign, name in table if sign in agent), "")) for table in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, found)) or _("未知设备")


def short_address(address: str) -> str:
    """`203.0.*.*`."""
    return shorten(address) or _("未知地址")
