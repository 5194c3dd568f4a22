"""The verifier in tests/go, compiled; it shares no code with the product."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MODULE = Path(__file__).parents[1] / "go"
_ENVIRONMENT = os.environ | {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}


def go(*arguments, cwd, **options):
    """Run Go's command, or a program that it made."""
    return subprocess.run(
        arguments, cwd=cwd, env=_ENVIRONMENT, capture_output=True, text=True, check=False, **options
    )


def built_verifier(folder):
    """Compile the verifier into a folder; skips where Go or its module is not to be had."""
    if shutil.which("go") is None:
        pytest.skip("go is not installed")
    if (fetched := go("go", "mod", "download", cwd=MODULE)).returncode:
        pytest.skip(f"golang.org/x/mod cannot be fetched: {fetched.stderr.strip()[:200]}")
    binary = folder / "verify"
    built = go("go", "build", "-o", str(binary), ".", cwd=MODULE)
    assert built.returncode == 0, built.stderr
    return str(binary)
