"""Answers without a person: keyword rules, standing replies, the lab, what nobody answered."""

from console.rules import lab, pages, standing, unanswered

BLUEPRINTS = (lab.blueprint, pages.blueprint, standing.blueprint, unanswered.blueprint)
