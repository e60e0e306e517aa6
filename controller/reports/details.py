"""Details of a verdict, one a line with its label; and lines of texts with their place.

The one idea: whatever is told of a packet or a line looks the same in every report.
"""

from __future__ import annotations

from controller.output.terminal import Output
from intents.messages import printable
from verification.verdicts.verdict import Culprit


def print_detail(output: Output, key: str, text: str) -> None:
    """Write one detail behind its label ("": it goes on from the one before)."""
    label = f"{output.words('label_' + key)}:" if key else ""
    output.line(f"  {label:<10} {printable(text)}")


def quoted_line(output: Output, file: str, culprit: Culprit) -> str:
    """Return `FILE:LINE: text`, or what is missing in which file."""
    if culprit.line:
        return f"{file}:{culprit.line}: {culprit.text}"
    return output.words("no_line", file=file, thing=" ".join(part for part in culprit.ref if part))
