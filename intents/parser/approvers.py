"""approvers.csv and `approval` of settings.yaml -> who may approve, and how many of them it takes.

The one idea: a table of persons that an office fills in, and one number a risk; the keys stand where OpenSSH reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from intents.approval import ApprovalSettings, Approver, ApproverRole, Risk
from intents.finding import make_finding
from intents.parser.registry import columns_of, read_rows, read_table
from intents.reader.conversions import Complaint, to_choice
from intents.reader.fields import RowFields
from intents.reader.node_fields import NodeFields
from intents.reader.nodes import Node
from intents.reader.parser_context import NameKind, ParserContext
from intents.reason import because
from intents.registry import Domain

APPROVERS_FILE = "approvers.csv"
APPROVER_COLUMNS = columns_of("principal person domain roles", "valid_from valid_to")
APPROVAL_FIELDS = ("days", "signatures", "more")
SIGNATURE_FIELDS = tuple(Risk)
MORE_FIELDS = ("domain", "risk", "signatures")
MOST_DAYS, MOST_SIGNATURES = 90, 9


def read_approvers(folder: Path, reading: ParserContext) -> Mapping[str, Approver]:
    """Read approvers.csv; two rows of one person are of one domain."""
    table = read_table(folder, APPROVERS_FILE, APPROVER_COLUMNS, reading, NameKind.APPROVER)
    for row in table.rows:
        reading.declare(NameKind.APPROVER, row.text("principal"), row.where("principal"))
    found = read_rows(table, _read_approver, reading)
    first: dict[str, Approver] = {}
    for item in sorted(found.values(), key=lambda item: item.where):
        earlier = first.setdefault(item.person, item)
        if earlier.domain is not item.domain:
            reason = because("approver_of_two_domains", person=item.person, one=earlier.domain, other=item.domain)
            reading.findings.append(make_finding("TR920", item.where, also=(earlier.where,), reason=reason))
    return found


def _read_approver(fields: RowFields) -> tuple[str, Approver] | None:
    roles: set[ApproverRole] = set()
    for text in filter(None, fields.texts("roles")):
        role = to_choice(text, ApproverRole)
        if isinstance(role, Complaint):
            fields.reject("roles", role)
        else:
            roles.add(role)
    approver = Approver(
        principal=fields.name("principal"),
        person=fields.text("person"),
        domain=fields.choice("domain", Domain),
        roles=frozenset(roles),
        validity=fields.validity(),
        where=fields.place("principal"),
    )
    return (approver.principal, approver) if fields.ok else None


def read_approval_settings(fields: NodeFields) -> ApprovalSettings | None:
    """Read `approval` of settings.yaml; None if it is absent or anything in it is wrong."""
    if not fields.has("approval"):
        return None
    inner = fields.nested("approval", APPROVAL_FIELDS)
    signatures = None if inner is None else inner.nested("signatures", SIGNATURE_FIELDS)
    if inner is None or signatures is None:
        return None
    more = dict(chain.from_iterable(_read_more(node, inner) for node in inner.items("more", required=False)))
    return ApprovalSettings(
        days=inner.whole("days", 1, MOST_DAYS),
        signatures={risk: signatures.whole(risk, 1, MOST_SIGNATURES) for risk in Risk},
        more=more,
    )


def _read_more(node: Node, around: NodeFields) -> tuple[tuple[tuple[Domain, Risk], int], ...]:
    fields = NodeFields(node, around.reading, MORE_FIELDS)
    domain, risk = fields.choice("domain", Domain), fields.choice("risk", Risk)
    signatures = fields.whole("signatures", 1, MOST_SIGNATURES)
    return (((domain, risk), signatures),) if fields.ok else ()
