"""`flask wechat …`: the official account from the command line."""

from flask.cli import AppGroup

from app.wechat.menus.commands import menu_group
from app.wechat.menus.personal_commands import personal_group

wechat_group = AppGroup("wechat", help="The official account.")
wechat_group.add_command(menu_group)
menu_group.add_command(personal_group)
