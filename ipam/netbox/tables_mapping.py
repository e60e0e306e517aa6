"""The tables of a workspace -> objects of a NetBox, and back.

The one idea: a line is one object, with what goes with it made beside it (interfaces, device types, providers, the ends of a
circuit), so the way back reads homes alone and makes the objects anew, as for the address plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ipam.inventory import Medium
from ipam.inventory_reader import MAKERS
from ipam.netbox.mapping import LONGEST_NAME, cut_name, role_slug, shown_name, slug_of
from ipam.netbox.tables_homes import (
    NO_ENTERPRISE,
    ROW,
    SPILLS,
    TABLE_HOMES,
    TABLE_KINDS,
    TABLE_WHOLE_NUMBERS,
)
from ipam.netbox.thing import ENDING, LASTING, NATIVE, FieldValue, Form, ObjectKind, Thing
from ipam.store.table_files import Line, Tables, line_key

_NAMED = {
    "parent": "unit",
    "region": "unit",
    "tenant": "organisation",
    "site": "site",
    "provider": "enterprise",
    "device_type": "model",
}
"""Field -> the first word of the entry of what it points to."""
_SIDES = {"a": "A", "b": "Z"}
"""Side of a channel -> what NetBox calls that end of a circuit."""
_INTERFACE_TYPES = (
    ("TenGigabitEthernet", "10gbase-x-sfpp"),
    ("xe-", "10gbase-x-sfpp"),
    ("GigabitEthernet", "1000base-t"),
    ("ge-", "1000base-x-sfp"),
)


def suffix_of(entry: str) -> str:
    """Return what stands behind the name of something if others are called so, too."""
    return f" ({entry.partition(' ')[2]})"


# Lines into things.


def things_of_tables(tables: Tables) -> tuple[Thing, ...]:
    """Return every object that tables have, in the order in which they can be made."""
    lines = {file: tuple(tables.get(file, ())) for file, _, _ in TABLE_HOMES.values()}
    cabled = _last_on_their_interfaces(lines["channels.csv"])
    found: list[Thing] = []
    for kind, file in (("unit", "units.csv"), ("organisation", "organisations.csv"), ("site", "sites.csv")):
        found += _titled(kind, lines[file])
    for kind, file in (("device", "devices.csv"), ("attachment", "attachments.csv")):
        found += (_line_thing(kind, line, row) for row, line in enumerate(lines[file], start=1))
    sites = {line["name"]: line["site"] for line in lines["devices.csv"]}
    for row, line in enumerate(lines["channels.csv"], start=1):
        found += _channel_things(line, row, sites, is_last=line["name"] in cabled)
    found += _catalogue(lines)
    found += map(_provider, sorted({str(thing.fields["provider"]) for thing in found if "provider" in thing.fields}))
    depths = _depths(found)
    order = {endpoint: place for place, endpoint in enumerate(ObjectKind)}
    return tuple(sorted(found, key=lambda thing: (order[thing.endpoint], depths.get(thing.entry, 0))))


def _titled(kind: str, lines: Sequence[Line]) -> Iterator[Thing]:
    """Yield what people call by a title: those of one title are told apart by what stands behind it."""
    things = [_line_thing(kind, line, row) for row, line in enumerate(lines, start=1)]
    alike = _called_alike(things)
    for thing in things:
        shown = {"name": name_with_suffix(thing)} if thing.entry in alike else {}
        yield replace(thing, shown={**thing.shown, **shown})


def _called_alike(things: Sequence[Thing]) -> frozenset[str]:
    """Return the entries of what is called as another is, or as another would be with its entry behind its title."""
    names = {thing.entry: str(thing.fields.get("name")).casefold() for thing in things}
    called = Counter(names.values())
    alike, more = frozenset[str](), frozenset(entry for entry, name in names.items() if called[name] > 1)
    while more != alike:
        alike = more
        shown = {name_with_suffix(thing).casefold() for thing in things if thing.entry in alike}
        more = alike.union(entry for entry, name in names.items() if name in shown)
    return alike


def _line_thing(kind: str, line: Line, row: int) -> Thing:
    file, endpoint, homes = TABLE_HOMES[kind]
    key = line_key(file, line)
    entry = f"{kind} {key}"
    fields: dict[str, FieldValue] = {ROW: row}
    spilt, spill = SPILLS.get(kind, ("", ""))
    for column, home in homes.items():
        text = line.get(column, "")
        if "/" in home:
            continue
        fields[home] = _field_value(entry, endpoint, home, text, line)
        if home == spilt and _kept_of(entry, endpoint, home, fields[home]) != text:
            fields[spill] = text
    if "status" in NATIVE[endpoint]:
        fields["status"] = ENDING if line.get("valid_to") else LASTING
    once = {"unit": {"slug": slug_of(key)}, "attachment": {"name": key}}
    return Thing(endpoint=endpoint, entry=entry, fields=fields, shown=once.get(kind, {}))


def _kept_of(entry: str, endpoint: ObjectKind, home: str, value: FieldValue) -> str:
    """Return what is told of a text by its own field alone; of a title, beside which there must be place for its entry, only what
    leaves that."""
    text = _column_text(home, value)
    is_title = NATIVE[endpoint].get(home) is Form.TITLE
    return cut_name(text, LONGEST_NAME - len(suffix_of(entry))) if is_title else text


def is_titled(thing: Thing) -> bool:
    """Return whether people call something by a title."""
    return Form.TITLE in NATIVE[thing.endpoint].values()


def name_with_suffix(thing: Thing) -> str:
    """Return what something with a title is called where others are called so, too."""
    suffix = suffix_of(thing.entry)
    title = str(thing.fields.get(_spill_of(thing), thing.fields.get("name", "")))
    return f"{cut_name(_bare_title(title, thing.entry), LONGEST_NAME - len(suffix))}{suffix}"


def with_whole_title(thing: Thing) -> Thing:
    """Return a thing that was read with its title as truc says it, however much of it the name holds: it may be cut to leave
    place for the entry, and a person's may be as long as NetBox lets it."""
    name, spill = thing.fields.get("name"), _spill_of(thing)
    if not isinstance(name, str) or not spill or is_bare(thing):
        return thing
    longest = LONGEST_NAME - len(suffix_of(thing.entry))
    whole = thing.fields.get(spill)
    if whole is None and cut_name(name, longest) != name:
        return replace(thing, fields={**thing.fields, spill: name})
    bare = _bare_title(str(whole or ""), thing.entry)
    is_cut = bool(bare) and name == cut_name(bare, longest)
    return replace(thing, fields={**thing.fields, "name": cut_name(bare, LONGEST_NAME)}) if is_cut else thing


