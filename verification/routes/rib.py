"""What every node was offered and chose for one prefix, and views of it that hold only what a failure changes.

The one idea: a view falls back on its base node by node, so that a failure costs what it changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from intents.prefix import Prefix
from intents.reason import Reason, because
from verification.routes.best_path import Candidate, CandidateKey, Selected


@dataclass(slots=True)
class PrefixState:
    """Candidates and selection of every node for one prefix; a view falls back on `base` for nodes it does not hold.

    Candidates that are worse than what a node selected need not be there, and those of a node that uses all are not there.
    `changed`: nodes of a view that may send packets where they sent none before, or tell something else; whoever merely lost one
    of several equal ways is not among them.
    """

    candidates: dict[int, dict[CandidateKey, Candidate]] = field(default_factory=dict)
    selected: dict[int, Selected | None] = field(default_factory=dict)
    base: PrefixState | None = None
    changed: frozenset[int] = frozenset()

    def offers(self, node: int) -> Mapping[CandidateKey, Candidate]:
        """Return what a node is offered, as far as it is stored."""
        if node in self.candidates:
            return self.candidates[node]
        if self.base is not None:
            return self.base.offers(node)
        chosen = self.selected.get(node)
        return {} if chosen is None else dict(zip(chosen.keys, chosen.used, strict=True))

    def nodes(self) -> Collection[int]:
        """Return the nodes that ever chose anything."""
        return self.selected if self.base is None else self.selected.keys() | self.base.selected.keys()

    def is_offered(self, node: int, key: CandidateKey) -> bool:
        """Return whether an offer is stored."""
        if node in self.candidates:
            return key in self.candidates[node]
        if self.base is not None:
            return self.base.is_offered(node, key)
        chosen = self.selected.get(node)
        return chosen is not None and key in chosen.keys

    def compact(self) -> None:
        """Keep the offers of those nodes only that do not use all of them."""
        self.candidates = {
            node: offers
            for node, offers in self.candidates.items()
            if (chosen := self.selected.get(node)) is None or len(chosen.keys) != len(offers)
        }

    def change(self, node: int) -> dict[CandidateKey, Candidate]:
        """Return the candidates of a node, its own copy in a view."""
        if node not in self.candidates:
            self.candidates[node] = dict(self.offers(node))
        return self.candidates[node]

    def put(self, node: int, key: CandidateKey, offer: Candidate | None) -> None:
        """Put an offer in the place of an earlier one; None takes it away."""
        if offer is None:
            self.change(node).pop(key, None)
        else:
            self.change(node)[key] = offer

    def choice(self, node: int) -> Selected | None:
        """Return what a node has settled on (see `ControlPlane.choice` for stubs)."""
        if node in self.selected or self.base is None:
            return self.selected.get(node)
        return self.base.selected.get(node)


class NotSettledError(Exception):
    """The routes to a prefix do not settle, or hang on what no text says: nothing may be said about it."""

    def __init__(self, prefix: Prefix, why: Reason | None = None) -> None:
        super().__init__(str(prefix))
        self.prefix = prefix
        self._why = why

    @property
    def reason(self) -> Reason:
        """Return why nothing may be said."""
        return self._why or because("not_settled", prefix=self.prefix)
