"""Results of earlier runs, each in a file of the user's cache folder: key and value -> file, and back.

The one idea: a file is believed only if it is the user's own, and whole, and of this very key; whatever else stands there is as
good as nothing. A cache may be deleted, shared by processes, on a full disk or nowhere at all: no command ends otherwise for it.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import TypeVar, cast

from controller.cache.codec import decode, encode
from controller.cache.words import CodecError, Plain, Words
from intents.reason import Reason, because

MOST_BYTES = 200_000_000
"""Bytes that all files may take together; those that were not used for longest go first."""
_MOST_UNPACKED = 1_000_000_000
_MAGIC = b"truc cache 2\n"
_SUFFIX = ".truc"
_WRITTEN = ".new"
_LONGEST_WRITE = 600 * 10**9
"""Nanoseconds after which a file that is half written was left so."""
_DIGEST = sha256().digest_size

Note = Callable[[Path, Reason], None]
"""Hears why something in the cache is of no use."""
Value = TypeVar("Value")


def cache_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """Return the folder of this user's cache, None if the system names none: no absolute path is known for it."""
    named = environment.get("XDG_CACHE_HOME", "")
    if named and Path(named).is_absolute():
        return Path(named) / "truc"
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) / "truc" / "cache" if local else None
    home = environment.get("HOME", "")
    if not home or not Path(home).is_absolute():
        return None
    return Path(home) / ("Library/Caches" if platform == "darwin" else ".cache") / "truc"


class UntrustedError(Exception):
    """Something in the cache that is not surely our own, or not whole; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A cache folder. `warn` hears of what somebody may have put there or changed, `note` of what merely could not be kept or
    read. `most_bytes`: see MOST_BYTES."""

    folder: Path
    warn: Note
    note: Note
    most_bytes: int = MOST_BYTES

    def find(self, kind: type[Value], key: str, words: Words) -> Value | None:
        """Return what was kept under a key; None if nothing was, or nothing that can be believed. `words`: those that whoever
        kept it had."""
        try:
            self._check_folder()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.note(self.folder, _said_by(error))
            return None
        except UntrustedError as error:
            self.warn(self.folder, error.reason)
            return None
        return self._found(self._path(kind, key), kind, key, words)

    def _found(self, path: Path, kind: type[Value], key: str, words: Words) -> Value | None:
        try:
            value = decode(kind, _unpacked(_own_bytes(path, self.most_bytes), kind, key), words)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.note(path, _said_by(error))
            return None
        except (UntrustedError, CodecError) as error:
            self.warn(path, error.reason if isinstance(error, UntrustedError) else because("cache_damaged"))
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return value

    def keep(self, key: str, value: object, words: Words) -> None:
        """Keep a value of a dataclass under a key, and let go what was not used for longest."""
        path = self._path(type(value), key)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._check_folder()
            if hasattr(os, "geteuid"):
                self.folder.chmod(0o700)  # it may have been there before
            data = _packed(value, key, words)
            if len(data) <= self.most_bytes:
                self._write(path, data)
            self._let_go()
        except OSError as error:
            self.note(path, _said_by(error))
        except UntrustedError as error:
            self.note(self.folder, error.reason)
        except CodecError:
            self.note(path, because("cache_not_kept"))

    def _path(self, kind: type, key: str) -> Path:
        return self.folder / f"{sha256(f'{kind.__name__} {key}'.encode()).hexdigest()}{_SUFFIX}"

    def _check_folder(self) -> None:
        """UntrustedError unless the folder is one that nobody else can write into, and no link; OSError."""
        found = self.folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or not _is_own(found):
            raise UntrustedError(because("cache_folder_of_others"))

    def _write(self, path: Path, data: bytes) -> None:
        number, name = mkstemp(suffix=_WRITTEN, dir=self.folder)  # mode 0600
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _let_go(self) -> None:
        """Remove what is over the bound; files that another process is writing count, and go only if they were left."""
        left = time.time_ns() - _LONGEST_WRITE
        files = sorted(self._files(), key=lambda item: (item[1].st_mtime_ns, item[0].name), reverse=True)
        kept = 0
        for path, found in files:
            kept += found.st_size
            if kept > self.most_bytes and (path.suffix == _SUFFIX or found.st_mtime_ns < left):
                with suppress(OSError):
                    path.unlink()

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self.folder.iterdir():
            if path.suffix in (_SUFFIX, _WRITTEN):
                with suppress(FileNotFoundError):
                    yield path, path.lstat()


def _is_own(found: os.stat_result) -> bool:
    """Return whether a file or folder is the user's and nobody else can write to it (on Windows the profile sees to that)."""
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _said_by(error: OSError) -> Reason:
    return because("os_said", said=error.strerror or type(error).__name__)


def _own_bytes(path: Path, most: int) -> bytes:
    """Return a file's bytes; OSError, UntrustedError for one that is not ours, CodecError for one that is too large."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link
            raise UntrustedError(because("cache_file_of_others")) from error
        raise
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode) or not _is_own(found):
        os.close(number)
        raise UntrustedError(because("cache_file_of_others"))
    with os.fdopen(number, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise CodecError("too large")
    return data


def _packed(value: object, key: str, words: Words) -> bytes:
    text = json.dumps([type(value).__name__, key, encode(value, words)], separators=(",", ":"))
    body = zlib.compress(text.encode("ascii"), 1)
    return _MAGIC + sha256(body).digest() + body


def _unpacked(data: bytes, kind: type, key: str) -> Plain:
    """Return the plain value in a file's bytes; CodecError unless all of it is there, and is what was kept under this key."""
    body = data[len(_MAGIC) + _DIGEST :]
    if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : len(_MAGIC) + _DIGEST] != sha256(body).digest():
        raise CodecError("not whole")
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(body, _MOST_UNPACKED)
        found = json.loads(text) if unpacking.eof and not unpacking.unused_data else None
    except (zlib.error, ValueError, RecursionError) as error:
        raise CodecError("not readable") from error
    if not isinstance(found, list) or len(found) != 3 or found[:2] != [kind.__name__, key]:
        raise CodecError("of something else")
    return cast("Plain", found[2])
