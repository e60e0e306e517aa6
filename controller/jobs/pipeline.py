"""The main job as a chain of values: workspace -> wanted -> addressed -> built -> texts.

The one idea: each stage is one function from the previous stage's value to the next, with the findings of all stages carried
along; a stage that finds errors raises them and nothing after it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from controller.fleet.reach_table import REACH_FILE
from intents.approval import ApprovalRules
from intents.builtin import BUILTIN, management_rules
from intents.checks.regulation import check_registry_rules
from intents.compiler import compile_policy
from intents.finding import Finding, FindingsError, Where, make_finding, raise_errors
from intents.legal.days import check_days_done
from intents.legal.exceptions import apply_exceptions
from intents.legal.registers import Register, Registers, registers_in_force
from intents.model import Intent
from intents.parser.approvers import APPROVERS_FILE
from intents.parser.registers import load_registers
from intents.parser.signers import REVOKED_FILE, SIGNERS_FILE
from intents.parser.unit_events import EVENTS_FILE
from intents.policy import OrganisationEndpoint, Policy
from intents.policy_order import add_rules
from intents.prefix import Address, Family, Prefix
from intents.reader.excerpts import add_excerpts
from intents.reader.unread import unread_in_workspace
from intents.registry import PurposeName, Registry, as_at
from intents.settings import STORES, Settings
from intents.workspace import INTENTS_FOLDER, load_intents
from ipam.address_plan import AddressPlan
from ipam.allocator import allocate
from ipam.checks_inventory import check_backbone, check_device_sites, check_inventory_rules
from ipam.checks_policy import check_plan_rules
from ipam.endpoints import Resolver
from ipam.inventory import Inventory, rendered_devices
from ipam.inventory_reader import inventory_as_at, load_inventory
from ipam.legal.duties import check_duties
from ipam.pools import check_grants, make_pools
from ipam.renames import likely_renames, places_of, rename_plan
from ipam.reorganisation.prefix_lines import PREFIX_FILE
from ipam.space import NOTHING_TAKEN, TakenSpace
from ipam.store.kept_checks import check_since
from ipam.store.lockfile_store import LockfileStore
from ipam.store.plan_store import KeptPlan, PlanStore
from routing.build.budgets import check_budgets
from routing.build.builder import BuiltNetwork, build
from routing.build.context import Plans, index_plans
from routing.build.feasibility import check_feasible, check_hosts, check_servers
from routing.build.placement import MANAGEMENT, purpose_vrf
from routing.config import DeviceConfig, render_device
from routing.merge import merge_running
from routing.vendors import VENDORS
from routing.vendors.vendor import BaselineSettings, Budget
from routing.written import check_written

LOCKFILE = "truc.lock.csv"
RUNNING = "running"
CHANGES = "changes"
OUT = "out"
READ = (
    *("units.csv", EVENTS_FILE, "organisations.csv", "sites.csv", "attachments.csv", "devices.csv", "channels.csv"),
    *("purposes.yaml", "systems.yaml", "outside_networks.yaml", "settings.yaml"),
    *(INTENTS_FOLDER, RUNNING, LOCKFILE, REACH_FILE),
    *(APPROVERS_FILE, SIGNERS_FILE, REVOKED_FILE),
    *Register,
)
"""All that is read of a workspace's folder, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a workspace asks for on one day."""

    folder: Path
    on: date
    registry: Registry
    settings: Settings
    intents: tuple[Intent, ...]
    inventory: Inventory
    policy: Policy
    findings: tuple[Finding, ...]
    stands_still: bool = False
    """Whether the day is the workspace's own `default_on`, and not today."""
    approval: ApprovalRules | None = None
    """Who approves a change of what this workspace asks for."""
    registers: Registers = field(default_factory=Registers)
    """What the office keeps of papers, enterprises, assessments and the like; papers of all days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """The same with an address plan; `previous` is what is kept, `carried` its plan with today's names, `renamed` how many
    things it knew by other ones."""

    wanted: Wanted
    previous: KeptPlan
    carried: AddressPlan
    renamed: int
    address_plan: AddressPlan
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Everything: the intended network and the text that will stand on every device, foreign lines merged in."""

    addressed: Addressed
    built: BuiltNetwork
    configs: Mapping[str, DeviceConfig]
    findings: tuple[Finding, ...]


def today_of(folder_default: date | None, on: date | None) -> date:
    """Return the day to work on: the one asked for, the workspace's own, or today."""
    return on or folder_default or today()


