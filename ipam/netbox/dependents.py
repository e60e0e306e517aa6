"""What is to be deleted -> what people have hung on it, which NetBox would empty or delete along with it, or for which it would
refuse.

The one idea: NetBox keeps an IP address from losing its VRF, empties the VLAN of an interface in silence, and deletes a circuit's
place in a group. So before anything is deleted all that can name it is asked for; what is named is let go of instead: it
loses what truc wrote there, stays as it is, and belongs to people from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from intents.finding import Finding, Severity, Where, make_finding
from intents.reason import because
from ipam.netbox.changes import NetBoxChanges
from ipam.netbox.conflicts import kept_from
from ipam.netbox.mapping import NOTE
from ipam.netbox.reading import Reading, place_of
from ipam.netbox.record import objects
from ipam.netbox.rows import OwnRow
from ipam.netbox.server import Server, refuse
from ipam.netbox.thing import OBJECT_TYPES, ObjectKind
from ipam.netbox.uniqueness import FREED

LET_GO = "TR815"
"""The code of the warning that something was not deleted."""
_AT_ONCE = 100
_MOST_SINGLY = 20
"""Objects that are asked for one by one where a list knows no other question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """A list of what may name an object: it is asked for by `asked`, and says in `fields` whom it names.

    `typed` is the field that says of which kind that is, `said` one in which a text of ours makes it no concern of others;
    `at_once`: how many can be asked for at once.
    """

    path: str
    asked: str
    fields: tuple[str, ...]
    typed: str = ""
    said: str = ""
    at_once: int = _AT_ONCE


_ANY = (
    Referrer(
        path="extras/journal-entries/",
        asked="assigned_object_id",
        fields=("assigned_object_id",),
        typed="assigned_object_type",
        said="comments",
    ),
    Referrer(path="extras/image-attachments/", asked="object_id", fields=("object_id",), typed="object_type"),
    Referrer(path="tenancy/contact-assignments/", asked="object_id", fields=("object_id",), typed="object_type"),
)
"""What people hang on an object of whichever kind."""
_VLANS = ("untagged_vlan", "tagged_vlans", "qinq_svlan")
REFERRERS: Mapping[ObjectKind, tuple[Referrer, ...]] = {
    ObjectKind.VRF: tuple(
        Referrer(path=path, asked="vrf_id", fields=("vrf",))
        for path in (
            *("ipam/prefixes/", "ipam/ip-addresses/", "ipam/ip-ranges/"),
            *("dcim/interfaces/", "virtualization/interfaces/"),
        )
    ),
    ObjectKind.VLAN: (
        Referrer(path="dcim/interfaces/", asked="vlan_id", fields=_VLANS, at_once=1),
        Referrer(path="virtualization/interfaces/", asked="vlan_id", fields=_VLANS, at_once=1),
        Referrer(path="ipam/prefixes/", asked="vlan_id", fields=("vlan",)),
        Referrer(path="ipam/vlans/", asked="qinq_svlan_id", fields=("qinq_svlan",)),
        Referrer(path="wireless/wireless-lans/", asked="vlan_id", fields=("vlan",)),
        Referrer(path="vpn/l2vpn-terminations/", asked="vlan_id", fields=("assigned_object_id",)),
    ),
    ObjectKind.ASN: (
        Referrer(path="dcim/sites/", asked="asn_id", fields=("asns",)),
        Referrer(path="circuits/providers/", asked="asn_id", fields=("asns",)),
    ),
    ObjectKind.CIRCUIT: (
        Referrer(
            path="circuits/circuit-group-assignments/", asked="member_id", fields=("member_id",), typed="member_type"
        ),
    ),
}
"""What names an object of a kind in particular; a prefix, an aggregate, a cable and an end of a circuit nothing does."""


def spare_what_is_named(server: Server, reading: Reading, changes: NetBoxChanges) -> NetBoxChanges:
    """Return the changes with what others name let go of in place of deleted, each with a warning (TR815); FindingsError
    (TR993)."""
    ours = {row.key for row in reading.rows}
    named: dict[tuple[ObjectKind, int], str] = {}
    for endpoint in reversed(ObjectKind):  # a prefix that stays keeps its VRF
        numbers = [row.number for row in changes.gone if row.thing.endpoint is endpoint]
        for number, who in _named(server, endpoint, numbers, ours - named.keys()):
            named.setdefault((endpoint, number), who)
    named |= _with_their_ends(reading, changes.gone, named)
    handed = tuple(row for row in changes.gone if row.key in named)
    taking = [row for row in handed if row.thing.endpoint not in FREED]
    warnings = tuple(_let_go(reading, row, named[row.key]) for row in handed)
    return replace(
        changes,
        gone=tuple(row for row in changes.gone if row.key not in named),
        handed=handed,
        warnings=(*changes.warnings, *warnings),
        conflicts=(*changes.conflicts, *kept_from(reading, taking, changes.needs)),
    )


