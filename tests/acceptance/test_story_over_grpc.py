"""The agent's whole story over gRPC alone, as an internal service would tell it."""

import re

import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.email.v1 import (
    blocklist_pb2,
    blocklist_pb2_grpc,
    caller_check_pb2,
    caller_check_pb2_grpc,
    email_pb2,
    email_pb2_grpc,
)
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.errors import Forbidden, Refused
from helpdesk.kernel.rpc.client import Caller
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.audit.service import SERVICE as AUDIT
from services.email.service import SERVICE as EMAIL
from services.gateway.dev_mailbox import DevMailbox
from services.identity.service import SERVICE as IDENTITY
from services.search.service import SERVICE as SEARCH
from services.session.service import SERVICE as SESSION
from tests.support.distributed import SIZES, product_of
from tests.support.exports import Cast, exported_directory, needs_directory
from tests.support.product import free_address
from tests.support.waiting import wait_until

TICKET = "INC-4821"


@pytest.fixture(scope="module", params=SIZES)
def story(request, tmp_path_factory):
    directory = exported_directory()
    folder = tmp_path_factory.mktemp("story")
    smtp = free_address()
    mailbox = DevMailbox(folder / "outside", smtp)
    mailbox.start()
    services = [IDENTITY, SEARCH, EMAIL, SESSION, AUDIT]
    try:
        with product_of(
            request.param,
            folder / "data",
            services,
            directory=directory,
            HELPDESK_EMAIL_SMTP_ADDRESS=smtp,
        ) as product:
            product.settle()
            yield Story(product, mailbox, Cast(directory))
    finally:
        mailbox.stop()


class Story:
    def __init__(self, product, mailbox, cast):
        self.product = product
        self.mailbox = mailbox
        self.cast = cast
        self.data_dir = product.host.wiring.data_dir
        stub = product.stub
        self.search = stub(search_pb2_grpc.SearchServiceStub, "search")
        self.directory = stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
        self.email = stub(email_pb2_grpc.EmailServiceStub, "email")
        self.blocklist = stub(blocklist_pb2_grpc.BlocklistServiceStub, "email")
        self.checks = stub(caller_check_pb2_grpc.CallerCheckServiceStub, "email")
        self.consents = stub(consent_pb2_grpc.ConsentServiceStub, "session")
        self.views = stub(view_pb2_grpc.ViewServiceStub, "session")
        self.audit = stub(audit_pb2_grpc.AuditServiceStub, "audit")
        self.agent = self._as(cast.agent, "partner", "HELP_DESK")
        self.auditor = self._as(cast.auditor, "partner", "AUDITOR")
        self.customer_admin = self._as(cast.customer_admin, "organization", "CUSTOMER_ADMIN")

    def _as(self, person, side, role):
        claims = {"sub": person["id"], side: person["orgId"], "roles": [role], "sid": "story"}
        return Caller(lambda: self.product.token(**claims))

    def mail(self):
        request = email_pb2.GetUserMailRequest(user_id=self.cast.user["id"], ticket=TICKET)
        return self.agent(self.email.GetUserMail, request)

    def newest_state(self, state):
        return wait_until(lambda: self.mail().messages[0].state == state, pause=0.05)


