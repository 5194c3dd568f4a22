"""Identifiers are recognised in every writing, and nothing else is looked for then."""

from __future__ import annotations

import base64

import pytest

from services.search.domain import Document, Fields, Kind, Scope, parse_query
from services.search.index.tantivy import TantivyIndex

UUID = "8d116ece-1738-47d9-bd9c-172411e20b8f"
API_ID = base64.urlsafe_b64encode(f"ciscospark://us/PEOPLE/{UUID}".encode()).decode().rstrip("=")
SCOPE = Scope("partner")


def document(kind, id_, **fields):
    return Document(kind, id_, "org", frozenset({"partner"}), 1, id_, fields=Fields(**fields))


@pytest.fixture(scope="module")
def index():
    made = TantivyIndex()
    made.apply(
        [
            document(
                Kind.USER,
                API_ID,
                names=("Ana Popescu",),
                emails=("Ana.Popescu@Bücher.example", "ana+vpn@corp.example", "ana@solo.example"),
                phones=("+40721234567", "+442079460018", "+74951234567", "+36301234567"),
                sip_addresses=("ana.1@corp.calls.webex.example",),
            ),
            document(
                Kind.USER, "double", names=("Ana Popescu",), emails=("ana.popescu2@x.example",)
            ),
            document(Kind.DEVICE, "device", macs=("B3:E7:05:22:75:32",), serials=("FOCJZHHPDCL",)),
            document(Kind.DEVICE, "digits", macs=("12:34:56:78:90:12",), serials=("FOC1234ABCD",)),
            document(
                Kind.ORDER, "W749763082", order_numbers=("W749763082",), other_ids=("Sub333615",)
            ),
            document(
                Kind.ORGANIZATION,
                "acme",
                names=("Acme SRL",),
                domains=("acme.example", "münchen.example", "a---b.example"),
                sites=("acme.webex.example",),
            ),
        ]
    )
    made.commit({})
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "id_", "matched"),
    [
        (API_ID, API_ID, "id"),
        (UUID, API_ID, "id"),
        (UUID.upper(), API_ID, "id"),
        ("{" + UUID + "}", API_ID, "id"),
        (UUID.replace("-", ""), API_ID, "id"),
        (f"ciscospark://us/PEOPLE/{UUID}", API_ID, "id"),
        ("ana.popescu@bücher.example", API_ID, "email"),
        ("ANA.POPESCU@XN--BCHER-KVA.EXAMPLE", API_ID, "email"),
        ("mailto:Ana.Popescu@bücher.example", API_ID, "email"),
        ("Ana Popescu <ana.popescu@bücher.example>", API_ID, "email"),
        ("ana+VPN@corp.example", API_ID, "email"),
        ("ana@corp.example", API_ID, "email"),
        ("ana+unknown@solo.example", API_ID, "email"),
        ("ana.popescu@", API_ID, "email"),
        ("sip:ANA.1@corp.calls.webex.example;transport=tls", API_ID, "sip"),
        ("+40721234567", API_ID, "phone"),
        ("+40 721 234 567", API_ID, "phone"),
        ("tel:+40-721-234-567", API_ID, "phone"),
        ("0040 721 234 567", API_ID, "phone"),
        ("011 40 721 234 567", API_ID, "phone"),
        ("0721-234-567", API_ID, "phone"),
        ("(0721) 234.567", API_ID, "phone"),
        ("40721234567", API_ID, "phone"),
        ("+44 (0)20 7946 0018", API_ID, "phone"),
        ("8 (495) 123-45-67", API_ID, "phone"),
        ("06 30 123 4567", API_ID, "phone"),
        ("+٤٠٧٢١٢٣٤٥٦٧", API_ID, "phone"),
        ("b3:e7:05:22:75:32", "device", "mac"),
        ("B3-E7-05-22-75-32", "device", "mac"),
        ("b3e7.0522.7532", "device", "mac"),
        ("b3e705-227532", "device", "mac"),
        ("B3E705227532", "device", "mac"),
        ("B3 E7 05 22 75 32", "device", "mac"),
        ("b3:e7:05", "device", "mac"),
        ("123456789012", "digits", "mac"),
        ("focjzhhpdcl", "device", "serial"),
        ("FOC JZHH-PDCL", "device", "serial"),
        ("foc1234abcd", "digits", "serial"),
        ("W749763082", "W749763082", "order"),
        ("w 749-763-082", "W749763082", "order"),
        ("749763082", "W749763082", "order"),
        ("sub333615", "W749763082", "other"),
        ("ACME.example", "acme", "domain"),
        ("@acme.example", "acme", "domain"),
        ("münchen.example", "acme", "domain"),
        ("xn--mnchen-3ya.example", "acme", "domain"),
        ("a---b.example", "acme", "domain"),
        ("https://acme.webex.example/meet/ana?x=1", "acme", "site"),
        ("acme.webex.example", "acme", "site"),
    ],
)
def test_an_identifier_is_found_in_every_writing(index, text, id_, matched):
    hits = index.find(parse_query(text, SCOPE)).hits

    assert [(hit.id, hit.matched) for hit in hits[:1]] == [(id_, matched)]


@pytest.mark.parametrize(
    "text",
    [
        "ana.popescu@other.example",
        "ana@popescu.example",
        "ana+other@corp.example",
        "ana.popescu@bücher.exampl",
        "ana.popescu2@x.exampl",
        "+40721234568",
        "b3:e7:05:22:75:33",
        UUID.replace("8", "9"),
        "W749763083",
        "https://other.webex.example/",
        "@",
        "@other.example",
    ],
)
def test_an_identifier_of_somebody_else_finds_nothing(index, text):
    assert index.find(parse_query(text, SCOPE)).total == 0


@pytest.mark.parametrize("text", ["ana.popescu@bü", "+4072123", "acme.ex", "W7497"])
def test_the_beginning_of_an_identifier_is_enough_while_typing(index, text):
    assert index.suggest(parse_query(text, SCOPE, typing=True))


def test_an_exact_identifier_comes_before_a_name_that_looks_like_it():
    made = TantivyIndex()
    made.apply(
        [
            document(Kind.USER, "a", names=("Focusa",)),
            document(Kind.DEVICE, "z", names=("Room",), serials=("FOCUSA",)),
        ]
    )
    made.commit({})

    assert [hit.id for hit in made.find(parse_query("focusa", SCOPE)).hits] == ["z", "a"]
    made.close()