def latest_of(folder_default: date | None, on: date) -> date:
    """Return the latest day that may have come: of what is asked about, of the workspace and of the calendar. A workspace knows
    more than the past day that it may be asked about."""
    return max(on, folder_default or on, today())


def today() -> date:
    """Return the day that it is here."""
    return datetime.now(tz=UTC).astimezone().date()


def want(folder: Path, on: date | None) -> Wanted:
    """Read a workspace and say what it asks for; FindingsError."""
    unread = tuple(unread_in_workspace(folder, (*READ, CHANGES), (OUT, PREFIX_FILE)))
    try:
        loaded = load_intents(folder)
    except FindingsError as error:
        raise FindingsError((*unread, *error.findings)) from error
    day = today_of(loaded.settings.default_on, on)
    equipment, found = load_inventory(folder, loaded.registry)
    asked = frozenset(item.head.identifier for item in loaded.intents)
    kept, told = load_registers(folder, loaded.registry, asked, equipment.devices, equipment.channels)
    written = add_excerpts(folder, check_written(loaded.registry, equipment, loaded.settings.management))
    findings = raise_errors((*unread, *loaded.findings, *found, *told, *written))
    registers = registers_in_force(kept, day)
    registry = as_at(loaded.registry, day)
    inventory, dated = inventory_as_at(equipment, registry, day)
    policy, compiled = compile_policy(loaded.intents, registry, day)
    rules = (
        *compiled,
        *check_days_done(kept, latest_of(loaded.settings.default_on, day), day),
        *check_registry_rules(registry, loaded.intents, day),
        *check_duties(registers, registry, loaded.intents, loaded.settings, inventory, day),
        *check_inventory_rules(registry, inventory, day),
        *check_backbone(inventory),
        *check_device_sites(registry, inventory, day),
    )
    judged = add_excerpts(folder, apply_exceptions(rules, registers.exceptions, day))
    findings = raise_errors((*findings, *dated, *judged))
    return Wanted(
        folder=folder,
        on=day,
        registry=registry,
        settings=loaded.settings,
        intents=loaded.intents,
        inventory=inventory,
        policy=with_builtin(policy, loaded.settings),
        findings=findings,
        approval=loaded.approval,
        registers=registers,
        stands_still=on is None and loaded.settings.default_on not in (None, today()),
    )


def with_builtin(policy: Policy, settings: Settings) -> Policy:
    """Return the policy with the rules of the management plane."""
    return add_rules(policy, management_rules(settings.management.login_from), BUILTIN)


def store_of(folder: Path) -> PlanStore:
    """Return where the address plan of a workspace is kept."""
    return LockfileStore(path=folder / LOCKFILE, shown=LOCKFILE)


def address(wanted: Wanted, kept: KeptPlan | None = None, taken: TakenSpace = NOTHING_TAKEN) -> Addressed:
    """Give everything its addresses, stable over the plan that is kept, by default as the lockfile has it; FindingsError.

    Nothing new gets what others have `taken`. Writes nothing.
    """
    previous = store_of(wanted.folder).load() if kept is None else kept
    raise_errors(previous.findings)
    if kept is None and wanted.settings.store != STORES[0] and not previous.is_there:
        raise FindingsError([make_finding("TR918", Where(file=LOCKFILE))])
    pools, pool_findings = make_pools(wanted.settings.pools, previous.plan, wanted.on)
    granted = check_grants(wanted.settings.pools, wanted.settings.granted, previous.plan, wanted.on)
    raise_errors((*wanted.findings, *pool_findings, *granted))
    latest = latest_of(wanted.settings.default_on, wanted.on)
    early = check_since(previous.plan, wanted.registry, latest, wanted.on)
    carried, renamed, idle = rename_plan(previous.plan, wanted.registry, wanted.inventory)
    plan, allocated = allocate(wanted.registry, wanted.inventory, pools, carried, wanted.settings, wanted.on, taken)
    likely = likely_renames(carried, plan, places_of(wanted.registry, wanted.inventory))
    findings = raise_errors(
        (*wanted.findings, *previous.findings, *pool_findings, *granted, *early, *idle, *likely, *allocated)
    )
    findings = raise_errors((*findings, *check_plan_rules(plan, wanted.policy, wanted.registry, wanted.on)))
    return Addressed(
        wanted=wanted, previous=previous, carried=carried, renamed=renamed, address_plan=plan, findings=findings
    )


