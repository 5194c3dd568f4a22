"""Documents to find and indices to find them in, for every test of an index."""

from dataclasses import replace

from services.search.domain import Document, Fields, Kind, Scope, Tombstone, parse_query

SCOPE = Scope("p")


def ana(version, title="Ana", partner="p"):
    fields = Fields(names=("Ana Pop",), emails=("ana@corp.example",))
    return Document(Kind.USER, "a", "o", frozenset({partner}), version, title, fields=fields)


def person(number, name="Ana Pop", **more):
    made = Document(Kind.USER, f"u{number:04}", "o", frozenset({"p"}), 1, name)
    return replace(made, fields=Fields(names=(name,), **more))


def gone(version):
    return Tombstone(Kind.USER, "a", version)


def filled(index, *documents, **positions):
    index.apply(documents)
    index.commit(positions)
    return index


def found(index, text="ana pop", scope=SCOPE, **asked):
    return [(hit.title, hit.version) for hit in index.find(parse_query(text, scope, **asked)).hits]
