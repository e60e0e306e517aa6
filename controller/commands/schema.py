"""`truc schema`: JSON Schemas of the YAML files, for editors."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding
from intents.reader.schema import make_schemas
from intents.reader.suggestions import suggest


def schema(output: Output, file: str | None) -> ExitCode:
    """Write the schema of one file of a workspace, or all schemas by file name; FindingsError."""
    schemas = make_schemas()
    if file is None:
        output.line(json.dumps(schemas, ensure_ascii=False, indent=2))
        return ExitCode.FINE
    name = next((pattern for pattern in schemas if file == pattern or fnmatchcase(file, pattern)), None)
    if name is None:
        raise FindingsError(
            [make_finding("TR813", Where(), file=file, files=", ".join(schemas), suggestion=suggest(file, schemas))]
        )
    output.line(json.dumps(schemas[name], ensure_ascii=False, indent=2))
    return ExitCode.FINE
