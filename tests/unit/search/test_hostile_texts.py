"""What is typed is text: never a query language, never a way to break the index."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpdesk.kernel.errors import InvalidArgument
from services.search.domain import Document, Fields, Kind, Query, Scope, highlights, parse_query
from services.search.index.tantivy import TantivyIndex

SCOPE = Scope("p")


@pytest.fixture(scope="module")
def index():
    made = TantivyIndex()
    made.apply(
        [
            Document(Kind.USER, "mine", "o", frozenset({"p"}), 1, "Ana Pop",
                     fields=Fields(names=("Ana Pop",), emails=("ana@x.example",))),
            Document(Kind.USER, "foreign", "f", frozenset({"q"}), 1, "Ana Pop",
                     fields=Fields(names=("Ana Pop",), emails=("ana@f.example",))),
        ]
    )  # fmt: skip
    made.commit({})
    yield made
    made.close()


@pytest.mark.parametrize(
    "text",
    ["*", "*:*", "partner:q", "organization:f", "a*|.*", "name:[* TO *]", "/.*/", "???", "(", '"', "\\",
     "NOT", "' OR 1=1 --", '{"match_all":{}}', "_exists_:name", "foreign", "id:foreign", "user:foreign",
     "ana@f.example", "positions"],
)  # fmt: skip
def test_the_syntax_of_query_languages_finds_nothing(index, text):
    assert index.find(parse_query(text, SCOPE)).total == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "EMPTY"), (" \n\t ", "EMPTY"), ("x" * 257, "TOO_LONG"), ("ana\x00pop", "CONTROL_CHARACTER"),
     ("a\x1bb", "CONTROL_CHARACTER"), ("a\nb", "CONTROL_CHARACTER"), ("\ud800", "CONTROL_CHARACTER")],
)  # fmt: skip
def test_a_text_that_nobody_types_is_refused(text, reason):
    with pytest.raises(InvalidArgument) as refused:
        parse_query(text, SCOPE)

    assert (refused.value.field, refused.value.reason) == ("text", reason)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_that_is_too_large_is_refused(limit):
    with pytest.raises(InvalidArgument):
        parse_query("ana", SCOPE, limit=limit)


@pytest.mark.parametrize(
    "token", ["x", "W10", "WzEsMl0", "WzEsInh4Il0", "ÿÿ", "e30", "WzAsbnVsbF0", "=" * 99]
)
def test_a_page_token_of_another_query_is_refused(token):
    with pytest.raises(InvalidArgument) as refused:
        parse_query("ana", SCOPE, page_token=token)

    assert refused.value.field == "page_token"


@given(st.text(max_size=40))
def test_any_page_token_is_taken_or_refused(token):
    try:
        query = parse_query("ana", SCOPE, page_token=token)
    except InvalidArgument:
        return

    assert query.offset == 0


@settings(max_examples=250, deadline=None)
@given(
    st.one_of(
        st.text(min_size=1, max_size=60), st.text("ana@.:+-*\\\"'()[]0123 ёщγ健", max_size=256)
    )
)
@example("@")
@example("a@b")
@example("+")
@example("http://[")
@example("xn--")
@example("a..b")
@example("²²²²²²²²")
@example("1" * 256)
@example("é" * 256)
@example("ab " * 85)
def test_any_text_is_answered_or_refused_and_finds_no_foreign_document(index, text):
    try:
        query = parse_query(text, SCOPE)
    except InvalidArgument:
        return
    hits = index.find(query)

    assert {hit.organization_id for hit in hits.hits} <= {"o"}
    assert hits.total == sum(index.counts(query).values())
    assert isinstance(query, Query)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40), st.text(min_size=1, max_size=20))
def test_marks_lie_within_the_title_and_do_not_overlap(title, text):
    try:
        query = parse_query(text, SCOPE)
    except InvalidArgument:
        return
    ranges = highlights(title, query)

    ends = [0, *(end for _, end in ranges)]
    assert all(
        last <= start < end <= len(title) for last, (start, end) in zip(ends, ranges, strict=False)
    )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_exported_value_can_be_indexed(name, value):
    made = TantivyIndex()
    value = value.encode("utf-8", "ignore").decode()
    name = name.encode("utf-8", "ignore").decode()
    fields = Fields(
        (name,), (value,), (value,), (value,), (value,), (value,), (value,), (value,), (value,)
    )
    made.apply([Document(Kind.USER, "1", "o", frozenset({"p"}), 1, name, fields=fields)])
    made.commit({})

    assert made.find(parse_query("1", SCOPE)).total <= 1
    made.close()
