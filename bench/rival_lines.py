"""Texts before and after -> the lines that hier_config or annet makes of them, in the Python that has them installed.

Run by bench.rivals as `PYTHON rival_lines.py NAME`, cases as JSON on standard input. Nothing of truc is imported, so that the
file runs where truc is not; both libraries (MIT) are called as their documents say, and looked for only when asked for.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

Maker = Callable[[str, str], Sequence[str]]


def hier_config_maker() -> Maker:
    """Return what makes a remediation for IOS, with the lines that close a section.

    Banners are left out: 3.7.1 doesn't find the end of one that ends on the line it begins on, as IOS prints a short one.
    """
    library = import_module("hier_config")

    def make(running: str, standing: str) -> Sequence[str]:
        texts = (library.get_hconfig(library.Platform.CISCO_IOS, _without_banner(item)) for item in (running, standing))
        made = library.WorkflowRemediation(*texts).remediation_config
        return tuple(str(line) for line in made.lines(sectional_exiting=True))

    return make


def annet_maker() -> Maker:
    """Return what makes a patch as `annet file-patch --hw cisco` does, set up as that command sets it up."""
    api, rulebook, hardware = (import_module(f"annet.{name}") for name in ("api", "rulebook", "hardware"))
    rulebook.rulebook_provider_connector.set(rulebook.DefaultRulebookProvider)
    hardware.hardware_connector.set(hardware.AnnetHardwareProvider)
    asked = SimpleNamespace(hw="Cisco", include_missing=False, add_comments=False, indent=" ")

    def make(running: str, standing: str) -> Sequence[str]:
        with TemporaryDirectory() as scratch:
            paths = Path(scratch, "running.cfg"), Path(scratch, "standing.cfg")
            for path, text in zip(paths, (running, standing), strict=True):
                path.write_text(text, encoding="utf-8")
            made = tuple(api.file_patch_worker(tuple(map(str, paths)), asked))
        return tuple(line for _, text, _ in made for line in text.splitlines())

    return make


MAKERS: Mapping[str, Callable[[], Maker]] = {"hier_config": hier_config_maker, "annet": annet_maker}


def _without_banner(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("banner "))


def main() -> None:
    """Print the version of a library, and for each case the lines and the CPU milliseconds that they took."""
    name = sys.argv[1]
    make = MAKERS[name]()
    made = []
    for running, standing in json.load(sys.stdin):
        began = time.process_time()
        lines = [line.strip() for line in make(running, standing) if line.strip()]
        made.append({"lines": lines, "milliseconds": (time.process_time() - began) * 1000})
    json.dump({"version": version(name), "made": made}, sys.stdout)


if __name__ == "__main__":
    main()
