import pytest

from helpdesk.kernel.addresses import canonical, masked
from helpdesk.kernel.errors import InvalidArgument


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Ana.Pop@ACME.Example", "ana.pop@acme.example"),
        (" ana@acme.example ", "ana@acme.example"),
        ("ana+vpn@acme.example", "ana+vpn@acme.example"),
        ("ana@münchen.example", "ana@xn--mnchen-3ya.example"),
        ("ana@MÜNCHEN.example", "ana@xn--mnchen-3ya.example"),
        ("ana@acme.example.", "ana@acme.example"),
        ("ana@acme--co.-ohg.Example", "ana@acme--co.-ohg.example"),
        ("straße@acme.example", "straße@acme.example"),
    ],
)
def test_addresses_compare_as_mail_systems_do(given, expected):
    assert canonical(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "",
        "ana",
        "@acme.example",
        "ana@",
        "a b@c.example",
        "a\0@c.example",
        "a@-",
        "x" * 300 + "@a.example",
    ],
)
def test_what_is_no_address_is_named_by_field(given):
    with pytest.raises(InvalidArgument) as caught:
        canonical(given, field="emails[0]")

    assert caught.value.field == "emails[0]"


def test_a_masked_address_keeps_first_letter_and_domain():
    assert masked("stefana@acme.example") == "s••••@acme.example"
