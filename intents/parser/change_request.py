"""changes/*.yaml -> a change request.

The one idea: it speaks in the very words of intents, but for services: it says who reaches whom, and the intents that it names
say by what.
"""

from __future__ import annotations

from intents.change_request import ChangeRequest, DeclaredAccess, Interruption, Window
from intents.finding import make_finding
from intents.model import Head
from intents.parser.parties import read_ends
from intents.reader.node_fields import NodeFields
from intents.reader.nodes import Node
from intents.reader.parser_context import A22, NameKind, ParserContext
from intents.registry import Domain, Validity

CHANGE_FIELDS = (
    *("title", "request_ref", "decision_ref", "owner", "author", "agreement_ref", "window"),
    *("intents", "opens", "closes", "interruptions"),
)
ACCESS_FIELDS = ("from", "to")
SPAN_FIELDS = ("from", "to")
INTERRUPTION_FIELDS = ("devices", "from", "to", "way_back", "agreed_by")
_RULES = {"request_ref": A22, "decision_ref": A22}


def read_change_request(root: Node, reading: ParserContext, name: str) -> ChangeRequest | None:
    """Read one file; `name` is what the request is called. None if anything in it is wrong."""
    top = NodeFields(root, reading, ("change",))
    node = top.node("change")
    if node is None:
        top.missing("change")
        return None
    before = len(reading.findings)
    fields = NodeFields(node, reading, CHANGE_FIELDS, _RULES)
    head = _read_head(fields, name)
    opens, closes = _read_access(fields, "opens"), _read_access(fields, "closes")
    listed = fields.texts("intents", required=False, may_be_empty=True)
    intents = [item for item in listed if reading.refer(NameKind.INTENT, *item)]
    window = fields.nested("window", SPAN_FIELDS)
    span = None if window is None else _read_span(window)
    interruptions = _read_interruptions(fields)
    author = fields.name("author") if fields.has("author") else ""
    agreement = fields.optional("agreement_ref")
    if span is None or not top.ok or len(reading.findings) > before:
        return None
    for item in interruptions:
        if not span.holds(item.span):
            reading.findings.append(make_finding("TR833", item.where, span=item.span, window=span))
    return ChangeRequest(
        head=head,
        intents=tuple(sorted(intents)),
        opens=opens,
        closes=closes,
        interruptions=interruptions,
        window=span,
        author=author,
        agreement_ref=agreement,
    )


def _read_head(fields: NodeFields, name: str) -> Head:
    return Head(
        identifier=name,
        title=fields.text("title"),
        domain=fields.choice("owner", Domain),
        request_ref=fields.text("request_ref"),
        decision_ref=fields.text("decision_ref"),
        validity=Validity(),
        where=fields.where,
    )


def _read_access(fields: NodeFields, field: str) -> tuple[DeclaredAccess, ...]:
    """Read a list of declared changes; without it nothing of the kind is declared."""
    found = []
    for node in fields.items(field, required=False, may_be_empty=True):
        item = NodeFields(node, fields.reading, ACCESS_FIELDS)
        sources, destinations = read_ends(item, "from"), read_ends(item, "to")
        if item.ok:
            found.append(DeclaredAccess(sources=sources, destinations=destinations, where=node.where))
    return tuple(found)


def _read_interruptions(fields: NodeFields) -> tuple[Interruption, ...]:
    nodes = fields.items("interruptions", required=False, may_be_empty=True)
    found = [_read_interruption(node, fields.reading) for node in nodes]
    return tuple(item for item in found if item is not None)


def _read_interruption(node: Node, reading: ParserContext) -> Interruption | None:
    fields = NodeFields(node, reading, INTERRUPTION_FIELDS)
    devices = fields.references("devices", NameKind.DEVICE)
    way_back, agreed_by, span = fields.text("way_back"), fields.text("agreed_by"), _read_span(fields)
    if span is None or not fields.ok:
        return None
    return Interruption(
        devices=tuple(sorted(devices)), span=span, way_back=way_back, agreed_by=agreed_by, where=node.where
    )


def _read_span(fields: NodeFields) -> Window | None:
    start, end = fields.moment("from"), fields.moment("to")
    if start is None or end is None:
        return None
    if end <= start:
        fields.complain("TR119", fields.place("to"), start=start, end=end)
        return None
    return Window(start=start, end=end)
