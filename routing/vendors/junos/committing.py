"""How Junos takes a change: `set` lines into the candidate, and a commit that is taken back unless another follows in time.

Sources: Juniper, NETCONF XML Management Protocol Developer Guide (lock-configuration, load-configuration, commit-configuration:
confirm-timeout in minutes; any commit confirms) and Junos XML Protocol Operations Reference (get-configuration).
"""

from __future__ import annotations

from routing.vendors.entering import CandidateEntry

_BASE = 'xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"'

ENTRY = CandidateEntry(
    lock=f"<lock-configuration {_BASE}/>",
    unlock=f"<unlock-configuration {_BASE}/>",
    load=(
        f'<load-configuration {_BASE} action="set" format="text">'
        "<configuration-set>\n{lines}</configuration-set></load-configuration>"
    ),
    show=(f'<get-configuration {_BASE} database="candidate" format="set"/>', "configuration-set"),
    discard=f'<load-configuration {_BASE} rollback="0"/>',
    try_commit=(
        f"<commit-configuration {_BASE}><confirmed/><confirm-timeout>{{minutes}}</confirm-timeout></commit-configuration>"
    ),
    keep=f"<commit-configuration {_BASE}/>",
    longest=65535,
    failed=frozenset({"rpc-error", "load-error-count"}),
)
