"""What the account says on an occasion the merchant has set nothing up for: for pages that show it to him."""

from flask import current_app

from app.conversations.service_hours import load_service_hours
from app.keywords.standing import Occasion
from handlers.speech import say, say_hours

UTTERANCES = {Occasion.MEDIA: Occasion.FALLBACK}  # what has no words of its own borrows these


def own_words(occasion: Occasion) -> str:
    """The words with plain links, which get their door's code when the merchant takes them for his own."""
    return say(
        UTTERANCES.get(occasion, occasion).value,
        shop_name=current_app.config["SHOP_NAME"],
        shop_url=f"{current_app.config['BASE_URL']}/shop/",
        hours=say_hours(load_service_hours()),
    )
