"""The lockfile of a workspace as a store of its address plan.

The one idea: the file's bytes are its revision; what an editor, git or a merge did to them is seen whatever clocks say, and it is
looked for in the last moment before the new file is renamed to its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from intents.finding import Finding, Where
from intents.reader.source_text import decode_text, read_content
from ipam.address_plan import AddressPlan
from ipam.store.lockfile import MAXIMUM_SIZE, parse_plan, print_plan
from ipam.store.plan_store import NO_PLAN, NOTHING, FilePlacing, KeptPlan, Revision, changed_since


@dataclass(frozen=True, slots=True, kw_only=True)
class LockfileStore:
    """A plan as a text file, `shown` in findings; its revision is the digest of its bytes."""

    path: Path
    shown: str

    def load(self) -> KeptPlan:
        """Return what the file says; no plan if there is no such file yet."""
        content = self._content()
        revision = _revision_of(content)
        if content is None:
            return NO_PLAN
        text = content if isinstance(content, Finding) else decode_text(content, self.shown)
        if isinstance(text, Finding):
            return KeptPlan(plan=AddressPlan(), revision=revision, findings=(text,))
        plan, findings = parse_plan(text, self.shown)
        return KeptPlan(plan=plan, revision=revision, findings=findings)

    def save(self, plan: AddressPlan, read: KeptPlan, placing: FilePlacing) -> None:
        """Have the file written in one step, right after it was seen to be what was read."""
        placing.before(lambda: self._check(read))
        if plan != read.plan or not read.is_there:
            placing.file(self.path, print_plan(plan).encode("utf-8"))

    def _check(self, read: KeptPlan) -> None:
        if _revision_of(self._content()) != read.revision:
            raise changed_since(read, self.load(), Where(file=self.shown))

    def _content(self) -> bytes | Finding | None:
        return read_content(self.path, self.shown, MAXIMUM_SIZE) if self.path.exists() else None


def _revision_of(content: bytes | Finding | None) -> Revision:
    """Return the revision of a file's bytes; what can't be read is like nothing that could."""
    if content is None:
        return NOTHING
    return Revision(content.code if isinstance(content, Finding) else sha256(content).hexdigest())
