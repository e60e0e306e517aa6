"""A live Batfish server that is asked about route policies too, which no network is judged by."""

from __future__ import annotations

from pybatfish.datamodel.route import BgpRoute

from tests.batfish_readers import READER_COLUMNS
from verification.batfish.client import LiveBatfish
from verification.batfish.protocol import Parameters, Row, Snapshot


class LiveReaders(LiveBatfish):
    """Hands routes on as the client's own values, and keeps the columns that are read: the others are pages of trace."""

    def __init__(self, host: str, port: int, deadline: float) -> None:
        super().__init__(host, port, deadline, READER_COLUMNS)

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        typed = dict(parameters)
        if "inputRoutes" in typed:
            typed["inputRoutes"] = [
                BgpRoute(originatorIp="192.0.2.1", originType="igp", **route) for route in typed["inputRoutes"]
            ]
        rows = super().ask(question, typed, snapshot, reference)
        return tuple({name: row[name] for name in READER_COLUMNS[question]} for row in rows)
