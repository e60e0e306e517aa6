"""Whom a device lets in behind the port of a service, by what its text says: the values that every platform's `admission` gives.

The one idea: a name of a server's is worth nothing while no server answers, so what counts is who stands in the text itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from intents.reason import Reason
from routing.model import LinePath


class Account(NamedTuple):
    """A user of the device itself, and the line that says by what it is known; another line is another account."""

    name: str
    credential: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who gets a session with every right by a service, once its packets have arrived, while no server of names answers.

    `refusal`: why nobody of the text does, None if the accounts do. `terms`: lines that a session hangs on and whose effect is
    not modelled: they are known to let somebody in only as they stood when somebody came in.
    """

    accounts: frozenset[Account] = frozenset()
    refusal: Reason | None = None
    terms: frozenset[LinePath] = frozenset()
