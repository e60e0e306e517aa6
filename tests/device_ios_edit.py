"""What a line of configuration mode does on a made-up IOS-XE: where it belongs, what it replaces or takes away, what is said.

The one idea: a line is taken by the mode in which it is typed, else by one around it, which it then goes back to; `no` takes away
all that begins with its words. Special commands are in `tests/device_ios_special.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.device_ios_config import Block, IosConfig, Lines
from tests.device_ios_removed import removed
from tests.device_ios_special import SPECIAL, Answer
from tests.device_ios_words import COMMANDS, DIRECTED, KEYED, LEAST, OPENERS, PROMPTS, PROMPTS_BY_HEAD, SINGLE, USUAL

INCOMPLETE = "% Incomplete command.\n"
PHYSICAL = ("GigabitEthernet", "TenGigabitEthernet", "FastEthernet", "Ethernet", "TwentyFiveGigE", "HundredGigE")


@dataclass(slots=True, kw_only=True)
class Typing:
    """Where a session stands in configuration mode: the blocks that it is in, by slot, and a text that goes on over lines."""

    path: list[tuple[str, str, str]] = field(default_factory=list)  # slot, head, mode
    banner: list[str] | None = None  # the command, the delimiter, lines
    boot: bool = False  # lines of a file: an interface is up unless it says otherwise

    @property
    def mode(self) -> str:
        return self.path[-1][2] if self.path else "global"

    @property
    def prompt(self) -> str:
        head = self.path[-1][1] if self.path else ""
        return next((said for start, said in PROMPTS_BY_HEAD.items() if head.startswith(start)), PROMPTS[self.mode])


def type_line(config: IosConfig, typing: Typing, line: str, *, prompt: int = 0, later: float = 0.0) -> str:
    """Do what a line says and return the answer, lines ending with a break; `prompt` is its length, for the marker."""
    if typing.banner is not None:
        return _more_banner(config, typing, line)
    words = line.split()
    if not words or words[0].startswith("!"):
        return ""
    if words == ["exit"] or words[0] == "exit-address-family":
        if not typing.path or (words[0] != "exit" and not typing.mode.endswith("family")):
            return marker(line, words[0], prompt)
        typing.path.pop()
        return ""
    negate = words[0] in {"no", "default"}
    body = words[1:] if negate else words
    if not body:
        return INCOMPLETE
    modes = ["global", *(mode for _, _, mode in typing.path)]
    while modes and not _takes(modes[-1], body):
        modes.pop()
    if not modes:
        return marker(line, body[0], prompt)
    del typing.path[len(modes) - 1 :]
    if not negate and _too_short(body):
        return INCOMPLETE
    return _do(config, typing, body, negate=negate, later=later)


def marker(line: str, word: str, prompt: int) -> str:
    return f"{' ' * (prompt + line.index(word))}^\n% Invalid input detected at '^' marker.\n\n"


def _takes(mode: str, body: list[str]) -> bool:
    commands = COMMANDS[mode]
    if commands is None:
        return " ".join(body[:2]) not in _TWO_WORDS and body[0] not in _ONLY_GLOBAL
    if body[0] in commands or " ".join(body[:2]) in commands:
        return True
    return body[0].isdigit() and mode in {"acl4", "acl4-standard"}


_TWO_WORDS = frozenset(" ".join(words.split()[:2]) for words, _, _ in OPENERS["global"] if " " in words)
_ONLY_GLOBAL = frozenset(words for words, _, _ in OPENERS["global"] if " " not in words) | {"hostname", "router"}


def _too_short(body: list[str]) -> bool:
    for count in (2, 1):
        least = LEAST.get(" ".join(body[:count]))
        if least is not None:
            return len(body) < least
    return False


def _do(config: IosConfig, typing: Typing, body: list[str], *, negate: bool, later: float) -> str:
    block = _here(config, typing)
    opener = _opener(typing.mode, body)
    if opener is not None:
        return _open(config, typing, body, opener, negate=negate, later=later)
    if typing.mode == "global" and body[0] == "banner" and not negate:
        return _start_banner(config, typing, " ".join(body))
    special = SPECIAL.get((typing.mode, "N" if body[0].isdigit() else body[0]))
    special = special or SPECIAL.get((typing.mode, " ".join(body[:2])))
    answer: Answer = special(config, block, body, negate) if special is not None else None
    lines = config.lines if block is None else block.lines
    if answer is None and negate:
        _take_away(lines, typing.mode, body)
    elif answer is None:
        lines[slot_of(typing.mode, body)] = " ".join(body)
    if block is not None:
        _touch(config, typing)
    return answer or ""


def _here(config: IosConfig, typing: Typing) -> Block | None:
    """Return the block that the session is in, made anew if somebody took it away meanwhile."""
    found: Block | None = None
    for slot, head, mode in typing.path:
        lines = config.lines if found is None else found.lines
        inner = lines.get(slot)
        if not isinstance(inner, Block):
            inner = lines[slot] = Block(head, mode)
            if found is not None:
                found.touch()
        found = inner
    return found


def _touch(config: IosConfig, typing: Typing) -> None:
    outer = config.block(typing.path[0][0])
    if outer is not None:
        outer.touch()
        for slot, _, _ in typing.path[1:]:
            inner = outer.lines.get(slot)
            if isinstance(inner, Block):
                inner.touch()


def slot_of(mode: str, body: list[str]) -> str:
    """Return the slot of a command: what it shares with a command that can't stand beside it."""
    for count in (4, 3, 2, 1):
        start = " ".join(body[:count])
        if len(body) >= count and start in SINGLE.get(mode, ()):
            return start
        if len(body) > count and start in KEYED.get(mode, ()):
            return f"{start} {body[count]}"
        if len(body) > count and start in DIRECTED.get(mode, ()):
            return f"{start} {body[-1]}"
        if start in USUAL.get(mode, ()):
            return start
    return " ".join(body)


