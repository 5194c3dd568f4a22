# One front door: `just` lists what there is.
export PATH := justfile_directory() / ".venv/bin:" + env("PATH")

_list:
    @just --list

# All that CI does, in the same order
check *args:
    scripts/test {{args}}

# Write code the way the checks want it
format:
    ruff format .
    ruff check --fix .

# Types only
types:
    mypy

# Import contracts only
imports:
    lint-imports --no-cache

# Lint the contracts, generate helpdesk/<service>/v1
protos:
    scripts/protos

# Some tests: just test tests/unit -k blocklist
test *args:
    pytest {{args}}

# The embedded product with sample data
demo *args:
    scripts/demo {{args}}
