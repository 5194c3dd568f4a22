"""A worker process of the bus's contract, as the product runs its own."""

import sys
import warnings

warnings.simplefilter("ignore")

from helpdesk.kernel import consumer  # noqa: E402
from helpdesk.kernel.postgres_store import PostgresEngine  # noqa: E402
from helpdesk.kernel.resources import Work  # noqa: E402
from helpdesk.kernel.store import Store  # noqa: E402
from helpdesk.kernel.vault import Vault  # noqa: E402
from tests.integration.catching_elsewhere import Here  # noqa: E402


def main(database_url, schema, broker_url, name, folder):
    engine = PostgresEngine(database_url, schema, listen=False)
    store = Store(name, engine, Vault(":memory:", b"m" * 32), b"k" * 32)
    work = Work(store, [Here(name, store, folder).consumer])
    started = lambda: print("ready", flush=True)  # noqa: E731
    consumer.run(name.replace(".", "_"), broker_url, work, started=started)
    store.close()


main(*sys.argv[1:])