def _take_away(lines: dict[str, str | Block], mode: str, body: list[str]) -> None:
    said = " ".join(body)
    slot = slot_of(mode, body)
    if slot in USUAL.get(mode, ()):
        lines[slot] = f"no {slot}"
    elif slot in lines and " ".join(body[: len(slot.split())]) in SINGLE.get(mode, ()):
        del lines[slot]
    else:
        for key in [key for key, line in lines.items() if isinstance(line, str) and f"{line} ".startswith(f"{said} ")]:
            del lines[key]


def _opener(mode: str, body: list[str]) -> tuple[str, str, int] | None:
    for words, opened, least in OPENERS.get(mode, ()):
        count = words.count(" ") + 1
        if body[:count] == words.split():
            return words, opened, least
    return None


def _open(
    config: IosConfig, typing: Typing, body: list[str], opener: tuple[str, str, int], *, negate: bool, later: float
) -> str:
    words, mode, least = opener
    if len(body) < least:
        return INCOMPLETE
    slot, head = _head(words, body, negate=negate)
    lines = config.lines if (block := _here(config, typing)) is None else block.lines
    if mode == "interface":
        mode = "subinterface" if "." in head else "interface"
    if negate:
        answer = removed(config, lines, slot, head, later)
        if block is not None:
            _touch(config, typing)
        return answer
    refusal = _refusal(config, mode, slot, head)
    if refusal:
        return refusal
    found = lines.get(slot)
    if not isinstance(found, Block):
        lines[slot] = fresh = Block(head, mode)
        if mode == "interface" and head.split()[1].startswith(PHYSICAL) and not typing.boot:
            fresh.lines["shutdown"] = "shutdown"
    elif found.head != head:
        found.head = head
        found.touch()
    if block is not None:
        _touch(config, typing)
    typing.path.append((slot, head, mode))
    return ""


def _head(words: str, body: list[str], *, negate: bool) -> tuple[str, str]:
    """Return a block's slot and its head; a route map's action belongs to the head alone."""
    if words == "interface":
        name = "".join(body[1:])
        return f"interface {name}", f"interface {name}"
    if words == "router bgp":
        return words, " ".join(body)
    if words == "route-map" and not (negate and len(body) == 2):
        action = body[2] if len(body) > 2 else "permit"
        number = body[3] if len(body) > 3 else "10"
        return f"route-map {body[1]} {number}", f"route-map {body[1]} {action} {number}"
    return " ".join(body), " ".join(body)


def _refusal(config: IosConfig, mode: str, slot: str, head: str) -> str:
    name = head.rsplit(maxsplit=1)[-1]
    if mode == "bgp":
        running = config.block(slot)
        if running is not None and running.head != head:
            return f"BGP is already running; AS is {running.head.split()[-1]}\n"
    if mode == "vrf" and config.in_deletion(name):
        return f"% Deletion of VRF {name} in progress; wait for it to complete\n"
    if mode == "bgp-family" and " vrf " in head:
        vrf = config.block(f"vrf definition {name}")
        if vrf is None or "rd" not in vrf.lines:
            return f"% VRF {name} does not exist or does not have a RD.\n"
    return ""


def _start_banner(config: IosConfig, typing: Typing, said: str) -> str:
    command, rest = " ".join(said.split()[:2]), said.split(maxsplit=2)[2] if len(said.split()) > 2 else ""
    if not rest:
        return INCOMPLETE
    delimiter = "^C" if rest.startswith("^C") else rest[0]
    first = rest[len(delimiter) :]
    typing.banner = [command, delimiter]
    if delimiter in first:
        return _more_banner(config, typing, first)
    if first:
        typing.banner.append(first)
    return f"Enter TEXT message.  End with the character '{delimiter}'.\n"


def _more_banner(config: IosConfig, typing: Typing, line: str) -> str:
    assert typing.banner is not None
    command, delimiter, *before = typing.banner
    if delimiter not in line:
        typing.banner.append(line)
        return ""
    text = "\n".join([*before, line[: line.index(delimiter)]])
    config.lines[command] = f"{command} ^C{text}^C"
    typing.banner = None
    return ""


def load_text(text: str) -> IosConfig:
    """Return the configuration that a file holds, as a device reads it when it starts."""
    return IosConfig(lambda: _read(text))


def _read(text: str) -> Lines:
    """Read a file's lines; one that the device refuses is a mistake in the test."""
    config, typing = IosConfig(), Typing(boot=True)
    for line in text.splitlines():
        if line in {"end", ""} or line.startswith(("Building configuration", "Current configuration", "version ")):
            continue
        if not line.startswith(" ") and typing.banner is None:
            typing.path.clear()
        answer = type_line(config, typing, line)
        if answer.startswith(("%", " ")):
            raise ValueError(f"{line}: {answer}")
    return config.lines
