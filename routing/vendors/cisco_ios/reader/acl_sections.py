"""The sections that make access lists and object groups, gathered by name, and their settling into `Acl` values.

The one idea: a list may come in several sections, or line by line (`access-list 101 ...`); its body is all of that in
order.
"""

from __future__ import annotations

from array import array

from intents.prefix import Family
from intents.reason import Reason, because
from routing.model import Acl
from routing.refs import acl_ref
from routing.vendors.cisco_ios.given_names import is_second_spelling, list_name_fault, other_name_fault
from routing.vendors.cisco_ios.layout import Section, nested
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.acl import IPV6, numbered_kind, read_body
from routing.vendors.cisco_ios.reader.groups import NO_GROUPS, Groups, resolve_groups
from routing.vendors.cisco_ios.reader.partial import AclDraft, PartialDevice

_LAST_NUMBER = 2699


def read_numbered_acl(partial: PartialDevice, index: int, words: list[str]) -> bool:
    """Read one `access-list N ...` line into the list it belongs to."""
    is_number = len(words) > 2 and not is_second_spelling(words[1])
    number = small_number(words[1], _LAST_NUMBER) if is_number else None
    kind = numbered_kind(number) if number is not None else None
    acl = None if kind is None else _open_acl(partial, words[1], kind, index)
    if acl is None:
        return False
    acl.body.append(" ".join(words[2:]))
    acl.indexes.append(index)
    return True


def _open_acl(partial: PartialDevice, name: str, kind: str, index: int) -> AclDraft | None:
    """Return the list of a name, None if the name is taken by a list of another kind."""
    acl = partial.acls.setdefault(name, AclDraft(name, kind))
    if acl.kind != kind:
        return None
    acl.headers.append(index)
    return acl


def read_acl_section(partial: PartialDevice, section: Section, name: str, kind: str) -> None:
    """Read one section of a named list."""
    fault = _name_fault(name, kind)
    acl = None if fault is not None else _open_acl(partial, name, kind, section.start)
    if acl is None:
        for index, path in nested(partial.lines, section):
            partial.reject(index, path, fault or because("acl_name_of_other_kind"))
        return
    acl.body.extend(partial.lines[section.start + 1 : section.end])
    acl.indexes.extend(range(section.start + 1, section.end))


def _name_fault(name: str, kind: str) -> Reason | None:
    """Return why a list of a kind can't have a name, or a number."""
    number = small_number(name, _LAST_NUMBER)
    numbered = None if number is None or is_second_spelling(name) else numbered_kind(number)
    if numbered is None or kind == IPV6:
        return list_name_fault(name)
    return None if numbered == kind else because("acl_name_of_other_kind")


def read_object_group(partial: PartialDevice, section: Section, words: list[str]) -> None:
    """Read one section of an object group."""
    bodies = partial.groups.get(words[1]) if len(words) == 3 else None
    fault = because("object_group_kind") if bodies is None else other_name_fault(words[2])
    if bodies is None or fault is not None:
        for index, path in nested(partial.lines, section):
            partial.reject(index, path, fault or because("object_group_kind"))
        return
    lines = nested(partial.lines, section)
    _, body = bodies.setdefault(words[2], (next(lines), []))
    for index, path in lines:
        if len(path) == 1:
            continue
        if len(path) > 2 or path[1].startswith("description "):
            partial.set_aside(index, path)
        else:
            body.append((index, path))


def finish_acls(partial: PartialDevice) -> tuple[Acl, ...]:
    """Return the access lists in order, with the line of every entry noted."""
    groups = _finish_groups(partial)
    for index, path, family, name in (*partial.acl_uses, *partial.login_lists):
        used = partial.acls.get(name)
        if used is not None and (used.kind == IPV6) != (family is Family.V6):
            partial.reject(index, path, because("acl_of_other_family"))
    found = tuple(_finish_acl(partial, partial.acls[name], groups) for name in sorted(partial.acls))
    filled = {acl.name for acl in found if acl.entries}
    for index, path, _, name in partial.login_lists:
        if name not in filled:  # open or closed, nobody says (IOS-REF-07, IOS-REF-08)
            partial.reject(index, path, because("login_list_undefined", name=name))
    return found


def _finish_groups(partial: PartialDevice) -> Groups:
    texts = {
        kind: {name: tuple(path[1] for _, path in body) for name, (_, body) in bodies.items()}
        for kind, bodies in partial.groups.items()
    }
    groups = resolve_groups(texts["network"], texts["service"])
    for kind, found in (("network", groups.addresses), ("service", groups.services)):
        for name, members in found.items():
            if isinstance(members, Reason):
                header, body = partial.groups[kind][name]
                for index, path in body or [header]:
                    partial.reject(index, path, members)
    return groups


def _finish_acl(partial: PartialDevice, acl: AclDraft, groups: Groups) -> Acl:
    uses_groups = groups is not NO_GROUPS and any("object-group" in line for line in acl.body)
    body = read_body(acl.kind, tuple(acl.body), groups if uses_groups else NO_GROUPS)
    for position, reason in body.unclear:
        partial.reject(acl.indexes[position], acl.path(partial.lines, position), reason)
    for position in body.remarks:
        partial.harmless.add(acl.path(partial.lines, position))
    name = acl.name
    partial.refs[acl_ref(name)] = acl.headers[0] + 1
    partial.runs[name] = array("I", [acl.indexes[position] + 1 for position in body.sources])
    return Acl(name=name, family=Family.V6 if acl.kind == IPV6 else Family.V4, entries=body.entries)