def _with_their_ends(
    reading: Reading, gone: Sequence[OwnRow], named: Mapping[tuple[ObjectKind, int], str]
) -> Mapping[tuple[ObjectKind, int], str]:
    """Return circuits that stay for what names them, or is at an end of theirs, and their ends."""
    cables = {take[-1]: row for row in reading.foreign if row.endpoint is ObjectKind.CABLE for take in row.takes}
    ends = [row for row in gone if row.thing.endpoint is ObjectKind.CIRCUIT_TERMINATION]
    at_ends = {row.key: place_of(reading.shown, cables[row.thing.entry]) for row in ends if row.thing.entry in cables}
    known = {**at_ends, **named}
    theirs = [row for row in reading.foreign if row.endpoint is ObjectKind.CIRCUIT_TERMINATION]
    staying = {take[2]: place_of(reading.shown, row) for row in theirs for take in row.takes}
    staying |= {str(row.thing.fields.get("circuit")): known[row.key] for row in ends if row.key in known}
    staying |= {row.thing.entry: named[row.key] for row in gone if row.key in named}
    return {
        row.key: staying[entry]
        for row in gone
        if (entry := str(row.thing.fields.get("circuit", row.thing.entry))) in staying
    }


def _let_go(reading: Reading, row: OwnRow, who: str) -> Finding:
    where = Where(file=place_of(reading.shown, row))
    return make_finding(LET_GO, where, severity=Severity.WARNING, entry=row.thing.entry, first=who)


def _named(
    server: Server, endpoint: ObjectKind, numbers: Sequence[int], ours: Iterable[tuple[ObjectKind, int]]
) -> Iterator[tuple[int, str]]:
    """Yield each number that is named, and where the first that names it is; what is ours names nothing."""
    left, own = list(numbers), {f"{kind}/{number}/" for kind, number in ours}
    for number in _written_upon(server, endpoint, numbers):
        yield number, f"{server.url}/{endpoint}/{number}/"
        left.remove(number)
    for referrer in (*REFERRERS.get(endpoint, ()), *_ANY):
        found: dict[int, str] = {}
        for asked in _portions(left, referrer):
            for number, who in _asked(server, endpoint, referrer, asked):
                if who not in own:
                    found.setdefault(number, f"{server.url}/{who}")
        yield from found.items()
        left = [number for number in left if number not in found]


def _written_upon(server: Server, endpoint: ObjectKind, numbers: Sequence[int]) -> Iterator[int]:
    """Yield those of some objects on which a person wrote a comment, which truc never does."""
    for start in range(0, len(numbers), _AT_ONCE):
        asked = tuple(numbers[start : start + _AT_ONCE])
        for one in objects(server, f"{endpoint}/", 0, fields="id,comments", id=asked):
            if isinstance(one, dict) and one.get("id") in asked and one.get("comments"):
                yield int(one["id"])


def _portions(numbers: Sequence[int], referrer: Referrer) -> Iterator[Sequence[int]]:
    """Yield the numbers that are asked for at once; of many that are asked for one by one, all: the list is read whole."""
    if referrer.at_once == 1 and len(numbers) > _MOST_SINGLY:
        yield numbers
        return
    for start in range(0, len(numbers), referrer.at_once):
        yield numbers[start : start + referrer.at_once]


def _asked(
    server: Server, endpoint: ObjectKind, referrer: Referrer, numbers: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Yield what a list says of some objects; FindingsError (TR993) if it says something of none of them: NetBox does not heed a
    question that it does not know."""
    of_type = {referrer.typed: OBJECT_TYPES[endpoint]} if referrer.typed else {}
    fields = ("id", *referrer.fields, *filter(None, (referrer.said, referrer.typed)))
    is_whole = referrer.at_once < len(numbers)
    asked = {} if is_whole else {referrer.asked: tuple(numbers)}
    query: dict[str, Any] = {"fields": ",".join(fields), **asked, **of_type}
    for one in objects(server, referrer.path, 0, **query):
        try:
            number, said = int(one["id"]), str(one[referrer.said]) if referrer.said else ""
            is_meant = not referrer.typed or one[referrer.typed] == OBJECT_TYPES[endpoint]
            named = {told for name in referrer.fields for told in _numbers_in(one[name])}
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise refuse(f"{server.url}/api/{referrer.path}", because("netbox_shape", said=error)) from None
        meant = named.intersection(numbers) if is_meant else ()
        if not meant and not is_whole:
            raise refuse(f"{server.url}/api/{referrer.path}", because("netbox_shape", said=referrer.asked))
        if not said.startswith(NOTE):
            yield from ((told, f"{referrer.path}{number}/") for told in sorted(meant))


def _numbers_in(value: Any) -> Iterator[int]:
    """Yield the numbers of all that a field names, however NetBox says it."""
    match value:
        case None:
            return
        case list():
            for one in value:
                yield from _numbers_in(one)
        case dict():
            yield int(value["id"])
        case _:
            yield int(value)
