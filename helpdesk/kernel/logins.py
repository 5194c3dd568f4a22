"""Who is at the shell, as the machine knows them."""

from __future__ import annotations

import os
import pwd


def operator() -> str:
    """
    Return ``operator:<login name>`` of the user that this process runs as.

    By the user's number, since ``LOGNAME`` and ``USER`` say what one likes; ``uid-<number>``
    stands for a user without a name, as there may be in a container.
    """
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid-{uid}"
    return f"operator:{name}"
