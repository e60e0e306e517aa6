"""secrets.csv -> where the secrets are kept that texts of devices name, and lines with the secrets in them.

The one idea: a plan, a journal and a message hold names. What a name stands for is looked up when devices are about to be
changed, and is put into a line where that leaves for its device, nowhere before. What stands at a place says by its user for
which name it is, so that no secret is typed where another one belongs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from controller.fleet.credentials import CredentialReference, Credentials, Secret, resolve
from controller.fleet.reach_table import credentials_in, without_credentials
from controller.fleet.writing import WritingError, WritingTrouble
from intents.finding import Finding, Where, make_finding, raise_errors
from intents.parser.registry import columns_of
from intents.reader.csv_reader import read_csv
from intents.reader.fields import RowFields
from intents.reader.parser_context import ParserContext
from intents.reason import Reason, because, map_reason
from ipam.inventory_reader import PlatformName
from routing.model import LinePath
from routing.vendors import VENDORS
from routing.vendors.secrets import names_in

SECRET_COLUMNS = columns_of("secret platform credentials", "")
_HIDDEN = "***"
_TYPED = re.compile(r"[!#->@-\[\]-z|~]{1,128}")
"""What a device takes as one word and as it is: no blank, no quotes, no braces, and no `?`, which asks for help."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SecretName:
    """A secret by its name in texts, and the platform for which it is written: a hash is another one on each."""

    name: str
    platform: str


@dataclass(frozen=True, slots=True)
class DeviceSecrets:
    """What names stand for; none if nothing is typed that names one."""

    found: Mapping[SecretName, Secret] = field(default_factory=dict)

    def filled(self, platform: str, line: str) -> str:
        """Return a line as it is typed; WritingError if it names a secret that is not at hand."""
        for name in names_in(line):
            secret = self.found.get(SecretName(name=name, platform=platform))
            if secret is None:
                raise WritingError(WritingTrouble.REFUSED, because("apply_secret_missing", line=line.strip()))
            line = line.replace(f"{{{{secret:{name}}}}}", secret.reveal())
        return line

    def holds(self, platform: str, named: LinePath, shown: LinePath) -> bool | None:
        """Return whether a line that a device shows is the one that names a secret; None if nobody can see it."""
        secrets = (self.found.get(SecretName(name=name, platform=platform)) for name in names_in(named[-1]))
        said = {None if secret is None else VENDORS[platform].holds(shown, secret.reveal()) for secret in secrets}
        return False if False in said else None if None in said else True

    @contextmanager
    def unsaid(self) -> Iterator[None]:
        """Keep secrets out of what a device is said to have answered."""
        try:
            yield
        except WritingError as error:
            raise WritingError(error.trouble, map_reason(error.detail, self._without), error.lines) from None

    def _without(self, said: str) -> str:
        for secret in self.found.values():
            said = said.replace(secret.reveal(), _HIDDEN)
        return said


def open_secrets(table: Path | None, needed: Mapping[SecretName, Collection[str]]) -> DeviceSecrets:
    """Return the secrets that lines name (`needed`: by name, the lines); FindingsError with each that is not there or does not
    fit its lines, OSError."""
    places = read_secrets(table, str(table)) if needed and table is not None else {}
    because_of = {name: because("secret_not_named") for name in needed if name not in places}
    raise_errors(_missing(name, reason) for name, reason in sorted(because_of.items()))
    kept = resolve(places[name] for name in needed)
    found = {name: kept[places[name]] for name in sorted(needed)}
    raise_errors(
        _missing(name, reason)
        for name, there in found.items()
        if (reason := _fault(name, there, needed[name])) is not None
    )
    return DeviceSecrets({name: there.password for name, there in found.items()})


def read_secrets(path: Path, shown: str) -> Mapping[SecretName, CredentialReference]:
    """Return where a table says that secrets are kept; FindingsError, OSError."""
    reading = ParserContext()
    table, findings = read_csv(path, shown, SECRET_COLUMNS)
    reading.add((*findings, *table.warnings()))
    found: dict[SecretName, CredentialReference] = {}
    for row in table.rows:
        fields = RowFields(row, reading)
        text, platform = fields.required("secret"), fields.choice("platform", PlatformName)
        fields.required("credentials")
        place = credentials_in(row, fields)
        if not fields.ok or place is None:
            continue
        name = SecretName(name=text, platform=str(platform))
        if name in found:
            reason = because("secret_named_twice")
            fields.complain("TR974", fields.place("secret"), secret=text, platform=str(platform), reason=reason)
        found[name] = place
    raise_errors(without_credentials(path.parent, table, reading.findings))
    return found


def _missing(name: SecretName, reason: Reason) -> Finding:
    return make_finding("TR974", Where(), secret=name.name, platform=name.platform, reason=reason)


def _fault(name: SecretName, there: Credentials, lines: Collection[str]) -> Reason | None:
    """Return why what was found is not to be typed, without it."""
    secret = there.password.reveal()
    if there.user != name.name:
        return because("secret_of_another_name")
    if _TYPED.fullmatch(secret) is None:
        return because("secret_not_one_word")
    faults = (VENDORS[name.platform].secret_fault(line, secret) for line in sorted(lines))
    return next((reason for reason in faults if reason is not None), None)
