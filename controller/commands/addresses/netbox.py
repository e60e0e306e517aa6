"""`truc netbox`: address plan and tables of a workspace and those in a NetBox, prepared, compared, written or taken."""

from __future__ import annotations

from controller.boundary import check_folder
from controller.commands.addresses.netbox_bootstrap import bootstrap
from controller.commands.addresses.netbox_plan import check, export_plan, import_plan_from
from controller.commands.addresses.netbox_request import NetBoxRequest, server_of
from controller.jobs.alone import alone_in
from controller.output.choices import NetBoxAction
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output


def netbox_command(output: Output, action: NetBoxAction, request: NetBoxRequest) -> ExitCode:
    """Do what is asked for; FindingsError, OSError."""
    check_folder(request.folder)
    server = server_of(request)
    match action:
        case NetBoxAction.BOOTSTRAP:
            return bootstrap(output, request, server)
        case NetBoxAction.CHECK:
            return check(output, request, server)
        case NetBoxAction.EXPORT:
            with alone_in(request.folder):
                return export_plan(output, request, server)
        case NetBoxAction.IMPORT:
            with alone_in(request.folder):
                return import_plan_from(output, request, server)
