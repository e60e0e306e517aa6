"""What everyday changes of both example provinces have in common: an edit of a file, and a system that is new in either.

The one idea: what an office does is an edit of tables and intents; what it costs and which devices it touches follows.
"""

from __future__ import annotations

from pathlib import Path

from controller.jobs.compile import compile_workspace
from controller.jobs.pipeline import LOCKFILE, Compiled
from controller.output.terminal import Output
from ipam.store.lockfile import print_plan

SYSTEM = """
  new-portal:
    title: Cổng thông tin nội bộ (hư cấu)
    owner: so-khcn
    site: dc-tinh
    purpose: shared
    hosts: 12
    application_class: app_council_committee
    security_level: 3
    control_points: [dc-edge-1]
    assessment_ref: "19/BC-ATTT (hư cấu)"
    services:
      web: {tcp: [443]}
    valid_from: 2025-07-01
    request_ref: "109/CV-SKHCN (hư cấu)"
    decision_ref: "29/QĐ-UBND (hư cấu)"
"""
PERMIT = """
  - permit:
      id: new-portal-communes
      title: UBND cấp xã dùng cổng thông tin nội bộ
      domain: dept_ict
      request_ref: "146/CV-SKHCN (hư cấu)"
      decision_ref: "221/QĐ-UBND (hư cấu)"
      from: [{categories: [peoples_committee_body], tiers: [commune]}]
      to: [{systems: [new-portal], services: [web]}]
"""


def add_system(folder: Path) -> None:
    """A portal is new, and all communes reach it."""
    append(folder / "systems.yaml", SYSTEM)
    append(folder / "intents" / "government.yaml", PERMIT)


def change(path: Path, old: str, new: str) -> None:
    """Replace a text where it first stands in a file; an error if it does not."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(path: Path, text: str) -> None:
    """Add lines at the end of a file."""
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + text, encoding="utf-8")


def lock(folder: Path) -> Compiled:
    """Compile a workspace and give it its lockfile."""
    done = compile_workspace(folder, None, Output("en", json=True))
    (folder / LOCKFILE).write_text(print_plan(done.addressed.address_plan), encoding="utf-8")
    return done
