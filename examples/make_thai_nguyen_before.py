"""Writes Thái Nguyên and Bắc Kạn as they were until 2025-06-30: `python -m examples.make_thai_nguyen_before FOLDER`.

The one idea: tables are made as those of today's example are, and meaning is today's with the names of then; what
`truc reorganise` makes of it is the province of today. No clock and no chance: running it again gives the same bytes. Nothing of
it is committed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.workspace_writer import Draft, flow, write_text
from examples.make_thai_nguyen import COMMENTS, SETTINGS
from examples.thai_nguyen_addresses import make_pools, used_cells
from examples.thai_nguyen_before import (
    OPERATOR,
    add_old_access,
    add_old_attachments,
    add_old_organisations,
    add_old_sites,
    add_old_units,
    read_districts,
    read_old_communes,
)
from examples.thai_nguyen_network import add_backbone, add_level_1
from examples.thai_nguyen_parties import BEFORE, LAST_DAY_BEFORE, REFORM

TODAY = Path(__file__).parent / "thai-nguyen"
NAMES: Mapping[str, str] = {
    REFORM: BEFORE,
    "ban-tuyen-giao-dan-van": "ban-tuyen-giao",
    "so-dan-toc-ton-giao": "ban-dan-toc",
    "so-nn-mt": "so-nn-ptnt",
    "so-khcn": OPERATOR,
}
"""What today's words were then."""
TABLE_COMMENTS: Mapping[str, str] = {
    **COMMENTS,
    "units": "Units until 2025-06-30: two provinces, 17 districts, 280 communes, wards and townships.",
    "organisations": "The bodies of the eight categories. Names above the communes are fictional.",
    "sites": "Sites of level I and II, data centres and the network's own points. Fictional.",
}


def make_draft() -> Draft:
    """Return all tables of the example."""
    communes, districts = read_old_communes(), read_districts()
    draft = Draft(since=BEFORE)
    add_old_units(draft, communes, districts)
    add_old_organisations(draft, communes, districts)
    add_old_sites(draft, communes, districts)
    add_backbone(draft, BEFORE)
    add_level_1(draft)
    add_old_access(draft, communes, districts)
    add_old_attachments(draft, communes, districts)
    return draft


def then(text: str) -> str:
    """Return a text of today in the words of then."""
    for today, old in NAMES.items():
        text = text.replace(today, old)
    return text


def write_before(folder: Path) -> None:
    """Write the workspace into a folder."""
    draft = make_draft()
    draft.write(folder, TABLE_COMMENTS)
    pools = make_pools(used_cells(draft))
    head = then(SETTINGS).replace("default_on: 2026-11-24", f"default_on: {LAST_DAY_BEFORE}")
    write_text(folder / "settings.yaml", head + "".join(f"  - {flow(pool)}\n" for pool in pools))
    for name in ("purposes.yaml", "systems.yaml", "outside_networks.yaml"):
        write_text(folder / name, then((TODAY / name).read_text(encoding="utf-8")))
    for path in sorted((TODAY / "intents").glob("*.yaml")):
        write_text(folder / "intents" / path.name, then(path.read_text(encoding="utf-8")))


def main(arguments: Sequence[str]) -> None:
    """Write the workspace into the folder given."""
    write_before(Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
