"""What the commands print on the small example, word for word, in both languages.

Numbers of lines move with every change of a vendor module, so they are left out. To accept new texts after reading them:
`python -m tests.test_controller_golden` in the project's folder.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from tests.small_commands import ON, copy_small, edit, truc

GOLDEN = Path(__file__).parent / "golden"

# Name of the golden, the words of the command, and what it may exit with.
CASES: dict[str, tuple[tuple[str, ...], int]] = {
    "validate.en": (("validate", "--on", ON), 0),
    "validate.vi": (("validate", "--on", ON, "--lang", "vi"), 0),
    "compile.en": (("compile", "--on", ON), 0),
    "compile-check.vi": (("compile", "--check", "--on", ON, "--lang", "vi"), 2),
    "verify.en": (("verify", "--on", ON), 0),
    "verify.vi": (("verify", "--on", ON, "--lang", "vi", "--no-failures"), 0),
    "verify-open-fence.en": (("verify", "--on", ON, "--no-failures", "--configs"), 1),
    "verify-open-fence.vi": (("verify", "--on", ON, "--no-failures", "--lang", "vi", "--configs"), 1),
    "verify-unknown-line.vi": (("verify", "--on", ON, "--no-failures", "--lang", "vi", "--configs"), 3),
    "show-addresses.en": (("show", "addresses", "--on", ON), 0),
    "show-policy.en": (("show", "policy", "--on", ON), 0),
    "show-devices.vi": (("show", "devices", "--on", ON, "--lang", "vi"), 0),
    "show-intents.en": (("show", "intents", "--on", ON), 0),
    "show-residue.en": (("show", "residue", "--on", ON), 0),
    "ipam-show.en": (("ipam", "show", "--on", ON), 0),
    "explain-code.en": (("explain", "TR307"), 0),
    "explain-code.vi": (("explain", "tr307", "--lang", "vi"), 0),
    "explain-intent.en": (("explain", "warehouse-communes", "--on", ON), 0),
    "explain-nobody.en": (("explain", "warehouse-comunes", "--on", ON), 1),
    "no-workspace.vi": (("verify", "-w", "không có", "--lang", "vi"), 1),
}


def broken_texts(name: str, workspace: Path) -> Path:
    """Compile a workspace and return its texts with one fault in them."""
    truc("compile", "-w", workspace, "--on", ON)
    texts = workspace / "out" / "configs"
    if name.startswith("verify-unknown-line"):
        with (texts / "core-1.cfg").open("a", encoding="utf-8") as file:
            file.write("frobnicate all packets\n")
    else:
        edit(texts / "cpe-gia-sang.cfg", " 10 permit icmp", " 1 permit ip any any\n 10 permit icmp")
    return texts


def printed(name: str, folder: Path) -> tuple[int, str]:
    """Return exit code and output of a case, without what says where it ran and how long the texts are."""
    workspace = copy_small(folder)
    words = CASES[name][0]
    place = () if "-w" in words or name.startswith("explain-code") else ("-w", str(workspace))
    faulty = (str(broken_texts(name, workspace)),) if words[-1] == "--configs" else ()
    code, text = truc(*words, *faulty, *place)
    text = re.sub(r"(\.cfg|core-1):\d+:", r"\1:N:", text)
    text = text.replace(str(workspace), "WORKSPACE")
    text = re.sub(r"[\d,]+ (lines|dòng)\b", r"N \1", text)
    text = re.sub(r"(serve it|phục vụ): [\d,]+", r"\1: N", text)
    return code, re.sub(r"(\.(?:cfg|conf)): \d[\d, -]*$", r"\1: …", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", CASES)
def test_a_command_prints_these_words(name: str, tmp_path: Path) -> None:
    code, text = printed(name, tmp_path)
    assert code == CASES[name][1]
    assert text == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_no_golden_is_left_over() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.??.txt")) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_called_safe_and_every_text_ends_with_what_to_do(name: str) -> None:
    lines = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert not any(re.search(r"\bsafe\b|an toàn", line) for line in lines)
    assert any(re.match(r"(next|tiếp theo): ", line) for line in lines[-2:])


if __name__ == "__main__":
    for case in CASES:
        with tempfile.TemporaryDirectory() as scratch:
            (GOLDEN / f"{case}.txt").write_text(printed(case, Path(scratch))[1], encoding="utf-8")
