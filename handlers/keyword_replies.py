"""Answers a text by the keyword rules."""

from app.entrances.models import EntranceKind
from app.keywords.matching import Rule
from app.wechat.callback.messages import Push, TextMessage
from handlers import fallback
from handlers.answers import Answer
from handlers.doors import Door
from handlers.preparing import is_same_for_everybody
from handlers.ready import Ready
from handlers.speaking import speak


def reply(push: TextMessage, ready: Ready) -> Answer:
    """The matching rule's answer, or the fallback; neither is said while a person answers this follower."""
    setup, asker = ready.setup, ready.asker(push.openid)
    is_open = setup.hours.is_open(push.sent_at)
    match = setup.matcher.find(push.content, asker, at=push.sent_at, is_open=is_open)
    return answer_by_rule(match.rule, push, ready) if match else fallback.reply(push, ready)


def answer_by_rule(rule: Rule, push: Push, ready: Ready) -> Answer:
    """What this rule says."""
    known = ready.answers.get(rule.id)
    if known is not None:
        return known
    door = Door(EntranceKind.KEYWORD, str(rule.id), f"关键词：{rule.name}")
    replies = speak(rule.replies, door, push, ready, mode=rule.reply_mode)
    answer = Answer(f"rule:{rule.id}", replies, gives_way=True)
    if is_same_for_everybody(rule.replies, rule.reply_mode):
        ready.answers[rule.id] = answer
    return answer
