"""Everything that routing states are judged by: from evidence about routes to indexes, demands and what may lead astray.

The one idea: it is made of routes, policy and plan alone (`evidence.routing_part`), so no list and no login is in it.
"""

from __future__ import annotations

from verification.engine.failure_states import Inquiry, all_routes
from verification.evidence.address_index import index_addresses
from verification.evidence.delivery import Deliveries
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import management_plane
from verification.evidence.permitted_matrix import permitted_matrix_of
from verification.evidence.stub_ribs import StubRibs
from verification.questions.network import node_purposes
from verification.questions.purposes import homes_of
from verification.questions.segregation import exposed
from verification.questions.stub_reachability import stub_demand
from verification.questions.via import via_pairs
from verification.routes.topology import grouped


def open_inquiry(evidence: Evidence) -> Inquiry:
    """Return everything that states are judged by."""
    address_index = index_addresses(evidence)
    permitted_matrix = permitted_matrix_of(evidence)
    routes = StubRibs(address_index, Deliveries(evidence, address_index, evidence.whole))
    plane = management_plane(evidence)
    found = tuple(exposed(evidence, address_index, evidence.whole, all_routes(evidence), permitted_matrix.may))
    return Inquiry(
        evidence=evidence,
        address_index=address_index,
        permitted_matrix=permitted_matrix,
        routes=routes,
        demand=stub_demand(evidence, address_index, routes),
        exposed=found,
        exposed_by=grouped((prefix, place) for place, (_, prefix) in enumerate(found)),
        vias=via_pairs(evidence),
        plane=plane,
        homes=homes_of(evidence, address_index, plane),
        purposes=node_purposes(evidence),
    )
