"""Menus: every address of their pages; what the pages do stands in `menus_<page>.py`."""

from flask import Blueprint

from console import menus_editor, menus_history, menus_personal, menus_publish, menus_trial

blueprint = Blueprint("menus", __name__, url_prefix="/menus")

for rule, page in (
    ("/", menus_editor.index),
    ("/<int:menu_id>", menus_editor.edit),
    ("/<int:menu_id>/publish", menus_publish.confirm),
    ("/shown", menus_publish.shown),
    ("/<int:menu_id>/history", menus_history.history),
    ("/<int:menu_id>/history/<int:number>", menus_history.version),
    ("/personal", menus_personal.personal),
    ("/trial", menus_trial.trial),
):
    blueprint.add_url_rule(rule, view_func=page)

for rule, action in (
    ("/<int:menu_id>", menus_editor.change),
    ("/<int:menu_id>/discard", menus_editor.discard),
    ("/<int:menu_id>/publish", menus_publish.publish),
    ("/<int:menu_id>/history/<int:number>/restore", menus_history.restore),
    ("/personal", menus_personal.add),
    ("/<int:menu_id>/audience", menus_personal.change_audience),
    ("/<int:menu_id>/top", menus_personal.put_on_top),
    ("/<int:menu_id>/remove", menus_personal.remove),
    ("/strangers/<menuid>/delete", menus_personal.delete_stranger),
):
    blueprint.add_url_rule(rule, view_func=action, methods=["POST"])
