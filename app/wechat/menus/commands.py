"""`flask wechat menu …`: publish, look, compare, go back; personalised menus stand in `personal_commands.py`.

Exit codes: 0 done, 1 refused or not possible (`check`: WeChat shows something else), 2 wrong usage.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale
from flask_babel import gettext as _

from app.core import clock
from app.core.errors import ShopError
from app.core.i18n import LANGUAGES
from app.wechat.account import get_account
from app.wechat.menus import looking, publishing, taking_down
from app.wechat.menus.buttons import Menu, walk
from app.wechat.menus.files import FileUnreadable, read_file
from app.wechat.menus.looking import Drift
from app.wechat.menus.publishing import Published, Wish
from app.wechat.menus.remote import Origin
from app.wechat.menus.versions import (
    find_last_definition,
    find_shown,
    get_default,
    list_personal,
    list_versions,
)
from app.wechat.menus.words import say_action, say_difference, say_rule, say_state

ACTOR = "command"

menu_group = AppGroup("menu", help="The menus below the chat.")


def command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command that speaks the reader's language and says errors of the shop in one line."""

    def decorate(function: Callable[..., None]) -> click.Command:
        def run(lang: str | None, **arguments: Any) -> None:
            with force_locale(lang or _language_of_terminal()), _plain_errors():
                function(**arguments)

        option = click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the output.")
        made: click.Command = group.command(name)(option(update_wrapper(run, function)))
        return made

    return decorate


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@command(menu_group, "publish")
@click.argument("file", required=False, type=FILE)
@click.option("--note", default="", help="What has changed, for the history.")
def publish_menu(file: Path | None, note: str) -> None:
    """Publish FILE (.toml or .json), or the menu published last, and read it back."""
    definition = read_file(file) if file else find_last_definition()
    if definition is None:
        raise click.ClickException(_("还没有菜单：请给出一个 .toml 或 .json 文件"))
    account = get_account()
    wish = Wish(get_default().id, definition, ACTOR, note=note)
    _tell(publishing.publish(account.client, wish, account.make_link))


@command(menu_group, "show")
def show_menu() -> None:
    """Print what WeChat shows now."""
    seen = looking.observe(get_account().client)
    if seen.origin == Origin.NOBODY:
        click.echo(_("公众号现在没有菜单"))
    if seen.origin == Origin.WEBSITE:
        click.echo(_("这个菜单是在公众平台网页上做的"))
    print_menu(seen.menu)
    for each in seen.personal:
        click.echo(_("个性化菜单 %(menuid)s，给%(rule)s：", menuid=each.menuid, rule=say_rule(each.rule, {})))
        print_menu(each.menu)


@command(menu_group, "check")
def check_menu() -> None:
    """Compare what WeChat shows with what was published; exit code 1 when it differs."""
    drift = looking.find_drift(looking.observe(get_account().client))
    print_drift(drift)
    if drift.places:
        raise SystemExit(1)
    click.echo(_("微信显示的和本店发布的一致"))


@command(menu_group, "history")
def print_history() -> None:
    """List every version of the default menu, the newest first."""
    versions = list_versions(get_default().id)
    if not versions:
        click.echo(_("还没有发布过菜单"))
    for version in versions:
        at = f"{version.created_at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"
        head = _("第 %(n)d 版  %(at)s  %(state)s", n=version.number, at=at, state=say_state(version.state))
        click.echo("  ".join(part for part in (head, version.created_by, version.note) if part))


@command(menu_group, "rollback")
@click.argument("number", type=click.IntRange(min=1))
def roll_back(number: int) -> None:
    """Publish version NUMBER again, as a new version."""
    account = get_account()
    done = publishing.roll_back(account.client, get_default().id, number, account.make_link, actor=ACTOR)
    _tell(done)


@command(menu_group, "take-down")
@click.option("--yes", is_flag=True, help="Do not ask.")
def take_down(yes: bool) -> None:
    """Delete the default menu at WeChat and with it every personalised one."""
    shown = [menu.name for menu in list_personal() if find_shown(menu.id)]
    click.echo(_("微信会删除默认菜单，并且连所有个性化菜单一起删掉，别的系统发布的也在内。"))
    if shown:
        click.echo(_("其中本店的个性化菜单：%(names)s", names="、".join(shown)))
    if not yes and not click.confirm(_("全部撤下吗？")):
        raise click.Abort
    taking_down.take_down_all(get_account().client, actor=ACTOR)
    click.echo(_("菜单已全部撤下；最后的样子还在草稿和历史里，随时可以再发布"))


def print_menu(menu: Menu) -> None:
    """One line for each button."""
    for place, button in walk(menu):
        indent = "    " if "." in place else ""
        click.echo(f"{indent}{button.get('name', '')}  {say_action(button)}")


def print_drift(drift: Drift) -> None:
    """One line for each place at which WeChat differs."""
    for difference in drift.default:
        click.echo(say_difference(difference))
    for each in drift.personal:
        click.echo(_("个性化菜单“%(name)s”：", name=each.menu.name))
        if each.is_missing:
            click.echo(_("微信那边已经没有它"))
        for difference in each.differences:
            click.echo(say_difference(difference))
    for stranger in drift.strangers:
        click.echo(_("微信那边有一个不是本店发布的个性化菜单：%(menuid)s", menuid=stranger.menuid))


def _tell(done: Published) -> None:
    words = _("已发布为第 %(n)d 版", n=done.number)
    if not done.is_new:
        words = _("没有变化，仍是第 %(n)d 版", n=done.number)
    click.echo(words)
    if done.seen is None or done.drift is None:
        click.echo(_("没能向微信读回核对，请稍后运行 flask wechat menu check"))
        return
    print_menu(done.seen.menu)
    if done.drift.places:
        click.echo(_("微信显示的和发布的不同："))
        print_drift(done.drift)
    click.echo(_("手机上重新进入公众号即可看到；已打开的聊天窗口最多五分钟后更新"))


def _language_of_terminal() -> str:
    """Of `LC_ALL`, `LC_MESSAGES` and `LANG` the first that is set, when it names one of ours; else Chinese."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    said = next((value for name in names if (value := os.environ.get(name))), "")
    return said[:2] if said[:2] in LANGUAGES else LANGUAGES[0]


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except FileUnreadable as error:
        raise click.ClickException(_("%(file)s 读不懂：%(why)s", file=error.name, why=error.why)) from error
    except ShopError as error:
        raise click.ClickException(error.message) from error
