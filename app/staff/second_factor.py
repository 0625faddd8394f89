"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when the phone is gone.

The seed is kept encrypted; a code counts once, and so does each recovery code. A clock may be half a minute off.
"""

import hmac
import secrets
import unicodedata
from base64 import b32encode
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.errors import InputInvalid
from app.core.ids import new_code
from app.core.secret_box import get_box
from app.staff import passwords
from app.staff.models import RecoveryCode, StaffUser
from app.staff.sessions import StaffMember, end_all_sessions

DIGITS, STEP_SECONDS = 6, 30
SEED_BYTES = 20
RECOVERY_CODES, RECOVERY_LETTERS = 10, 10


class CodeWrong(InputInvalid):
    """The code of the authenticator app is not right, or was used already."""

    code = "code_wrong"


def begin(member: StaffMember, password: str) -> None:
    """Make the seed for the app; it stays the same until it is confirmed. Opens a transaction.

    Raises: InputInvalid when the password is wrong, or the factor on already.
    """
    _require_password(member, password)
    with transaction() as session:
        user = session.get_one(StaffUser, member.id)
        lock(user)
        if user.totp_since is not None:
            raise InputInvalid(_("两步验证已经打开了。"))
        if _seed_of(user) is None:
            user.totp_secret = get_box().lock(secrets.token_bytes(SEED_BYTES))


def find_seed(member: StaffMember) -> bytes | None:
    """The seed that waits to be confirmed; None before `begin` and once it is on: then nobody sees it again."""
    user = db.session.get_one(StaffUser, member.id)
    return None if user.totp_since else _seed_of(user)


def find_since(member: StaffMember) -> datetime | None:
    """Since when it is on."""
    return db.session.get_one(StaffUser, member.id).totp_since


def address_for_app(seed: bytes, username: str, shop: str) -> str:
    """What the app reads from the QR code: `otpauth://totp/…`."""
    return _totp(seed).get_provisioning_uri(username, shop)


def key_by_hand(seed: bytes) -> str:
    """The seed as it is typed into an app that cannot read the QR code, in fours."""
    text = b32encode(seed).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def confirm(member: StaffMember, code: str) -> list[str]:
    """Turn it on, proven by a code; ends the other sessions and returns the recovery codes, never to be seen again.

    Opens a transaction. Raises: CodeWrong, InputInvalid.
    """
    with transaction() as session:
        user = session.get_one(StaffUser, member.id)
        lock(user)
        if user.totp_since is not None:
            raise InputInvalid(_("两步验证已经打开了。"))
        if not _matches_app(user, _plain(code)):
            raise CodeWrong(_("验证码不对。请看手机的时间准不准，再填应用现在显示的 6 位数字。"))
        user.totp_since = clock.now()
        end_all_sessions(member.id, but=member.session_id)
        audit.record(actor=member.actor, action="account.second_factor_on", subject=member.actor)
        return _new_recovery_codes(member.id)


def renew_recovery_codes(member: StaffMember, password: str, code: str) -> list[str]:
    """New recovery codes in place of the old ones; asks for both factors. Opens a transaction.

    Raises: CodeWrong, InputInvalid.
    """
    _require_password(member, password)
    with transaction():
        _require_code(member, code)
        audit.record(actor=member.actor, action="account.recovery_codes", subject=member.actor)
        return _new_recovery_codes(member.id)


def turn_off(member: StaffMember, password: str, code: str) -> None:
    """Asks for both factors. Opens a transaction. Raises: CodeWrong, InputInvalid."""
    _require_password(member, password)
    with transaction():
        user = _require_code(member, code)
        take_away(user)
        audit.record(actor=member.actor, action="account.second_factor_off", subject=member.actor)


def take_away(user: StaffUser) -> None:
    """Forget the seed and the recovery codes; joins an open transaction."""
    user.totp_secret, user.totp_since = "", None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == user.id))


def uses_up(user: StaffUser, code: str) -> bool:
    """Whether it is the right code, of the app or for recovery; it is so once. Joins the transaction that locks him."""
    plain = _plain(code)
    return (
        _matches_app(user, plain)
        if plain.isdecimal() and len(plain) == DIGITS
        else _matches_recovery(user, plain)
    )


def count_recovery_codes(staff_id: int) -> int:
    """How many are left."""
    left = (RecoveryCode.staff_id == staff_id) & RecoveryCode.used_at.is_(None)
    return db.session.scalar(select(func.count(RecoveryCode.id)).where(left)) or 0


def _require_password(member: StaffMember, password: str) -> None:
    if not passwords.matches(db.session.get_one(StaffUser, member.id).password_hash, password):
        raise InputInvalid(_("现在的密码不对"))


def _require_code(member: StaffMember, code: str) -> StaffUser:
    user = db.session.get_one(StaffUser, member.id)
    lock(user)
    if user.totp_since is None or not uses_up(user, code):
        raise CodeWrong(_("验证码不对，或者已经用过了。请等应用显示下一个再试。"))
    return user


def _matches_app(user: StaffUser, code: str) -> bool:
    seed = _seed_of(user)
    if seed is None:
        return False
    now = int(clock.now().timestamp()) // STEP_SECONDS
    for step in (now - 1, now, now + 1):
        right = _totp(seed).generate(step * STEP_SECONDS).decode()
        if step > user.totp_step and hmac.compare_digest(right.encode(), code.encode()):
            user.totp_step = step
            return True
    return False


def _matches_recovery(user: StaffUser, code: str) -> bool:
    unused = (RecoveryCode.staff_id == user.id) & RecoveryCode.used_at.is_(None)
    known = RecoveryCode.code_hash.in_(get_box().fingerprints(code))
    done = db.session.execute(update(RecoveryCode).where(unused, known).values(used_at=clock.now()))
    return bool(done.rowcount)


def _new_recovery_codes(staff_id: int) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [new_code(RECOVERY_LETTERS) for _number in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(staff_id=staff_id, code_hash=get_box().fingerprints(code)[0]) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _seed_of(user: StaffUser) -> bytes | None:
    return get_box().open(user.totp_secret) if user.totp_secret else None


def _plain(code: str) -> str:
    """As it was meant: without blanks and dashes, full width or not, capitals or not."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", code).upper() if letter.isalnum())[:40]


def _totp(seed: bytes) -> TOTP:
    return TOTP(seed, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - the only one all apps know; sound in an HMAC
