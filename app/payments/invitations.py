"""An invitation to the list of testers: a link that a follower scans off the merchant's screen, good for a while."""

from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from app.core.errors import TransitionRefused

LIVES_SECONDS = 30 * 60
_SALT = "pay-tester"


def write_invitation(secret: str, *, actor: str) -> str:
    """The word for the link."""
    return str(URLSafeTimedSerializer(secret, salt=_SALT).dumps(actor))


def read_invitation(secret: str, word: str) -> str:
    """Who invites. Raises: TransitionRefused when it is not ours or too old."""
    try:
        return str(URLSafeTimedSerializer(secret, salt=_SALT).loads(word, max_age=LIVES_SECONDS))
    except BadData as error:
        raise TransitionRefused(_("这个邀请已经过期，请让店主再给您看一次二维码")) from error
