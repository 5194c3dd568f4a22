"""The role of a service in PostgreSQL sees its own schema and nobody else's."""

import os
import subprocess
import sys

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from services.processes import SERVED
from tests.support.distributed import ROOT, space

VAULT = "vault"
SCHEMAS = (*SERVED, VAULT)
PAIRS = [(role, schema) for role in SCHEMAS for schema in SCHEMAS if role != schema]
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm')
"""


@pytest.fixture(scope="module")
def urls(tmp_path_factory):
    """The database URLs of a space whose schemas are filled, by service."""
    with space() as made:
        del made["ENGINES_OWNER_DATABASE_URL"]
        folder = tmp_path_factory.mktemp("roles")
        env = {**os.environ, **made, "HELPDESK_DATA_DIR": str(folder)}
        migrate = [sys.executable, "-W", "ignore", "-m", "services", "migrate"]
        subprocess.run(migrate, cwd=ROOT, env=env, check=True, capture_output=True)
        yield {name: made[f"HELPDESK_{name.upper()}_DATABASE_URL"] for name in SCHEMAS}


@pytest.fixture(scope="module")
def tables(urls):
    """The tables of each schema, as the catalogue names them to anybody."""
    with psycopg.connect(urls[VAULT]) as connection:
        return {
            schema: [name for (name,) in connection.execute(TABLES, (schema,))]
            for schema in SCHEMAS
        }


def refused(connection, statement):
    with pytest.raises(InsufficientPrivilege):
        connection.execute(statement)
    connection.rollback()


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_role_reads_its_own_tables(urls, tables, schema):
    assert tables[schema]
    with psycopg.connect(urls[schema]) as connection:
        for table in tables[schema]:
            connection.execute(f'SELECT 1 FROM "{schema}"."{table}" LIMIT 1')


@pytest.mark.parametrize(("role", "schema"), PAIRS, ids=lambda each: each)
def test_a_role_reads_writes_and_makes_nothing_in_another_schema(urls, tables, role, schema):
    with psycopg.connect(urls[role]) as connection:
        for table in tables[schema]:
            refused(connection, f'SELECT 1 FROM "{schema}"."{table}"')
            refused(connection, f'DELETE FROM "{schema}"."{table}"')
        refused(connection, f'CREATE TABLE "{schema}".foreign_table ()')
        refused(connection, f'SET ROLE "helpdesk_{schema}"')
