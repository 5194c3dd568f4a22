import pytest

from helpdesk.identity.v1 import directory_pb2, internal_pb2, roles_pb2, sign_in_pb2  # noqa: F401
from helpdesk.kernel.context import Actor, Stores
from helpdesk.kernel.errors import Forbidden, InvalidArgument, Refused
from helpdesk.kernel.rpc import rules
from helpdesk.session.v1 import consent_pb2, view_pb2  # noqa: F401  # registers the descriptors

SECTIONS = {"ORGANIZATION", "USERS", "DEVICES", "LICENSES", "SITES", "SETTINGS", "MAIL"}
GET_USER = rules.method("/helpdesk.identity.v1.DirectoryService/GetUser")
ASSIGN = rules.method("/helpdesk.identity.v1.RoleService/AssignRole")
REQUEST_ACCESS = rules.method("/helpdesk.session.v1.ConsentService/RequestAccess")
LIST_DEVICES = rules.method("/helpdesk.identity.v1.DirectoryService/ListDevices")
COMPLETE = rules.method("/helpdesk.identity.v1.SignInService/CompleteSignIn")
END_VIEW = rules.method("/helpdesk.session.v1.ViewService/EndView")
INTERNAL = rules.method("/helpdesk.identity.v1.DirectoryInternalService/GetScope")


def agent(**more):
    return Actor("a1", partner_id="p1", roles=frozenset({"HELP_DESK"}), **more)


def viewer(*sections):
    return agent(mode="read_only", sections=frozenset(sections))


def reason(check, *arguments):
    with pytest.raises((Forbidden, Refused, InvalidArgument)) as caught:
        check(*arguments)
    return caught.value.reason


def test_a_caller_with_one_of_the_roles_is_admitted():
    rules.check_role(GET_USER, agent())


def test_a_caller_without_the_role_is_refused():
    assert reason(rules.check_role, ASSIGN, agent()) == "ROLE_MISSING"


def test_people_never_reach_internal_methods():
    assert reason(rules.check_role, INTERNAL, agent()) == "ROLE_MISSING"


def test_a_view_changes_nothing():
    assert reason(rules.check_mode, ASSIGN, viewer("USERS")) == "READ_ONLY"


def test_a_view_ends_itself_whatever_was_consented_to():
    rules.check_mode(END_VIEW, viewer())


@pytest.mark.parametrize(
    ("method", "caller", "stores"),
    [
        (ASSIGN, agent(), Stores.ANYTHING),
        (ASSIGN, viewer("USERS"), Stores.NOTHING),
        (GET_USER, agent(), Stores.NOTHING),
        (GET_USER, viewer("USERS"), Stores.NOTHING),
        (END_VIEW, agent(), Stores.ANYTHING),
        (END_VIEW, viewer(), Stores.LIFECYCLE),
    ],
)
def test_what_a_call_may_store_follows_from_its_method_and_its_session(method, caller, stores):
    assert rules.stores(method, caller) is stores


def test_a_view_shows_only_the_sections_consented_to():
    rules.check_mode(GET_USER, viewer("USERS"))

    assert reason(rules.check_mode, LIST_DEVICES, viewer("USERS")) == "SECTION_NOT_ALLOWED"


@pytest.mark.parametrize(("field", "longest"), [("user_agent", rules.LONGEST_TEXT), ("code", 8192)])
def test_a_text_field_takes_as_many_characters_as_its_proto_says(field, longest):
    request = sign_in_pb2.CompleteSignInRequest(**{field: "x" * longest})
    rules.check_request(COMPLETE, request)
    setattr(request, field, "x" * (longest + 1))

    assert reason(rules.check_request, COMPLETE, request) == "TOO_LONG"


def test_a_missing_reason_is_named():
    request = roles_pb2.AssignRoleRequest(user_id="u", reason=" ")

    assert reason(rules.check_request, ASSIGN, request) == "REASON_REQUIRED"


def test_a_missing_ticket_is_refused():
    request = REQUEST_ACCESS.request(b"")
    request.reason = "because"

    assert reason(rules.check_request, REQUEST_ACCESS, request) == "TICKET_REQUIRED"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x" * 3000, "TOO_LONG"), ("a\x00b", "CONTROL_CHARACTER"), ("\x1b[1m", "CONTROL_CHARACTER")],
)
def test_a_bad_text_is_named_by_its_field(value, expected):
    request = directory_pb2.GetUserRequest(user_id=value)
    with pytest.raises(InvalidArgument) as caught:
        rules.check_request(GET_USER, request)

    assert (caught.value.field, caught.value.reason) == ("user_id", expected)


def test_invalid_utf_8_is_an_invalid_argument():
    assert reason(GET_USER.request, b"\x0a\x02\xff\xfe") == "MALFORMED"


def test_personal_fields_are_masked():
    answer = directory_pb2.GetUserResponse(
        user=directory_pb2.User(
            display_name="Ana", emails=["ana@acme.example"], phone_numbers=["+40211234567"]
        )
    )
    rules.mask(answer)

    assert answer.user.emails == ["a••••@acme.example"]
    assert answer.user.phone_numbers == ["••••67"]
    assert answer.user.display_name == "Ana"


def test_sections_that_were_not_allowed_are_cleared():
    answer = directory_pb2.GetUserResponse(
        user=directory_pb2.User(user_id="u"),
        devices=[directory_pb2.Device(device_id="d")],
        licenses=[directory_pb2.License(license_id="l")],
    )
    rules.filter_sections(answer, {"USERS", "DEVICES"})

    assert [d.device_id for d in answer.devices] == ["d"]
    assert not answer.licenses
    assert answer.user.user_id == "u"


def test_what_belongs_to_no_section_is_cleared():
    answer = consent_pb2.GetAccessResponse(minutes=20)
    rules.filter_sections(answer, SECTIONS)

    assert answer == consent_pb2.GetAccessResponse()


def test_how_many_users_an_organization_has_belongs_to_the_users():
    answer = directory_pb2.OrganizationSummary(display_name="Acme", users=7)
    rules.filter_sections(answer, {"ORGANIZATION"})

    assert (answer.display_name, answer.users) == ("Acme", 0)


def test_the_address_of_a_device_is_masked():
    answer = directory_pb2.Device(display_name="Lobby", sip_address="lobby@rooms.example")
    rules.mask(answer)

    assert answer.sip_address == "l••••@rooms.example"
