"""A follower's own addresses: list, new, change, delete, default; by form or from WeChat's address book."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.followers import addresses
from app.followers.address_text import PROVINCES, read_address
from app.followers.addresses import AddressInput
from app.followers.models import Address
from webviews.door import shop
from webviews.guards import follower_only
from webviews.own_paths import is_own_path
from webviews.session import get_follower

FIELDS = ("receiver", "phone", "province", "city", "district", "detail")


@shop.get("/addresses")
@follower_only
def list_addresses() -> ResponseReturnValue:
    """The list; with `?to=` it is there to choose one from for that checkout."""
    own = addresses.list_own(get_follower().id)
    return render_template(
        "shop/addresses.html", addresses=own, to=_to(), choose=_choose, region_of=addresses.region_of
    )


@shop.get("/addresses/new")
@follower_only
def show_new_address() -> ResponseReturnValue:
    """An empty form."""
    return _present_form(None, dict.fromkeys(FIELDS, ""), {})


@shop.post("/addresses/new")
@follower_only
def add_address() -> ResponseReturnValue:
    """Put the form's address on the list; back at the checkout it is chosen."""
    try:
        address = addresses.add(get_follower().id, _read_form())
    except InputInvalid as error:
        return _present_form(None, request.form.to_dict(), _words(error)), 422
    return redirect(_choose(address) if _to() else url_for("shop.list_addresses"), 303)


@shop.get("/addresses/<int:address_id>")
@follower_only
def show_address(address_id: int) -> ResponseReturnValue:
    """The form of one address."""
    address = _own(address_id)
    return _present_form(address, {name: getattr(address, name) for name in FIELDS}, {})


@shop.post("/addresses/<int:address_id>")
@follower_only
def change_address(address_id: int) -> ResponseReturnValue:
    """Write it anew."""
    address = _own(address_id)
    try:
        address = addresses.change(address_id, _read_form(), follower_id=get_follower().id)
    except InputInvalid as error:
        return _present_form(address, request.form.to_dict(), _words(error)), 422
    return redirect(_choose(address) if _to() else url_for("shop.list_addresses"), 303)


@shop.post("/addresses/<int:address_id>/delete")
@follower_only
def delete_address(address_id: int) -> ResponseReturnValue:
    """Take it off the list."""
    addresses.delete(address_id, follower_id=get_follower().id)
    flash(_("地址已删除"))
    return redirect(url_for("shop.list_addresses", to=_to() or None), 303)


@shop.post("/addresses/<int:address_id>/default")
@follower_only
def make_default_address(address_id: int) -> ResponseReturnValue:
    """Make it the default one."""
    addresses.make_default(address_id, follower_id=get_follower().id)
    return redirect(url_for("shop.list_addresses", to=_to() or None), 303)


@shop.post("/api/addresses")
@follower_only
def take_wechat_address() -> ResponseReturnValue:
    """What `wx.openAddress` gave, under its names; `countryName` is the district, not a country."""
    form = request.form
    given = AddressInput(
        receiver=form.get("userName", ""),
        phone=form.get("telNumber", ""),
        province=form.get("provinceName", ""),
        city=form.get("cityName", ""),
        district=form.get("countryName", ""),
        detail=form.get("detailInfo", ""),
        national_code=form.get("nationalCode", ""),
        postal_code=form.get("postalCode", ""),
    )
    try:
        address = addresses.add(get_follower().id, given)
    except InputInvalid as error:
        return jsonify(code=error.code, message="；".join(_words(error).values()) or _(error.message)), 422
    return jsonify(id=address.id, go=_choose(address))


@shop.post("/api/addresses/read")
@follower_only
def read_pasted_address() -> ResponseReturnValue:
    """Take a pasted text apart, to fill in the form; nothing is stored."""
    read = read_address(request.form.get("text", ""))
    return jsonify({name: getattr(read, name) for name in FIELDS})


def _own(address_id: int) -> Address:
    return addresses.get_own(address_id, follower_id=get_follower().id)


def _to() -> str:
    """The checkout to go back to, when the list was opened from one."""
    to = request.values.get("to", "")
    return to if is_own_path(to) and to.startswith("/shop/checkout?") else ""


def _choose(address: Address) -> str:
    """The checkout with this address; without a checkout the address itself."""
    if to := _to():
        kept = [part for part in to.partition("?")[2].split("&") if part and not part.startswith("address=")]
        return url_for("shop.show_checkout") + "?" + "&".join([*kept, f"address={address.id}"])
    return url_for("shop.show_address", address_id=address.id)


def _read_form() -> AddressInput:
    return AddressInput(**{name: request.form.get(name, "") for name in FIELDS})


def _words(error: InputInvalid) -> dict[str, str]:
    return {name: _(str(sentence)) for name, sentence in error.details.items()}


def _present_form(address: Address | None, values: dict[str, Any], wrong: dict[str, str]) -> str:
    provinces = [name + ending for name, ending in PROVINCES.items()]
    return render_template(
        "shop/address.html",
        address=address,
        values={name: values.get(name, "") for name in FIELDS},
        wrong=wrong,
        provinces=provinces,
        to=_to(),
    )
