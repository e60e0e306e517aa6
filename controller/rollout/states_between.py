"""What stands between two workspaces: texts of their devices to what the judge gets of them.

The one idea: a text is read once, however many states it is part of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from controller.jobs.evidence import SplitTexts, give_between, links_of
from controller.jobs.pipeline import Compiled
from controller.rollout.premises import Stand
from controller.rollout.steps import EditPosition
from routing.model import Device, PhysicalLink
from routing.text_reads import TextReads
from verification.evidence.evidence import Given

Texts = Mapping[str, str]


class StatesBetween:
    """Networks between two workspaces: any texts of their devices, judged between the bounds of both."""

    def __init__(
        self,
        ends: tuple[Compiled, Compiled],
        running: Texts,
        interrupted: Collection[str] = (),
        reads: TextReads | None = None,
    ) -> None:
        self._reads = TextReads() if reads is None else reads
        self._first = give_between(ends, running, self._reads, interrupted)
        self.cabled = links_of(ends[::-1])
        """The cables as they are in the end."""
        self._platforms = {name: config.platform for end in ends for name, config in end.configs.items()}

    def stand(self, device: str, position: EditPosition) -> Stand:
        """Return what a device is at a position."""
        platform = self._platforms[device]
        text, force = (self._reads.read(device, platform, item).device for item in (position.text, position.in_force))
        return Stand(edits=position.edits, device=text, in_force=force)

    def devices(self, texts: Texts) -> Mapping[str, Device]:
        """Return what some texts say."""
        return {name: self._reads.read(name, self._platforms[name], text).device for name, text in texts.items()}

    def given(self, texts: Texts, links: tuple[PhysicalLink, ...] | None = None) -> Given:
        """Return what the judge gets of some texts; `links`: the cables, None: as they are at first."""
        read = {name: self._reads.read(name, self._platforms[name], text) for name, text in sorted(texts.items())}
        return replace(
            self._first,
            network=replace(
                self._first.network,
                devices={name: item.device for name, item in read.items()},
                links=self._first.network.links if links is None else links,
            ),
            lines={name: item.lines for name, item in read.items()},
            texts=SplitTexts(texts),
            unknown_lines={name: item.unknown_lines for name, item in read.items()},
        )
