"""The message catalogue -> the page that lists every code (docs/en/codes.md).

The one idea: the page is made from the data that the program prints, so it cannot say anything else.
"""

from __future__ import annotations

from pathlib import Path

from intents.messages import load_catalogue

_GROUPS = {
    "TR1": "Files",
    "TR2": "Registry and inventory",
    "TR3": "Intents and policy",
    "TR4": "Rules of the regulation",
    "TR5": "Addresses",
    "TR6": "Configuration",
    "TR7": "Verification",
    "TR8": "Command line",
    "TR9": "Devices and changes of them",
}
_HEAD = """\
# Messages

Every finding has a code. `truc explain CODE` shows the same text, `--lang vi` in Vietnamese. Words in braces are filled in
where the finding is made. This page is made from `intents/rules/messages.en.toml`.
"""


def codes_page() -> str:
    """Return the page as Markdown: each code with title, what is wrong, why it matters and what to do."""
    messages = load_catalogue("en").messages
    parts = [_HEAD]
    for prefix, title in _GROUPS.items():
        found = {code: message for code, message in messages.items() if code.startswith(prefix)}
        if found:
            parts.append(f"\n## {prefix}xx: {title}\n")
        for code, message in found.items():
            parts.append(f"\n### {code}: {message.title}\n\n{message.what}\n\n")
            parts.append(f"- why: {message.why}\n- do: {message.remedy}\n")
    return "".join(parts)


if __name__ == "__main__":
    path = Path(__file__).resolve().parent.parent.parent / "docs" / "en" / "codes.md"
    path.write_text(codes_page(), encoding="utf-8")
