"""A follower's own delivery addresses: list, add, change, delete, and which one is offered first.

Every function takes the follower: another one's address does not exist for him.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.followers.models import Address

MAX_ADDRESSES = 30
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|\+\d{6,15}")
_LIMITS = {"receiver": 40, "phone": 20, "province": 40, "city": 40, "district": 40, "detail": 200}
_NEEDED = {
    "receiver": _l("请填写收货人"),
    "phone": _l("请填写手机号"),
    "province": _l("请填写省份"),
    "city": _l("请填写城市"),
    "detail": _l("请填写街道门牌"),
}


@dataclass(frozen=True, slots=True)
class AddressInput:
    """What a form or WeChat's address book hands over."""

    receiver: str
    phone: str
    province: str
    city: str
    district: str
    detail: str
    national_code: str = ""
    postal_code: str = ""


def list_own(follower_id: int) -> Sequence[Address]:
    """The follower's addresses: the default one first, then the latest."""
    query = select(Address).where(Address.follower_id == follower_id)
    return db.session.scalars(query.order_by(Address.is_default.desc(), Address.id.desc())).all()


def get_own(address_id: int, *, follower_id: int) -> Address:
    """One of the follower's addresses: the one door to it. Raises: NotFound for anybody else's."""
    query = select(Address).where(Address.id == address_id, Address.follower_id == follower_id)
    if (address := db.session.scalars(query).first()) is None:
        raise NotFound(_("没有这个地址"))
    return address


def find_preselected(follower_id: int) -> Address | None:
    """The address to offer at checkout: the one used last, else the default one, else the latest."""
    query = select(Address).where(Address.follower_id == follower_id)
    latest_use = query.where(Address.used_at.is_not(None)).order_by(Address.used_at.desc(), Address.id.desc())
    used = db.session.scalars(latest_use).first()
    return used or next(iter(list_own(follower_id)), None)


def add(follower_id: int, given: AddressInput) -> Address:
    """Put an address on the list; the very same one is not put there twice. The first becomes the default.

    Raises: InputInvalid with a sentence per field in `details`. Opens a transaction.
    """
    clean = check_address(given)
    with transaction() as session:
        own = list_own(follower_id)
        if same := next((address for address in own if _read(address) == clean), None):
            return same
        if len(own) >= MAX_ADDRESSES:
            raise InputInvalid(_("地址已满，请先删除不用的地址"))
        address = Address(
            follower_id=follower_id, is_default=not own, created_at=clock.now(), **asdict(clean)
        )
        session.add(address)
    return address


def change(address_id: int, given: AddressInput, *, follower_id: int) -> Address:
    """Write an address anew. Raises: NotFound, InputInvalid with a sentence per field."""
    clean = check_address(given)
    with transaction():
        address = get_own(address_id, follower_id=follower_id)
        for name, value in asdict(clean).items():
            setattr(address, name, value)
    return address


def delete(address_id: int, *, follower_id: int) -> None:
    """Take an address off the list; another one becomes the default in its place. Raises: NotFound."""
    with transaction() as session:
        address = get_own(address_id, follower_id=follower_id)
        was_default = address.is_default
        session.delete(address)
        session.flush()
        if was_default and (others := list_own(follower_id)):
            others[0].is_default = True


def make_default(address_id: int, *, follower_id: int) -> None:
    """Make this the one default address. Raises: NotFound."""
    with transaction() as session:
        address = get_own(address_id, follower_id=follower_id)
        session.execute(update(Address).where(Address.follower_id == follower_id).values(is_default=False))
        address.is_default = True


def mark_used(address_id: int, *, follower_id: int) -> None:
    """Remember that an order went there, so that it is offered first next time. Raises: NotFound."""
    with transaction():
        get_own(address_id, follower_id=follower_id).used_at = clock.now()


def set_region(address_id: int, *, follower_id: int, province: str, city: str) -> None:
    """Write province and city as he said when he was asked. Raises: NotFound."""
    with transaction():
        address = get_own(address_id, follower_id=follower_id)
        address.province, address.city = province, city


def check_contact(receiver: str, phone: str) -> tuple[str, str]:
    """Name and phone of who comes for the goods, tidy. Raises: InputInvalid with a sentence per field."""
    name, number = " ".join(receiver.split())[: _LIMITS["receiver"]], _clean_phone(phone)
    wrong = {}
    if not name:
        wrong["receiver"] = _("请填写提货人姓名")
    if not _PHONE.fullmatch(number):
        wrong["phone"] = _("手机号应为 11 位数字，座机请带区号")
    if wrong:
        raise InputInvalid("；".join(wrong.values()), **wrong)
    return name, number


def region_of(address: Address | AddressInput) -> str:
    """Province, city and district as people read them; a municipality is not said twice."""
    parts = [address.province, address.city, address.district]
    if address.city == address.province:
        parts = [address.province, address.district]
    return " ".join(part for part in parts if part)


def check_address(given: AddressInput) -> AddressInput:
    """The address, tidy. Raises: InputInvalid with a sentence per field in `details`."""
    tidy = {name: " ".join(str(value).split()) for name, value in asdict(given).items()}
    clean = AddressInput(**tidy | {"phone": _clean_phone(given.phone)})
    wrong = {name: str(sentence) for name, sentence in _NEEDED.items() if not getattr(clean, name)}
    if clean.phone and not _PHONE.fullmatch(clean.phone):
        wrong["phone"] = _("手机号应为 11 位数字，座机请带区号")
    for name, limit in _LIMITS.items():
        if len(getattr(clean, name)) > limit:
            wrong[name] = _("最多 %(limit)s 个字", limit=limit)
    if wrong:
        raise InputInvalid(_("请检查地址"), **wrong)
    return replace(clean, national_code=clean.national_code[:12], postal_code=clean.postal_code[:12])


def _clean_phone(text: str) -> str:
    digits = re.sub(r"[\s()（）]", "", text)
    return re.sub(r"^(\+?86)?-?(1[3-9]\d)-?(\d{4})-?(\d{4})$", r"\2\3\4", digits)


def _read(address: Address) -> AddressInput:
    return AddressInput(
        address.receiver,
        address.phone,
        address.province,
        address.city,
        address.district,
        address.detail,
        address.national_code,
        address.postal_code,
    )