def _bare_title(text: str, entry: str) -> str:
    """Return a title without what would be taken for the entry behind it."""
    while text.endswith(suffix_of(entry)):
        text = text.removesuffix(suffix_of(entry))
    return text


def _spill_of(thing: Thing) -> str:
    home, spill = SPILLS.get(thing.entry.partition(" ")[0], ("", ""))
    return spill if NATIVE[thing.endpoint].get(home) is Form.TITLE else ""


def _field_value(entry: str, endpoint: ObjectKind, home: str, text: str, line: Line) -> FieldValue:
    form = NATIVE[endpoint].get(home, Form.PLAIN)
    if home == "provider":
        return f"enterprise {shown_name(text or NO_ENTERPRISE, ObjectKind.PROVIDER)}"
    if not text:
        return None
    if home == "device_type":
        return f"model {MAKERS.get(line['platform'], '-')} {shown_name(text, ObjectKind.DEVICE_TYPE)}"
    if form is Form.TITLE:
        return cut_name(_bare_title(text, entry), LONGEST_NAME)
    if form is Form.SLUG:
        return role_slug(text)
    if home in _NAMED:
        return f"{_NAMED[home]} {text}"
    return int(text) if home in TABLE_WHOLE_NUMBERS else text


def _depths(things: Iterable[Thing]) -> Mapping[str, int]:
    """Return how many units stand above each: what others are named by is made first."""
    above = {thing.entry: str(thing.fields.get("parent")) for thing in things if thing.endpoint is ObjectKind.REGION}
    depths: dict[str, int] = {}
    for entry in above:
        seen = [entry]
        while above.get(seen[-1]) in above and above[seen[-1]] not in seen:
            seen.append(above[seen[-1]])
        depths[entry] = len(seen)
    return depths


# Channels: a cable between two devices, or a circuit of an enterprise's.


def _ends(line: Line) -> Iterator[tuple[str, str, str]]:
    """Yield side, device and interface of both ends of a channel."""
    for side in _SIDES:
        yield side, line[f"{side}_device"], line[f"{side}_interface"]


def _last_on_their_interfaces(lines: Sequence[Line]) -> set[str]:
    """Return the channels that come last on both their interfaces: NetBox has one cable on an interface, and no dates."""
    last: dict[tuple[str, str], tuple[str, int]] = {}
    for row, line in enumerate(lines):
        for _, device, interface in _ends(line):
            last[device, interface] = max(last.get((device, interface), ("", -1)), (line.get("valid_from", ""), row))
    return {
        line["name"]
        for row, line in enumerate(lines)
        if all(last[device, interface][1] == row for _, device, interface in _ends(line))
    }