@needs_directory
def test_an_agent_helps_a_user_and_the_auditor_sees_every_step(story):
    user, agent = story.cast.user["id"], story.agent
    address = story.cast.user["emails"][0]

    # The welcome mail bounces at a real mail server.
    story.mailbox.refuse(address, refuse=True)
    sender = Caller(lambda: story.product.service_token("MAIL_SENDER"))
    sender(story.email.SendMessage, email_pb2.SendMessageRequest(user_id=user, template="welcome"))

    # Search without diacritics and open.
    found = agent(
        story.search.Search, search_pb2.SearchRequest(query="stefana voinea", ticket=TICKET)
    )
    assert user in [hit.id for hit in found.hits[:5]]
    opened = agent(
        story.directory.GetUser, directory_pb2.GetUserRequest(user_id=user, ticket=TICKET)
    )
    assert opened.user.display_name == story.cast.user["displayName"]
    assert address not in opened.user.emails

    # See why.
    assert story.newest_state("bounced")
    seen = story.mail()
    assert seen.messages[0].cause == "no_such_mailbox"
    assert seen.messages[0].fault == "recipient"
    assert seen.addresses[0].blocked

    # A blocked address gets no mail and says so.
    with pytest.raises(Refused):
        agent(
            story.email.ResendMessage,
            email_pb2.ResendMessageRequest(user_id=user, kind="welcome", ticket=TICKET),
        )

    # Unblock on the word of the customer's admin, send again, see it delivered.
    story.mailbox.refuse(address, refuse=False)
    removal = email_pb2.RemoveAddressFromBlocklistRequest(
        user_id=user, reason="The mailbox was set up now.", ticket=TICKET, request_id="remove-1"
    )
    with pytest.raises(Refused):
        agent(story.email.RemoveAddressFromBlocklist, removal)
    agent(
        story.blocklist.AskAdminToVouch,
        blocklist_pb2.AskAdminToVouchRequest(user_id=user, reason="is it there?", ticket=TICKET),
    )
    story.customer_admin(
        story.blocklist.VouchForAddress,
        blocklist_pb2.VouchForAddressRequest(user_id=user, reason="it was set up today"),
    )
    agent(story.email.RemoveAddressFromBlocklist, removal)
    assert story.mail().addresses[0].on_probation
    agent(
        story.email.ResendMessage,
        email_pb2.ResendMessageRequest(user_id=user, kind="welcome", ticket=TICKET, reason="again"),
    )
    assert story.newest_state("delivered")
    assert not story.mail().addresses[0].blocked

    # Check the caller with the code from the mailbox.
    sent = agent(
        story.checks.SendCode, caller_check_pb2.SendCodeRequest(user_id=user, ticket=TICKET)
    )
    assert wait_until(
        lambda: any(codes(m.text) for m in to(story, address)), timeout=60, pause=0.05
    )
    code = next(code for mail in to(story, address) for code in codes(mail.text))
    wrong = agent(
        story.checks.VerifyCode,
        caller_check_pb2.VerifyCodeRequest(
            check_id=sent.check_id, code="00000000" if code != "00000000" else "1" * 8
        ),
    )
    right = agent(
        story.checks.VerifyCode,
        caller_check_pb2.VerifyCodeRequest(check_id=sent.check_id, code=code),
    )
    assert (wrong.state, right.state) == ("wrong", "confirmed")
    assert_nowhere(story, code)

    # The portal is refused until the customer allows it.
    organization = story.cast.user["orgId"]
    agent(
        story.directory.GetOrganization,
        directory_pb2.GetOrganizationRequest(organization_id=organization, ticket=TICKET),
    )
    start = view_pb2.StartViewRequest(organization_id=organization, ticket=TICKET)
    with pytest.raises(Refused):
        agent(story.views.StartView, start)
    asked = agent(
        story.consents.RequestAccess,
        consent_pb2.RequestAccessRequest(
            organization_id=organization,
            sections=["SECTION_USERS"],
            reason="look at the settings",
            ticket=TICKET,
        ),
    )
    story.customer_admin(
        story.consents.AnswerAccessRequest,
        consent_pb2.AnswerAccessRequestRequest(
            access_request_id=asked.access_request_id, approve=True
        ),
    )
    view = agent(story.views.StartView, start)
    lease = agent(story.views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=view.view_id))
    users = directory_pb2.ListUsersRequest(organization_id=organization)
    assert Caller()(story.directory.ListUsers, users, token=lease.token).users

    # A change is refused, and the customer ends it in the middle.
    with pytest.raises(Forbidden):
        Caller()(
            story.email.RemoveAddressFromBlocklist,
            email_pb2.RemoveAddressFromBlocklistRequest(user_id=user, reason="x", ticket=TICKET),
            token=lease.token,
        )
    story.customer_admin(story.views.EndView, view_pb2.EndViewRequest(view_id=view.view_id))
    with pytest.raises(Refused):
        agent(story.views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=view.view_id))

    # The auditor sees every step in order.
    story.product.settle()
    seen = story.auditor(
        story.audit.QueryActions,
        audit_pb2.QueryActionsRequest(
            filter=audit_pb2.ActionFilter(agent_id=story.cast.agent["id"]), page_size=200
        ),
    )
    steps = [(record.action, outcome(record)) for record in reversed(seen.records)]
    assert in_order(
        steps,
        [
            ("search.search", "done"),
            ("identity.user.get", "done"),
            ("email.mail.get", "done"),
            ("email.message.resend", "refused"),
            ("email.blocklist.remove", "refused"),
            ("email.blocklist.ask-to-vouch", "done"),
            ("email.blocklist.remove", "done"),
            ("email.message.resend", "done"),
            ("email.caller-check.send", "done"),
            ("email.caller-check.verify", "done"),
            ("identity.organization.get", "done"),
            ("session.view.start", "refused"),
            ("session.access.request", "done"),
            ("session.view.start", "done"),
            ("identity.user.list", "done"),
            ("email.blocklist.remove", "refused"),
        ],
    ), steps

    # The log verifies; one flipped byte is found and its record named.
    verified = story.product.verified()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    damaged = story.product.verified_with_a_flipped_byte()
    assert damaged.returncode == 1
    assert re.search(r"[Rr]ecord \d", damaged.stdout + damaged.stderr)


@needs_directory
def test_a_foreign_customers_address_finds_nothing(story):
    address = story.cast.foreigner["emails"][0]
    found = story.agent(story.search.Search, search_pb2.SearchRequest(query=address))

    assert found.total_size == 0


def to(story, address):
    return [mail for mail in story.mailbox.mails() if mail.recipient == address]


def codes(text):
    return [a + b for a, b in re.findall(r"\b(\d{4})[ -]?(\d{4})\b", text)]


def outcome(record):
    return audit_pb2.Outcome.Name(record.outcome).removeprefix("OUTCOME_").lower()


def in_order(steps, wanted):
    remaining = iter(steps)
    return all(step in remaining for step in wanted)


def assert_nowhere(story, code):
    """The code is in no file of the product."""
    for path in story.data_dir.rglob("*"):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            # The index has merged this file into another one, which is looked at too.
            continue
        assert code.encode() not in content, path
        assert f"{code[:4]} {code[4:]}".encode() not in content, path
