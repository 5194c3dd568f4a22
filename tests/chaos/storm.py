"""
Many commands on the distributed size while its processes and engines are killed.

``python -m tests.chaos.storm --commands 100000`` starts engines and a product of its own, lets
clients work until each command is answered, kills all the while, then writes down what is there
and checks it (``tests.chaos.history``). Exit code 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from helpdesk.kernel.progress import counting
from tests.chaos.clients import Answers, Client, directory
from tests.chaos.evidence import (
    MailServer,
    documents,
    effects,
    recorded,
    records,
    streams,
    write,
)
from tests.chaos.history import check
from tests.support.distributed import distributed_product
from tests.support.engines import engines_of_ones_own, kill_engine, start_engine
from tests.support.waiting import wait_until

ENGINES = ("opensearch", "rabbitmq", "postgres")
_ALIVE_WITHIN = 120.0


class Killer(threading.Thread):
    """
    Kills two at a time, all over the storm, by process id; engines are started again.

    In one turn of 18 each API process, relay, worker and engine is killed once.
    """

    def __init__(
        self, product: Any, engines: Path, kills: int, progress: Callable[[], float]
    ) -> None:
        super().__init__(name="killer", daemon=True)
        self._product, self._engines = product, engines
        self._kills, self._progress = kills, progress
        self._over = threading.Event()
        self._starting: threading.Thread | None = None
        self.killed: list[dict[str, Any]] = []
        self.error: BaseException | None = None

    @property
    def victims(self) -> set[str]:
        """What was killed, by name."""
        return {each["victim"] for each in self.killed}

    def stop(self) -> None:
        """Kill no more."""
        self._over.set()

    def run(self) -> None:
        """Kill when the storm has come so far."""
        try:
            for number, victim in enumerate(self._victims()):
                due = (number // 2 * 2 + 0.5) / self._kills
                while self._progress() < due:
                    if self._over.wait(0.05):
                        return
                self._kill(victim)
        except BaseException as error:
            self.error = error
        finally:
            self._await_started()

    def _victims(self) -> Iterator[str]:
        # No command goes through the gateway.
        names = sorted(set(self._product.supervisor.pids) - {"serve gateway"})
        random.Random(1).shuffle(names)
        share = -(-len(names) // len(ENGINES))
        turn = [
            victim
            for number, engine in enumerate(ENGINES)
            for victim in (engine, *names[number * share : (number + 1) * share])
        ]
        return itertools.islice(itertools.cycle(turn), self._kills)

    def _kill(self, victim: str) -> None:
        if victim in ENGINES:
            self._await_started()
            kill_engine(self._engines, victim)
            self._starting = threading.Thread(target=self._start, args=(victim,))
            self._starting.start()
        else:
            pids = lambda: self._product.supervisor.pids  # noqa: E731
            # Who was killed a moment ago is being started again.
            assert wait_until(lambda: pids().get(victim) is not None, _ALIVE_WITHIN), victim
            os.kill(pids()[victim], signal.SIGKILL)
        self.killed.append({"victim": victim, "at": time.time()})

    def _start(self, engine: str) -> None:
        try:
            start_engine(self._engines, engine)
        except BaseException as error:
            self.error = error

    def _await_started(self) -> None:
        if self._starting is not None:
            self._starting.join()


def weather(
    folder: Path,
    *,
    commands: int,
    clients: int,
    kills: int,
    engines: Path,
    say: Callable[[str], object] = print,
    quiet: bool = False,
) -> bool:
    """Run a storm and check what it left in ``folder``; True where all is well."""
    with (
        closing(Answers(folder / "commands.jsonl")) as answers,
        MailServer() as mail_server,
        distributed_product(
            folder / "data",
            directory=directory(clients),
            engines=engines,
            HELPDESK_EMAIL_RETRY_SECONDS="1",
            HELPDESK_EMAIL_SMTP_ADDRESS=mail_server.address,
        ) as product,
    ):
        product.settle(60)
        share = commands // clients
        working = [Client(product, number, answers, share) for number in range(clients)]
        whole = share * clients
        killer = Killer(product, engines, kills, lambda: answers.count / whole)
        began = time.monotonic()
        with counting(hidden=quiet, transient=True) as progress:
            bar = progress.add_task("commands", total=whole)
            for thread in (*working, killer):
                thread.start()
            while any(client.is_alive() for client in working):
                progress.update(bar, completed=answers.count)
                time.sleep(0.2)
            # An engine that was killed near the end is waited for.
            killer.stop()
            killer.join()
        seconds = time.monotonic() - began
        for thread in (*working, killer):
            if thread.error is not None:
                raise thread.error
        say(
            f"{whole} commands by {clients} clients in {seconds:.0f} s; {len(killer.killed)} kills "
            f"({', '.join(sorted(killer.victims))}); {sum(c.again for c in working)} asked again"
        )
        _settled(product)
        write(folder, "kills", killer.killed)
        write(folder, "mails", mail_server.taken())
        write(folder, "effects", effects(product))
        write(folder, "recorded", recorded(product))
        write(folder, "records", records(product))
        write(folder, "streams", streams(product))
        write(folder, "index", documents(product))
        rebuilt = product.helpdesk("rebuild", "search")
        assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
        write(folder, "rebuilt", documents(product))
        verified = product.verified()
    report = check(folder)
    say(str(report))
    say(f"helpdesk-audit verify: {'sound' if verified.returncode == 0 else verified.stdout}")
    killed_enough = len(killer.killed) == kills and killer.victims.issuperset(ENGINES)
    return not report.findings and verified.returncode == 0 and killed_enough


def _settled(product: Any) -> None:
    """Wait until nothing moves: reading the log leaves records, which must arrive too."""
    for _ in range(3):
        product.settle(300)


def main() -> int:
    """Run a storm on engines of its own."""
    parser = argparse.ArgumentParser(prog="tests.chaos.storm", description=__doc__)
    parser.add_argument("--commands", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--kills", type=int, default=36)
    parser.add_argument("--keep", type=Path, help="folder for the history; kept")
    chosen = parser.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="helpdesk-storm-"))
    folder.mkdir(parents=True, exist_ok=True)
    with engines_of_ones_own() as engines:
        well = weather(
            folder,
            commands=chosen.commands,
            clients=chosen.clients,
            kills=chosen.kills,
            engines=engines,
        )
    if well and not chosen.keep:
        shutil.rmtree(folder)
    elif not well:
        print(f"the history is in {folder}", file=sys.stderr)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
