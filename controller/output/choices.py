"""Named choices of the command line, apart from the slow modules that act on them."""

from __future__ import annotations

from enum import StrEnum


class Shown(StrEnum):
    """What `truc show` can show."""

    ADDRESSES = "addresses"
    POLICY = "policy"
    DEVICES = "devices"
    INTENTS = "intents"
    RESIDUE = "residue"
    CONFIG = "config"


class NetBoxAction(StrEnum):
    """What `truc netbox` can do."""

    BOOTSTRAP = "bootstrap"
    CHECK = "check"
    EXPORT = "export"
    IMPORT = "import"


class OtherSites(StrEnum):
    """What becomes of the sites of organisations that another one takes over."""

    FURTHER = "further"
    RELEASE = "release"


class IpamAction(StrEnum):
    """What `truc ipam` can do."""

    SHOW = "show"
    IMPORT = "import"
