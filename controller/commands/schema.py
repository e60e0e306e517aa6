"""`truc schema`: JSON Schemas of the YAML files, for editors, and of the messages of `--json`, for scripts."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

from controller.output.exit_codes import ExitCode
from controller.output.message_schemas import message_schemas
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding
from intents.parser.schema import make_schemas
from intents.reader.suggestions import suggest


def known_schemas() -> tuple[str, ...]:
    """Return the names of all schemas: files and patterns of files, then formats."""
    return (*make_schemas(), *message_schemas())


def schema(output: Output, file: str | None) -> ExitCode:
    """Write the schema of one file of a workspace or of one format's messages, or of all files by name; FindingsError."""
    schemas = make_schemas()
    formats = message_schemas()
    if file is None:
        output.line(json.dumps(schemas, ensure_ascii=False, indent=2))
        return ExitCode.FINE
    if file in formats:
        output.line(json.dumps(formats[file], ensure_ascii=False, indent=2))
        return ExitCode.FINE
    name = next((pattern for pattern in schemas if file == pattern or fnmatchcase(file, pattern)), None)
    if name is None:
        nearest = suggest(file, known_schemas())
        raise FindingsError(
            [make_finding("TR813", Where(), file=file, files=", ".join(known_schemas()), suggestion=nearest)]
        )
    output.line(json.dumps(schemas[name], ensure_ascii=False, indent=2))
    return ExitCode.FINE
