"""The commands that need no workspace: texts as they were captured, the tables that they make, one packet in them."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow
# ruff: noqa: PLR0913 -- an option is a parameter, and a command has as many as people need

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from controller.cli.completion import offer_devices
from controller.cli.options import HERE, Anyway, Json, Lang, Links, LinksOf, On, Platform, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

app = typer.Typer()


@app.command(cls=SpokenCommand)
def read(
    path: Annotated[Path, typer.Argument(help="A captured text, or a folder of them.", metavar="FILE|DIR")],
    platform: Platform = None,
    lang: Lang = Language.EN,
    *,
    lines: Annotated[bool, typer.Option("--lines", help="List every line with what is made of it.")] = False,
    json: Json = False,
) -> None:
    """Say what is understood of texts from any network."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.read import read_command

        return read_command(output, path, platform, all_lines=lines)

    finish(output, HERE, action)


@app.command(cls=SpokenCommand)
def routes(
    path: Annotated[Path | None, typer.Argument(help="A folder of texts (the workspace's).", metavar="DIR")] = None,
    device: Annotated[
        str, typer.Option("--device", help="Whose table.", metavar="DEVICE", autocompletion=offer_devices)
    ] = "",
    vrf: Annotated[str | None, typer.Option("--vrf", help="One VRF (`default`: the global table).")] = None,
    platform: Platform = None,
    links: Links = None,
    workspace: LinksOf = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    anyway: Anyway = False,
    json: Json = False,
) -> None:
    """Show a device's routes, and where each comes from."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.inspection import InspectionRequest, routes_command

        request = InspectionRequest(
            path=path, platform=platform, links=links, workspace=workspace, on=on, anyway=anyway
        )
        return routes_command(output, request, device, vrf)

    finish(output, HERE, action)


@app.command(cls=SpokenCommand)
def trace(
    words: Annotated[
        list[str], typer.Argument(help="A folder of texts (the workspace's), and the packet.", metavar="[DIR] PACKET")
    ],
    start: Annotated[str | None, typer.Option("--from", help="Where it starts.", metavar="DEVICE:INTERFACE")] = None,
    failure: Annotated[
        str | None, typer.Option("--failure", help="What has failed: device/X, link/X, duct/X.", metavar="X")
    ] = None,
    platform: Platform = None,
    links: Links = None,
    workspace: LinksOf = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    why: Annotated[bool, typer.Option("--why", help="Name the lines whose loss would stop it.")] = False,
    anyway: Anyway = False,
    json: Json = False,
) -> None:
    """Follow a packet hop by hop, with the lines that decide."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.inspection import InspectionRequest, TraceRequest, refuse_words, trace_command

        if len(words) > 2:
            refuse_words(words[2:])

        request = InspectionRequest(
            path=Path(words[0]) if len(words) == 2 else None,
            platform=platform,
            links=links,
            workspace=workspace,
            on=on,
            anyway=anyway,
        )
        asked = TraceRequest(flow=words[-1], start=start, failure=failure, why=why)
        return trace_command(output, request, asked)

    finish(output, HERE, action)
