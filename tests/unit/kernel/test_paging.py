import hashlib

import pytest

from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.paging import Pages, size_of


def digest(text):
    return hashlib.sha256(b"key" + text.encode()).hexdigest()


def walk(pages, items, size):
    token, seen = "", []
    while True:
        shown, token = pages.page(items, str, size, token)
        seen.extend(shown)
        if not token:
            return seen


def test_pages_hold_every_item_once():
    assert walk(Pages(digest, "ana", "users"), list(range(105)), 25) == list(range(105))


def test_the_last_full_page_has_no_next_one():
    _, token = Pages(digest, "ana").page([1, 2], str, 2, "")

    assert token == ""


def test_an_item_that_came_before_the_page_does_not_shift_it():
    pages = Pages(digest, "ana")
    _, token = pages.page(["b", "c", "d"], str, 2, "")

    assert pages.page(["a", "b", "c", "d"], str, 2, token)[0] == ["d"]


def test_a_page_goes_on_where_its_last_item_was():
    pages = Pages(digest, "ana")
    _, token = pages.page(["b", "c", "d"], str, 2, "")

    assert pages.page(["b", "x", "d"], str, 2, token)[0] == ["d"]


@pytest.mark.parametrize(
    "bound_to", [("eva", "users"), ("ana", "devices"), ("ana",), ("ana", "users", "")]
)
def test_a_token_of_another_caller_or_query_is_refused(bound_to):
    _, token = Pages(digest, "ana", "users").page([1, 2], str, 1, "")

    with pytest.raises(InvalidArgument) as caught:
        Pages(digest, *bound_to).page([1, 2], str, 1, token)

    assert caught.value.field == "page_token"


@pytest.mark.parametrize("token", ["x", "é", "a" * 5000, "AAAA", "=", "%%%"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(InvalidArgument):
        Pages(digest, "ana").cursor(token)


def test_a_changed_token_is_refused():
    pages = Pages(digest, "ana")
    token = pages.token("a", 1)

    with pytest.raises(InvalidArgument):
        pages.cursor(token[:-1] + ("A" if token[-1] != "A" else "B"))


@pytest.mark.parametrize(("asked", "size"), [(0, 50), (1, 1), (200, 200), (100_000, 200)])
def test_sizes_have_a_default_and_a_limit(asked, size):
    assert size_of(asked) == size


def test_a_negative_size_is_refused():
    with pytest.raises(InvalidArgument):
        size_of(-1)
