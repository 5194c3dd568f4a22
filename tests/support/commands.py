"""Commands of the product in this process: one of their own needs two seconds to load it."""

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace
from unittest.mock import patch


def run_here(main, *words, env=None):
    """Call the main function of a program as its command line does; return how it ended."""
    out, err, mask = io.StringIO(), io.StringIO(), os.umask(0o077)
    try:
        with (
            patch("sys.argv", ["helpdesk", *map(str, words)]),
            patch.dict(os.environ, env or {}),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            main()
        code = 0
    except SystemExit as ended:
        code = ended.code
    finally:
        os.umask(mask)
    return SimpleNamespace(returncode=code or 0, stdout=out.getvalue(), stderr=err.getvalue())
