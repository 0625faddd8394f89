"""The carriers a parcel can be given to, and how their tracking numbers look."""

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from console.frame.labels import Labels

CARRIERS: tuple[tuple[str, LazyString], ...] = (  # as kept with the shipment → as shown
    ("顺丰速运", lazy_gettext("顺丰速运")),
    ("中通", lazy_gettext("中通")),
    ("圆通", lazy_gettext("圆通")),
    ("韵达", lazy_gettext("韵达")),
    ("京东", lazy_gettext("京东")),
    ("邮政EMS", lazy_gettext("邮政EMS")),
    ("其他", lazy_gettext("其他")),
)
carrier_label = Labels(dict(CARRIERS))
TRACKING_NO = r"^[A-Z0-9][A-Z0-9-]{5,39}$"  # what is printed on a label; SF, JD and YT numbers fit


def tidy_tracking_no(text: str | None) -> str:
    """As it is kept: capitals, without the blanks that copying and typing leave."""
    return "".join((text or "").split()).upper()


def find_carrier(text: str) -> str | None:
    """The carrier somebody means, as it is kept: `顺丰`, `EMS` and a name in the reader's language will do."""
    wanted = "".join(text.split()).casefold()
    if len(wanted) < 2:
        return None
    for name, label in CARRIERS:
        if wanted in (name.casefold(), "".join(str(label).split()).casefold()):
            return name
    near = [name for name, _label in CARRIERS if wanted in name.casefold() or name.casefold() in wanted]
    return near[0] if len(near) == 1 else None
