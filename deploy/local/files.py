"""Files that hold secrets: readable by their owner alone, and never seen half written."""

import os
from pathlib import Path


def write_private(file: Path, content: str) -> None:
    """Put `content` in the file's place at once, with mode 0600; the folders above are made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(content)
    part.replace(file)
