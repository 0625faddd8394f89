"""`flask wechat …`: the menu from the command line."""

import json
import tomllib
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from app.core.errors import ShopError
from app.wechat import menu
from app.wechat.account import get_account

wechat_group = AppGroup("wechat", help="The official account.")
menu_group = AppGroup("menu", help="The menu below the chat.")
wechat_group.add_command(menu_group)


@menu_group.command("publish")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish_menu(file: Path | None) -> None:
    """Publish FILE (.toml or .json), or the definition kept last, and read it back."""
    account = get_account()
    definition = _read(file) if file else menu.find_last_definition()
    if definition is None:
        raise click.ClickException("还没有菜单定义：请给出一个 .toml 或 .json 文件")
    try:
        published = menu.publish(account.client, definition, account.make_link)
    except ShopError as error:
        raise click.ClickException(error.message) from error
    click.echo("菜单已发布，微信现在显示：")
    _print(published.menu)
    for line in published.drift:
        click.echo(f"与定义不同：{line}")
    click.echo("手机上重新进入公众号即可看到；已打开的聊天窗口最多五分钟后更新")


@menu_group.command("show")
def show_menu() -> None:
    """Print the menu WeChat shows."""
    try:
        shown = menu.fetch(get_account().client)
    except ShopError as error:
        raise click.ClickException(error.message) from error
    if not shown["button"]:
        click.echo("公众号还没有通过接口发布过菜单")
    _print(shown)


def _print(shown: dict[str, Any]) -> None:
    for button in shown["button"]:
        click.echo(_line(button, ""))
        for child in button.get("sub_button", []):
            click.echo(_line(child, "    "))


def _line(button: dict[str, Any], indent: str) -> str:
    target = button.get("url") or button.get("key") or ""
    return f"{indent}{button['name']}  {button.get('type', '')} {target}".rstrip()


def _read(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8")
    try:
        definition = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise click.ClickException(f"{file.name} 读不懂：{error}") from error
    if not isinstance(definition, dict):
        raise click.ClickException(f"{file.name} 里没有菜单")
    return definition
