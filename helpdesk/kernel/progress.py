"""The bar that somebody watches while a command works."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def counting(
    console: Console | None = None, *, hidden: bool = False, transient: bool = False
) -> Progress:
    """
    Return a bar of each task's description, how many of how many, and for how long.

    One that is ``transient`` is taken away in the end. Without a console it is drawn on stdout.
    """
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    return Progress(*columns, console=console, disable=hidden, transient=transient)
