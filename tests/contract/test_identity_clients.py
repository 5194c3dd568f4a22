"""Programs outside of the product: registered by operators, with tokens of their own, for people."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from helpdesk.email.v1 import caller_check_pb2, caller_check_pb2_grpc, email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import (
    clients_pb2,
    clients_pb2_grpc,
    directory_pb2,
    directory_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
    tokens_pb2,
    tokens_pb2_grpc,
)
from helpdesk.kernel.errors import (
    Forbidden,
    InvalidArgument,
    NotFound,
    Refused,
    Unauthenticated,
)
from helpdesk.kernel.operating import announce
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.secrets import new_private_key
from helpdesk.kernel.tokens import Signer
from services.email.service import SERVICE as EMAIL
from services.identity.service import SERVICE as IDENTITY
from tests.support.product import ACME, person_id, running_product, small_directory

STEFANA = person_id("acme_user")


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients")
    with running_product(folder, [IDENTITY, EMAIL], directory=small_directory()) as product:
        yield product


@pytest.fixture(scope="module")
def clients(product):
    return product.stub(clients_pb2_grpc.ClientServiceStub, "identity")


@pytest.fixture(scope="module")
def tokens(product):
    return product.stub(tokens_pb2_grpc.TokenServiceStub, "identity")


def public(pem):
    return OKPKey.import_key(pem.decode()).as_pem(private=False).decode()


class Program:
    """A program outside: it has a key, and asks for tokens."""

    def __init__(self, product, name, *roles, acts_as=(), pem=b""):
        self.product, self.name = product, name
        self.pem = pem or new_private_key()
        stub = product.stub(clients_pb2_grpc.ClientServiceStub, "identity")
        request = clients_pb2.RegisterClientRequest(
            client=name,
            public_key=public(self.pem),
            client_roles=[f"ROLE_{each}" for each in roles],
            acts_as=[f"ROLE_{each}" for each in acts_as],
        )
        product.caller(sub="operator:ann", roles=["OPERATOR"])(stub.RegisterClient, request)

    def assertion(self, seconds=30):
        return Signer(self.pem, issuer=self.name).sign({"sub": self.name}, ["identity"], seconds)

    def signed(self, **claims):
        """Sign an assertion with these claims beside those that it must have."""
        key, now = OKPKey.import_key(self.pem.decode()), time.time()
        must = {"iss": self.name, "sub": self.name, "aud": "identity", "iat": now, "exp": now + 30}
        header = {"alg": "Ed25519", "kid": key.thumbprint()}
        return jwt.encode(header, must | claims, key, algorithms=["Ed25519"])

    def token(self, assertion=""):
        stub = self.product.stub(tokens_pb2_grpc.TokenServiceStub, "identity")
        request = tokens_pb2.IssueServiceTokenRequest(assertion=assertion or self.assertion())
        return Caller()(stub.IssueServiceToken, request).token

    def exchanged(self, subject, audience="email", roles=(), token=""):
        stub = self.product.stub(tokens_pb2_grpc.TokenServiceStub, "identity")
        request = tokens_pb2.ExchangeTokenRequest(
            subject_token=subject,
            audience=audience,
            scope_roles=[f"ROLE_{each}" for each in roles],
        )
        return Caller(lambda: token or self.token())(stub.ExchangeToken, request)


@pytest.fixture(scope="module")
def bot(product):
    return Program(product, "ticket-bot", "DELEGATE", acts_as=["HELP_DESK"])


def token_of(product, name="north_agent"):
    stub = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
    request = sign_in_pb2.IssueTokenForRequest(user_id=person_id(name))
    return product.caller(sub="operator:test", roles=["SERVICE"])(stub.IssueTokenFor, request).token


def mail_of(product, token, user=STEFANA):
    stub = product.stub(email_pb2_grpc.EmailServiceStub, "email")
    return Caller(lambda: token)(stub.GetUserMail, email_pb2.GetUserMailRequest(user_id=user))


def refusal(program, *arguments, **more):
    with pytest.raises(Forbidden) as caught:
        program.exchanged(*arguments, **more)
    record = program.product.records("identity", action="identity.token.exchange")[-1]
    assert (record.outcome, record.error) == ("refused", caught.value.reason)
    return caught.value.reason


def test_a_registered_program_gets_tokens_with_its_own_roles(product):
    feed = Program(product, "feed", "DIRECTORY_WRITER")

    actor = product.host.wiring.verifier("identity").verify(feed.token())
    assert (actor.id, actor.roles) == ("feed", {"DIRECTORY_WRITER"})


def test_who_registered_what_is_recorded(product, clients):
    Program(product, "seen", "MAIL_SENDER")

    record = product.records("identity", action="identity.client.register")[-1]
    assert (record.agent_id, record.subjects) == ("operator:ann", ("client:seen",))


def test_a_removed_program_gets_no_token(product, clients):
    gone = Program(product, "gone", "MAIL_SENDER")
    operator = product.caller(sub="operator:ann", roles=["OPERATOR"])
    operator(clients.RemoveClient, clients_pb2.RemoveClientRequest(client="gone"))

    with pytest.raises(Forbidden):
        gone.token()
    with pytest.raises(NotFound):
        operator(clients.RemoveClient, clients_pb2.RemoveClientRequest(client="gone"))
    names = operator(clients.ListClients, clients_pb2.ListClientsRequest()).clients
    assert "gone" not in [each.client for each in names]
    Program(product, "gone", "MAIL_SENDER")


def test_names_and_keys_are_taken_once(product):
    first = Program(product, "first", "MAIL_SENDER")
    with pytest.raises(Refused, match="name"):
        Program(product, "first", "MAIL_SENDER")
    with pytest.raises(Refused, match="key"):
        Program(product, "second", "MAIL_SENDER", pem=first.pem)
    own = product.host.wiring.secret("email.service.pem")
    with pytest.raises(Refused, match="key"):
        Program(product, "third", "MAIL_SENDER", pem=own)


@pytest.mark.parametrize("key", ["", "no key", new_private_key().decode()])
def test_what_is_no_public_key_is_not_registered(product, clients, key):
    request = clients_pb2.RegisterClientRequest(
        client="bad-key", public_key=key, client_roles=["ROLE_MAIL_SENDER"]
    )
    with pytest.raises(InvalidArgument):
        product.caller(sub="operator:ann", roles=["OPERATOR"])(clients.RegisterClient, request)


def test_another_programs_assertion_is_refused(product):
    one = Program(product, "one", "MAIL_SENDER")
    other = Program(product, "other", "MAIL_REPORTER")
    forged = Signer(other.pem, issuer="one").sign({"sub": "one"}, ["identity"], 30)

    with pytest.raises(Forbidden):
        one.token(forged)
    with pytest.raises(Forbidden):
        one.token(one.assertion(seconds=-1))


@pytest.mark.parametrize("more", [{"jti": "one"}, {}])
def test_an_assertion_is_good_once(product, more):
    feed = Program(product, f"once-{len(more)}", "MAIL_SENDER")
    assertion = feed.signed(**more)
    assert feed.token(assertion)

    with pytest.raises(Forbidden) as caught:
        feed.token(assertion)
    assert caught.value.reason == "ASSERTION_USED"
    assert feed.token(feed.signed(jti="two"))


def test_programs_may_name_their_assertions_alike(product):
    one = Program(product, "alike-one", "MAIL_SENDER")
    other = Program(product, "alike-other", "MAIL_SENDER")

    assert one.token(one.signed(jti="1"))
    assert other.token(other.signed(jti="1"))


def test_a_program_acts_for_an_agent_and_the_record_names_both(product, bot):
    answer = bot.exchanged(token_of(product))
    assert mail_of(product, answer.token)

    record = product.records("email", action="email.mail.get")[-1]
    assert (record.agent_id, record.act) == (person_id("north_agent"), ("program:ticket-bot",))
    assert (record.outcome, record.user_id) == ("done", STEFANA)
    taken = product.records("identity", action="identity.token.exchange")[-1]
    assert taken.agent_id == "ticket-bot"
    assert taken.subjects == (f"person:{person_id('north_agent')}",)


def test_the_exchanged_token_is_for_one_service_and_dies_with_the_persons(product, bot):
    subject = product.signer.sign(
        {
            "sub": person_id("north_agent"),
            "partner": product.host.wiring.verifier("identity")
            .verify(token_of(product))
            .partner_id,
            "roles": ["HELP_DESK"],
        },
        ["identity", "email"],
        20,
    )
    answer = bot.exchanged(subject)

    said = product.host.wiring.verifier("email").checked(answer.token)
    assert said.audience == ("email",)
    assert said.expires <= time.time() + 20
    with pytest.raises(Unauthenticated, match="another service"):
        directory = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
        Caller(lambda: answer.token)(
            directory.GetUser, directory_pb2.GetUserRequest(user_id=STEFANA)
        )
    assert refusal(bot, subject, "search") == "WIDER"


def test_an_exchange_cannot_widen(product, bot):
    admin = token_of(product, "north_admin")

    assert refusal(bot, admin) == "NOTHING_IN_COMMON"
    assert refusal(bot, token_of(product), roles=["PARTNER_ADMIN"]) == "WIDER"
    assert refusal(bot, token_of(product, "acme_admin")) == "NOT_A_PERSONS_TOKEN"
    with pytest.raises(NotFound):
        mail_of(product, bot.exchanged(token_of(product)).token, person_id("beta_user"))


def test_a_role_that_the_person_just_lost_is_not_passed_on(product, bot):
    roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    admin = product.caller("north_admin")
    person = {"user_id": person_id("north_nobody"), "role": "ROLE_HELP_DESK", "reason": "a test"}
    admin(roles.AssignRole, roles_pb2.AssignRoleRequest(**person))
    token = token_of(product, "north_nobody")
    assert bot.exchanged(token).token
    admin(roles.RemoveRole, roles_pb2.RemoveRoleRequest(**person))

    assert refusal(bot, token) == "NOTHING_IN_COMMON"


def test_a_person_who_signed_out_is_not_acted_for(product, bot):
    assert refusal(bot, product.token("north_agent", sid="ended")) == "SESSION_ENDED"


def bad_subjects(product):
    claims = {"sub": person_id("north_agent"), "partner": ACME, "roles": ["HELP_DESK"]}
    return {
        "nothing": "",
        "rubbish": "a.b.c",
        "of another key": Signer(new_private_key()).sign(claims, ["identity", "email"], 60),
        "expired": product.signer.sign(claims, ["identity", "email"], -1),
        "for another service": product.signer.sign(claims, ["email"], 60),
        "a lease": product.signer.sign(claims | {"mode": "read_only"}, ["identity"], 5),
    }


@pytest.mark.parametrize(
    "kind", ["nothing", "rubbish", "of another key", "expired", "for another service", "a lease"]
)
def test_a_subject_token_that_does_not_hold_is_refused(product, bot, kind):
    assert refusal(bot, bad_subjects(product)[kind]) == "SUBJECT_TOKEN_INVALID"


def test_an_exchanged_token_is_not_exchanged_further_and_no_other_program_exchanges(product, bot):
    inner = bot.exchanged(token_of(product)).token
    assert refusal(bot, inner) == "SUBJECT_TOKEN_INVALID"
    assert refusal(bot, token_of(product), token=token_of(product)) == "ROLE_MISSING"

    feed = Program(product, "plain-feed", "DIRECTORY_WRITER")
    assert refusal(feed, token_of(product)) == "ROLE_MISSING"


def test_the_chain_of_a_token_for_identity_grows_and_ends(product, bot):
    second = Program(product, "second-bot", "DELEGATE", acts_as=["HELP_DESK"])
    once = bot.exchanged(token_of(product), "identity").token
    twice = second.exchanged(once, "identity").token

    actor = product.host.wiring.verifier("identity").verify(twice)
    assert actor.act == ("program:second-bot", "program:ticket-bot")
    thrice = bot.exchanged(twice, "identity").token
    assert refusal(second, thrice, "identity") == "CHAIN_TOO_LONG"


def test_what_needs_a_ticket_needs_it_of_a_program_too(product, bot):
    stub = product.stub(caller_check_pb2_grpc.CallerCheckServiceStub, "email")
    token = bot.exchanged(token_of(product)).token
    with pytest.raises(Refused, match="ticket"):
        Caller(lambda: token)(stub.SendCode, caller_check_pb2.SendCodeRequest(user_id=STEFANA))


def command(product, cwd, *words):
    announce(product.host.wiring.data_dir, product.host.address)
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "services", "client", *words],
        env={**os.environ, **product.env, "PYTHONPATH": str(Path.cwd())},
        cwd=cwd,
        capture_output=True,
        text=True,
    )


def test_an_operator_adds_a_program_at_the_shell(product, tmp_path):
    added = command(product, tmp_path, "add", "shell-feed", "--role", "DIRECTORY_WRITER")
    assert added.returncode == 0, added.stderr
    assert "BEGIN PUBLIC KEY" in added.stdout
    private = tmp_path / "shell-feed.pem"
    assert private.stat().st_mode & 0o077 == 0
    assertion = Signer(private.read_bytes(), issuer="shell-feed").sign(
        {"sub": "shell-feed"}, ["identity"], 30
    )
    stub = product.stub(tokens_pb2_grpc.TokenServiceStub, "identity")
    request = tokens_pb2.IssueServiceTokenRequest(assertion=assertion)
    assert Caller()(stub.IssueServiceToken, request).token

    assert "shell-feed: DIRECTORY_WRITER" in command(product, tmp_path, "list").stdout
    assert command(product, tmp_path, "remove", "shell-feed").returncode == 0
    again = command(product, tmp_path, "add", "x", "--role", "DIRECTORY_WRITER")
    assert again.returncode == 1
    assert not (tmp_path / "x.pem").exists()
