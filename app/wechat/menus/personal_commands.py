"""`flask wechat menu conditional …`: personalised menus from the command line."""

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.core.errors import InputInvalid, PlatformUnreachable, ShopError
from app.wechat.account import get_account
from app.wechat.menus import personal, publishing
from app.wechat.menus.buttons import Menu
from app.wechat.menus.commands import ACTOR, FILE, command, print_menu
from app.wechat.menus.drafts import definition_of, load_draft
from app.wechat.menus.files import read_file
from app.wechat.menus.limits import find_problems
from app.wechat.menus.models import AccountMenu
from app.wechat.menus.publishing import Wish
from app.wechat.menus.remote import try_match
from app.wechat.menus.versions import find_shown, get_menu, list_personal
from app.wechat.menus.words import say_rule

personal_group = AppGroup("conditional", help="Personalised menus.")

ANY = "any"
PLATFORMS = {"ios": "1", "android": "2", "other": "3"}


@command(personal_group, "list")
def list_menus() -> None:
    """List the personalised menus in the order WeChat matches them."""
    menus = list_personal()
    if not menus:
        click.echo(_("还没有个性化菜单"))
    for menu in menus:
        shown = find_shown(menu.id)
        state = _("正在显示，menuid %(menuid)s", menuid=shown.menuid) if shown else _("还没有发布")
        click.echo(f"{menu.id}  {menu.name}  {say_rule(menu.rule, {})}  {state}")


@command(personal_group, "add")
@click.argument("file", type=FILE)
@click.option("--name", required=True, help="What the console calls it.")
@click.option("--tag", default="", help="WeChat's id of a tag.")
@click.option("--platform", type=click.Choice(tuple(PLATFORMS)), help="One kind of phone.")
def add_menu(file: Path, name: str, tag: str, platform: str | None) -> None:
    """Publish FILE for followers with a tag or one kind of phone."""
    definition = read_file(file)
    if problems := find_problems(definition):
        raise InputInvalid("；".join(problem.words for problem in problems))
    account = get_account()
    rule = {"tag_id": tag, "client_platform_type": PLATFORMS.get(platform or "", "")}
    menu_id = personal.add_menu(name, rule, definition, actor=ACTOR)
    try:
        publishing.publish(account.client, Wish(menu_id, definition, ACTOR), account.make_link)
    except PlatformUnreachable:
        raise  # it may have arrived: `check` will tell
    except ShopError:
        personal.remove_menu(account.client, menu_id, actor=ACTOR)
        raise
    click.echo(_("个性化菜单 %(id)d 已发布，排在最前", id=menu_id))


@command(personal_group, "edit")
@click.argument("menu_id", type=click.IntRange(min=1))
@click.argument("file", required=False, type=FILE)
@click.option("--name", help="Another name for the console.")
@click.option("--tag", help="WeChat's id of another tag; empty: whatever the tags.")
@click.option("--platform", type=click.Choice((*PLATFORMS, ANY)), help="Another kind of phone.")
def edit_menu(
    menu_id: int, file: Path | None, name: str | None, tag: str | None, platform: str | None
) -> None:
    """Give the personalised menu MENU_ID the buttons of FILE, another name or audience, and publish it.

    What is not given stays as it is.
    """
    account, menu = get_account(), get_menu(menu_id)
    definition = read_file(file) if file else _buttons_now(menu)
    if problems := find_problems(definition):
        raise InputInvalid("；".join(problem.words for problem in problems))
    rule = dict(menu.rule)
    if tag is not None:
        rule["tag_id"] = tag
    if platform is not None:
        rule["client_platform_type"] = PLATFORMS.get(platform, "")
    new_name = menu.name if name is None else name
    personal.change_menu(menu_id, new_name, rule, seen_mark=menu.mark, actor=ACTOR)
    done = publishing.publish(account.client, Wish(menu_id, definition, ACTOR), account.make_link)
    personal.withdraw_leaving(account.client, menu_id)
    if done.is_new:
        click.echo(_("个性化菜单 %(id)d 已发布，排在最前", id=menu_id))
    else:
        click.echo(_("没有变化，仍是第 %(n)d 版", n=done.number))


@command(personal_group, "remove")
@click.argument("menu_id", type=click.IntRange(min=1))
def remove_menu(menu_id: int) -> None:
    """Take the personalised menu MENU_ID away."""
    name = get_menu(menu_id).name
    personal.remove_menu(get_account().client, menu_id, actor=ACTOR)
    click.echo(_("个性化菜单“%(name)s”已撤下", name=name))


@command(personal_group, "try")
@click.argument("user")
def try_user(user: str) -> None:
    """Print the menu that USER (openid or WeChat id) sees."""
    menu = try_match(get_account().client, user)
    if menu is None:
        raise click.ClickException(_("微信找不到这位粉丝"))
    print_menu(menu)


def _buttons_now(menu: AccountMenu) -> Menu:
    """Those shown, whatever somebody is writing in the console; before the first publishing those written."""
    shown = find_shown(menu.id)
    return dict(shown.definition) if shown else definition_of(load_draft(menu))
