"""Looking for texts in files, in every form that they may have been written in."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterable, Sequence
from pathlib import Path

_SHORTEST = 6


def forms(text: str) -> set[bytes]:
    """Return the bytes that a text may have been written as."""
    raw = text.encode()
    plain = {raw, text.lower().encode(), text.encode("utf-16-le"), text.encode("utf-16-be")}
    plain |= {json.dumps(text)[1:-1].encode(), urllib.parse.quote(text).encode()}
    plain.add(raw.hex().encode())
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # What depends on the neighbours is cut off at both ends.
        plain.add(encoded[-(-shift * 8 // 6) : len(encoded) // 4 * 4 - 4])
    return {form for form in plain if len(form) >= _SHORTEST}


def files_with(folder: Path, texts: Iterable[str], but: Sequence[str] = ()) -> list[str]:
    """Return the files below a folder that hold any of the texts; ``but`` are folders left out."""
    # A pattern of this program holds no zero bytes: texts of two bytes a letter are not looked for.
    wanted = {form for text in texts for form in forms(text) if b"\0" not in form}
    with tempfile.NamedTemporaryFile() as patterns:
        patterns.write(b"\n".join(sorted(wanted)) + b"\n")
        patterns.flush()
        command = ["grep", "-rlsaF", f"--file={patterns.name}"]
        command += [f"--exclude-dir={each}" for each in but]
        found = subprocess.run(
            [*command, str(folder)],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            check=False,
        )
    # 2 is also a file that went while the folder was read.
    assert found.returncode in (0, 1, 2), found.stderr
    names = found.stdout.decode().splitlines()
    return sorted(str(Path(name).relative_to(folder)) for name in names)
