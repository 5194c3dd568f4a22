"""A rebuilt answer as the parts that the player draws."""

import json

from services.gateway.http_api.replayed import parts_of
from services.gateway.pages.models import ReplayedFact


def parts(**answer):
    return parts_of(json.dumps(answer))


def test_an_answer_that_showed_nothing_has_no_parts():
    assert parts_of("") == ()


def test_values_at_the_top_are_facts():
    (part,) = parts(total_size=3, title="Acme")

    assert part.facts == (
        ReplayedFact(name="total_size", value="3"),
        ReplayedFact(name="title", value="Acme"),
    )


def test_a_message_is_a_part_of_its_name():
    (part,) = parts(user={"display_name": "Ana"})

    assert (part.name, part.facts[0].value) == ("user", "Ana")


def test_a_list_of_messages_is_a_table_of_all_their_columns():
    (part,) = parts(counts=[{"kind": "KIND_USER"}, {"kind": "KIND_SITE", "count": 2}])

    assert part.columns == ("kind", "count")
    assert [[fact.value for fact in row] for row in part.rows] == [["user", ""], ["site", "2"]]


def test_a_wide_list_is_drawn_row_by_row():
    row = {f"column_{number}": number for number in range(9)}

    first, second = parts(users=[row, row])

    assert (first.name, second.name) == ("users", "")
    assert len(first.facts) == 9


def test_what_was_erased_is_marked():
    (part,) = parts(emails=["[erased]", "[erased]"])

    assert part.facts[0].erased


def test_a_yes_is_told_from_the_text_yes():
    (part,) = parts(admin=True, note="yes")

    assert [fact.truth for fact in part.facts] == [True, None]


def test_how_a_page_went_on_was_not_on_the_screen():
    assert parts(next_page_token="abc") == ()
