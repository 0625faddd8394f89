"""Menus: every address of their pages; what each does stands in the file of its name."""

from flask import Blueprint

from console.menus import editor, history, live, personal, publish, trial

blueprint = Blueprint("menus", __name__, url_prefix="/menus")

for rule, page in (
    ("/", editor.index),
    ("/<int:menu_id>", editor.edit),
    ("/<int:menu_id>/publish", publish.confirm),
    ("/shown", live.shown),
    ("/take-down", live.ask_take_down),
    ("/<int:menu_id>/history", history.history),
    ("/<int:menu_id>/history/<int:number>", history.version),
    ("/personal", personal.personal),
    ("/trial", trial.trial),
):
    blueprint.add_url_rule(rule, view_func=page)

for rule, action in (
    ("/<int:menu_id>", editor.change),
    ("/<int:menu_id>/discard", editor.discard),
    ("/<int:menu_id>/publish", publish.publish),
    ("/<int:menu_id>/history/<int:number>/restore", history.restore),
    ("/personal", personal.add),
    ("/<int:menu_id>/audience", personal.change_audience),
    ("/<int:menu_id>/top", personal.put_on_top),
    ("/<int:menu_id>/remove", personal.remove),
    ("/shown/take-over", live.take_over_shown),
    ("/take-down", live.take_down),
    ("/strangers/<menuid>/delete", personal.delete_stranger),
):
    blueprint.add_url_rule(rule, view_func=action, methods=["POST"])
