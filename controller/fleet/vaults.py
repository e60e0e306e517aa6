"""`vault:MOUNT/PATH` -> the user and the password that HashiCorp Vault, or OpenBao, keeps there (secrets engine kv, version 2).

The one idea: the vault is asked as its own command asks it: VAULT_ADDR, VAULT_TOKEN (or ~/.vault-token), VAULT_NAMESPACE and
VAULT_CACERT say where and as whom; the token is sent to nobody but that address, and not in the clear to another machine.
Source: HashiCorp Vault, HTTP API, KV secrets engine version 2, `GET /:mount/data/:path`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from intents.reason import UnclearError, unclear

_SECONDS = 20
FIELDS = ("username", "password")
"""The fields of a secret that hold a user and a password."""


def parse_place(place: str) -> tuple[str, str]:
    """Return the mount and the path of a place; UnclearError if it names none."""
    mount, _, path = place.partition("/")
    if not (mount and path.strip("/")) or any(part in {"", ".", ".."} for part in place.split("/")):
        raise unclear("credentials_no_secret_named")
    return mount, path


def ask_vault(place: str) -> tuple[str, str]:
    """Return the user and the password that a vault keeps; UnclearError says why there are none, in words of ours alone: what a
    server answers is not repeated."""
    mount, path = parse_place(place)
    address = os.environ.get("VAULT_ADDR", "")
    if not address:
        raise unclear("credentials_not_set", name="VAULT_ADDR")
    if not _is_safe(address):
        raise unclear("credentials_vault_in_the_clear")
    if find_spec("hvac") is None:
        raise unclear("credentials_no_hvac")
    found = _fields(address, mount, path)
    user, password = (found.get(name) for name in FIELDS)
    if not (isinstance(user, str) and isinstance(password, str) and user.strip() and password):
        raise unclear("credentials_vault_fields")
    if any(character in user + password for character in "\r\n\0"):
        raise unclear("credentials_vault_fields")
    return user.strip(), password


def _is_safe(address: str) -> bool:
    """Return whether what is sent to an address can't be read on the way: it is encrypted, or does not leave this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fields(address: str, mount: str, path: str) -> Mapping[str, object]:
    """Return the fields of a secret's newest version. A redirect is not followed: it would take the token with it."""
    hvac: Any = import_module("hvac")  # its types are not published
    namespace = os.environ.get("VAULT_NAMESPACE")
    try:
        client = hvac.Client(url=address, namespace=namespace, timeout=_SECONDS, allow_redirects=False)
    except (OSError, UnicodeDecodeError):  # of the file with the token
        raise unclear("credentials_vault_no_token") from None
    if not client.token:
        raise unclear("credentials_vault_no_token")
    try:
        answer = client.secrets.kv.v2.read_secret_version(path=path, mount_point=mount, raise_on_deleted_version=True)
        found = answer["data"]["data"]
    except (hvac.exceptions.VaultError, OSError) as error:  # what cannot be reached is an OSError of requests
        raise _told(error) from None
    except (KeyError, TypeError, AttributeError):
        raise unclear("credentials_vault_answer") from None
    if not isinstance(found, Mapping):
        raise unclear("credentials_vault_fields")
    return found


def _told(error: Exception) -> UnclearError:
    """Return what went wrong, by the kind of error alone: what its text says may hold what nobody should read."""
    kind = type(error).__name__
    if kind in {"Forbidden", "Unauthorized"}:
        return unclear("credentials_vault_forbidden")
    if kind == "InvalidPath":
        return unclear("credentials_vault_nothing")
    if kind in {"VaultDown", "VaultNotInitialized"}:
        return unclear("credentials_vault_sealed")
    if kind == "SSLError":
        return unclear("credentials_vault_certificate")
    if isinstance(error, OSError):
        return unclear("credentials_vault_silent")
    return unclear("credentials_vault_answer")
