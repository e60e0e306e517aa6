"""A workspace's inputs -> one digest: what a plan was made from.

The one idea: of every file that is read, its name and its bytes; what is generated (the folder of texts) does not count.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from intents.parser.signers import REVOKED_FILE, SIGNERS_FILE

READ = ("*.csv", "*.yaml", "intents/*.yaml", "changes/*.yaml", SIGNERS_FILE, REVOKED_FILE)


def workspace_digest(folder: Path) -> str:
    """Return the digest of a workspace's inputs; OSError."""
    found = sha256()
    for path in sorted({path for pattern in READ for path in folder.glob(pattern) if path.is_file()}):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return f"sha256:{found.hexdigest()}"
