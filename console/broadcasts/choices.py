"""What the composer offers to choose from: tags, sources, products, saved audiences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.broadcasts.audience import Audience
from app.broadcasts.models import Segment
from app.broadcasts.segments import list_segments
from app.catalog.service import list_all
from app.followers.names import tame
from app.followers.tags import list_tags
from console.broadcasts.words import say_audience
from console.frame.source_labels import source_label


@dataclass(frozen=True, slots=True)
class Choices:
    """Value → what it is called, in the order of the lists."""

    tags: Mapping[int, str]
    sources: Mapping[str, str]
    products: Mapping[str, str]  # by slug
    segments: Sequence[Segment]

    def say(self, audience: Audience) -> Sequence[str]:
        """The conditions as sentences."""
        return say_audience(audience, tags=self.tags, products=self.products, say_source=self.sources)


def load_choices() -> Choices:
    """Everything there is now."""
    return Choices(
        tags={tag.id: tame(tag.name) for tag in list_tags() if not tag.is_removed},
        sources={str(source): str(label) for source, label in source_label.table.items()},
        products={product.slug: product.title for product in list_all()},
        segments=list_segments(),
    )