def _channel_things(line: Line, row: int, sites: Mapping[str, str], *, is_last: bool) -> Iterator[Thing]:
    fits = is_last and all(_fits(interface) for _, _, interface in _ends(line))
    is_leased = line["medium"] == Medium.ENTERPRISE_INFRASTRUCTURE and bool(line.get("enterprise"))
    kind = "circuit" if is_leased or not fits else "cable"
    thing = _line_thing(kind, line, row)
    if kind == "cable":
        ends = {f"{side}_terminations": _interface(device, name) for side, device, name in _ends(line)}
        yield replace(thing, fields={**thing.fields, **ends})
        return
    yield thing
    for side, device, interface in _ends(line):
        end = f"end {side} {line['name']}"
        at = {"circuit": thing.entry, "term_side": _SIDES[side], "termination": f"site {sites.get(device, '')}"}
        yield Thing(endpoint=ObjectKind.CIRCUIT_TERMINATION, entry=end, fields=at)
        if fits:
            cable = {"label": f"{line['name']} {side}", "status": thing.fields["status"], "b_terminations": end}
            fields = {**cable, "a_terminations": _interface(device, interface)}
            yield Thing(endpoint=ObjectKind.CABLE, entry=f"patch {side} {line['name']}", fields=fields)


def _interface(device: str, name: str) -> str:
    return f"interface {device} {name}"


def _fits(interface: str) -> bool:
    return shown_name(interface, ObjectKind.INTERFACE) == interface


# What is told by what it is called.


def _catalogue(lines: Tables) -> Iterator[Thing]:
    """Yield device types, providers and interfaces: one for each that a line names."""
    devices = {line["name"]: line for line in lines["devices.csv"]}
    for model in sorted({str(_line_thing("device", line, 0).fields["device_type"]) for line in devices.values()}):
        _, maker, name = model.split(" ", 2)
        known = {"manufacturer": maker, "model": name, "slug": slug_of(name.lower())}
        yield Thing(endpoint=ObjectKind.DEVICE_TYPE, entry=model, fields=known)
    named = {(line["name"], line["lan_interface"]) for line in devices.values() if line.get("lan_interface")}
    named |= {(device, name) for line in lines["channels.csv"] for _, device, name in _ends(line)}
    named |= {(line["device"], line["interface"]) for line in lines["attachments.csv"] if line.get("interface")}
    for device, name in sorted(named):
        if device in devices and _fits(name):
            yield Thing(
                endpoint=ObjectKind.INTERFACE,
                entry=_interface(device, name),
                fields={"device": f"device {device}", "name": name},
                shown={"type": next((kind for start, kind in _INTERFACE_TYPES if name.startswith(start)), "other")},
            )


def _provider(entry: str) -> Thing:
    name = entry.partition(" ")[2]
    return Thing(endpoint=ObjectKind.PROVIDER, entry=entry, fields={"name": name, "slug": slug_of(name)})


# Things into lines.


def line_of_thing(thing: Thing) -> Line:
    """Return the line that a thing says; {} for what is there only because others name it, or goes with a circuit.

    A field that says nothing that its column could say is put in as it is: whoever reads the line finds it there.
    """
    kind = thing.entry.partition(" ")[0]
    if kind not in TABLE_HOMES or TABLE_HOMES[kind][1] is not thing.endpoint or is_bare(thing):
        return {}
    spilt, spill = SPILLS.get(kind, ("", ""))
    line: dict[str, str] = {}
    for column, home in TABLE_HOMES[kind][2].items():
        whole = thing.fields.get(spill) if home == spilt else None
        field, _, part = home.partition("/")
        value = thing.fields.get(field)
        line[column] = (
            str(whole) if whole is not None else _end_text(part, value) if part else _column_text(home, value)
        )
    return line


def is_bare(thing: Thing) -> bool:
    """Return whether an object says nothing of a line: it is there only because others name it, or did."""
    return not any(name.startswith("truc_") for name in thing.fields)


def _column_text(home: str, value: FieldValue) -> str:
    text = "" if value is None else str(value)
    if home == "device_type":
        return text.split(" ", 2)[-1]
    if home == "provider":
        name = text.partition(" ")[2]
        return "" if name == NO_ENTERPRISE else name
    if home in _NAMED:
        return text.partition(" ")[2]
    return text.removeprefix(role_slug("")) if home in ("group", "role", "platform", "type") else text


def _end_text(part: str, value: FieldValue) -> str:
    """Return device or name of the interface at an end; for an end at anything else, nothing as its device."""
    kind, _, rest = str(value or "").partition(" ")
    device, _, name = rest.partition(" ")
    if kind != "interface":
        return "" if part == "device" else str(value or "")
    return device if part == "device" else name


def natural_entry(endpoint: ObjectKind, fields: Mapping[str, FieldValue]) -> str:
    """Return whose entry an object of a table is by its own key, "" if it has none."""
    kind = TABLE_KINDS.get(endpoint)
    if kind is None:
        return ""
    if kind == "unit":
        code, start = fields.get("truc_code"), fields.get("truc_valid_from")
        return f"{kind} {code}@{start}" if code is not None and start is not None else ""
    key = fields.get(TABLE_HOMES[kind][2]["name"])
    return "" if key is None else f"{kind} {key}"
