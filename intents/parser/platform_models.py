"""A row of models.csv -> a `PlatformModel`."""

from __future__ import annotations

from intents.legal.registers import ModelFeature, PlatformModel
from intents.reader.conversions import Complaint, to_choice
from intents.reader.fields import RowFields

MOST_PORTS = 1000
MOST_MBPS = 100_000_000


def read_model(fields: RowFields) -> tuple[str, PlatformModel] | None:
    """Read one row; None if anything in it is wrong."""
    model = PlatformModel(
        model=fields.text("model"),
        lan_ports=fields.whole("lan_ports", 0, MOST_PORTS),
        wan_ports=fields.whole("wan_ports", 0, MOST_PORTS),
        throughput_mbps=fields.whole("throughput_mbps", 1, MOST_MBPS),
        features=_features(fields),
        source=fields.prose("source"),
        where=fields.place("model"),
    )
    return (model.model, model) if fields.ok else None


def _features(fields: RowFields) -> frozenset[ModelFeature]:
    found = [to_choice(text, ModelFeature) for text in fields.texts("features") if text]
    for item in found:
        if isinstance(item, Complaint):
            fields.reject("features", item)
    return frozenset(item for item in found if isinstance(item, ModelFeature))
