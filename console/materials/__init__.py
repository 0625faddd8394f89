"""Pictures, voices and films for replies: the shelf, uploads, where each is used."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import OPERATOR, Right, RightGroup
from console.materials import pages

BLUEPRINTS = (pages.blueprint,)
RIGHTS = RightGroup(
    _l("素材"),
    Right(
        _l("管理素材"),
        "console.materials.index",
        "console.materials.upload",
        "console.materials.show",
        "console.materials.rename",
        "console.materials.retry",
        "console.materials.remove",
        roles=(OPERATOR,),
    ),
)