def login_sources(addressed: Addressed) -> tuple[Prefix, ...]:
    """Return the LANs of the management stations."""
    resolver = Resolver(addressed.address_plan)
    stations = [
        OrganisationEndpoint(organisation=name, purpose=PurposeName(MANAGEMENT))
        for name in addressed.wanted.settings.management.login_from
    ]
    return tuple(sorted({prefix for item in stations for f in Family for prefix in resolver.prefixes(item, f)}))


def management_servers(settings: Settings) -> tuple[tuple[str, Address], ...]:
    """Return what every device reports to or asks, with the name of its setting."""
    management = settings.management
    listed = (
        ("ntp_servers", management.ntp_servers),
        ("syslog_servers", management.syslog_servers),
        ("tacacs_servers", management.tacacs_servers),
        ("snmp_servers", management.snmp_servers),
    )
    return tuple((name, server) for name, servers in listed for server in servers)


def baseline_settings(settings: Settings, loopback: str) -> BaselineSettings:
    """Return what the baseline of a device on a platform with that loopback needs."""
    management = settings.management
    secrets = management.secrets
    return BaselineSettings(
        domain_name=management.domain_name,
        management_vrf=purpose_vrf(MANAGEMENT),
        management_interface=loopback,
        ntp_servers=tuple(str(item) for item in management.ntp_servers),
        syslog_servers=tuple(str(item) for item in management.syslog_servers),
        tacacs_servers=tuple(str(item) for item in management.tacacs_servers),
        snmp_servers=tuple(str(item) for item in management.snmp_servers),
        banner=management.banner,
        timezone=management.timezone,
        secret_names={
            "tacacs": secrets.tacacs,
            "snmp_auth": secrets.snmp_auth,
            "snmp_priv": secrets.snmp_priv,
            "ntp": secrets.ntp,
            "enable": secrets.enable,
            "admin": secrets.admin,
        },
    )


def device_budgets(inventory: Inventory) -> dict[str, Budget]:
    """Return the limits of every device that gets a configuration, by its platform and role."""
    limits = {name: vendor.capabilities.budgets for name, vendor in VENDORS.items()}
    return {
        device.name: limits[device.platform].get(device.role, limits[device.platform][""])
        for device in rendered_devices(inventory)
    }


def make_plans(addressed: Addressed) -> Plans:
    """Return everything that building reads, indexed."""
    wanted = addressed.wanted
    baselines = {
        name: vendor.baseline(baseline_settings(wanted.settings, vendor.capabilities.loopback))
        for name, vendor in VENDORS.items()
    }
    return index_plans(
        policy=wanted.policy,
        registry=wanted.registry,
        inventory=wanted.inventory,
        address_plan=addressed.address_plan,
        platforms={name: vendor.capabilities for name, vendor in VENDORS.items()},
        target_asn=wanted.settings.route_target_asn,
        login_sources=login_sources(addressed),
        baselines={
            device.name: tuple(sorted(baselines[device.platform])) for device in rendered_devices(wanted.inventory)
        },
    )


def foresee(addressed: Addressed, plans: Plans) -> tuple[Finding, ...]:
    """Return what can be said of the devices before any is built: what none can do, and servers that none reaches."""
    settings = addressed.wanted.settings
    management, stations = settings.management, login_sources(addressed)
    servers = check_servers(management_servers(settings), stations, management.places)
    named = (("controllers", management.controllers), ("break_glass", management.break_glass))
    hosts = check_hosts(((field, host) for field, found in named for host in found), stations, management.places)
    return (*servers, *hosts, *check_feasible(plans, addressed.wanted.intents))


def build_within_budgets(addressed: Addressed, plans: Plans) -> tuple[BuiltNetwork, tuple[Finding, ...]]:
    """Return every device as built, and what is more than a device can hold; nothing that `foresee` refuses can be built."""
    built = build(plans)
    budgets = device_budgets(addressed.wanted.inventory)
    return built, check_budgets(built, addressed.address_plan, addressed.wanted.policy, budgets)


def compile_network(addressed: Addressed) -> Compiled:
    """Build every device, write its text, and merge in what is foreign on it; FindingsError."""
    wanted = addressed.wanted
    plans = make_plans(addressed)
    feasible = raise_errors((*addressed.findings, *foresee(addressed, plans)))
    built, fitting = build_within_budgets(addressed, plans)
    configs = {name: render_device(device) for name, device in sorted(built.devices.items())}
    merged, found = merge_running(configs, wanted.folder / RUNNING)
    findings = raise_errors((*feasible, *fitting, *found))
    return Compiled(addressed=addressed, built=built, configs=merged, findings=findings)
