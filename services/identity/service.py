"""Composes identity."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from helpdesk.identity.v1 import (
    claims_pb2_grpc,
    clients_pb2_grpc,
    directory_pb2_grpc,
    feed_pb2_grpc,
    forgetting_pb2_grpc,
    internal_pb2_grpc,
    invitations_pb2_grpc,
    people_pb2_grpc,
    platform_auditors_pb2_grpc,
    roles_pb2_grpc,
    sign_in_pb2_grpc,
    tickets_pb2_grpc,
    tokens_pb2_grpc,
)
from helpdesk.kernel.hosting import Running, Service, Wiring
from helpdesk.kernel.keyrings import LEASE_KEYS, TOKENS, KeyRing
from helpdesk.kernel.proofs import ProofVerifier
from helpdesk.kernel.rpc.contract import audience_of
from helpdesk.kernel.rpc.tickets import judged
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.settings import SettingsError, parse
from services.identity.application.accounts import Accounts
from services.identity.application.clients import Clients, Exchange, thumbprint
from services.identity.application.directory import Directory
from services.identity.application.forgetting import Forgetting
from services.identity.application.importing import Importing
from services.identity.application.internal import Internal
from services.identity.application.invitations import Invitations
from services.identity.application.people import People
from services.identity.application.platform_auditors import PlatformAuditors
from services.identity.application.role_claims import RoleClaims
from services.identity.application.roles import Roles
from services.identity.application.sessions import Sessions
from services.identity.application.sign_in import SignIns
from services.identity.application.tickets import TicketChecks, TicketList
from services.identity.application.tokens import Tokens
from services.identity.domain.clients import Program
from services.identity.grpc_api.claims import RoleClaimServicer
from services.identity.grpc_api.clients import ClientServicer
from services.identity.grpc_api.directory import DirectoryServicer
from services.identity.grpc_api.feed import FeedServicer
from services.identity.grpc_api.forgetting import ForgettingServicer
from services.identity.grpc_api.internal import InternalServicer
from services.identity.grpc_api.invitations import InvitationServicer
from services.identity.grpc_api.people import PeopleServicer
from services.identity.grpc_api.platform_auditors import PlatformAuditorServicer
from services.identity.grpc_api.roles import RoleServicer
from services.identity.grpc_api.sign_in import SignInServicer
from services.identity.grpc_api.tickets import TicketServicer
from services.identity.grpc_api.tokens import TokenServicer
from services.identity.handlers import consumers
from services.identity.projections import projections
from services.identity.providers.client_table import ClientTable
from services.identity.providers.configured import Configured, development_issuer
from services.identity.providers.ticket_list import TicketTable
from services.identity.providers.ticket_system import (
    LOCAL,
    HttpTicketSystem,
    http_system,
)
from services.identity.providers.used_assertions import UsedAssertions
from services.identity.settings import Settings
from services.identity.views.directory import Views
from services.identity.views.forgetting import ForgettingViews
from services.identity.views.invitations import InvitationTable

_NAME = "identity"
_MIGRATIONS = Path(__file__).parent / "migrations"


def build(wiring: Wiring) -> Running:
    """Build identity."""
    settings = parse(Settings, _NAME, wiring.env)

    def digest(data: str) -> str:
        return store.digest(data)

    store = wiring.open_store(_NAME, projections(wiring.vault, digest), _MIGRATIONS)
    views = Views(store)
    signer = KeyRing(wiring.secrets_dir, TOKENS)
    leases = KeyRing(wiring.secrets_dir, LEASE_KEYS)
    services = known_services(settings, wiring)
    register = ClientTable(store)
    tokens = TokenServicer(
        Tokens(
            signer,
            lambda: signer.published() + leases.published(),
            services,
            register,
            lambda: views.position,
            UsedAssertions(store.engine),
            digest,
            audience_of,
        ),
        Exchange(
            views,
            lambda name: services.get(name) or register.named(name),
            wiring.verifier(_NAME).checked,
            signer,
        ),
    )
    keys = [thumbprint(each.public_key) for each in services.values()]
    clients = ClientServicer(Clients(register, services, keys))
    proofs = ProofVerifier("email", services["email"].public_key)
    gateway = wiring.env.get("HELPDESK_GATEWAY_ADDRESS", "127.0.0.1:8080")
    providers = Configured(settings, gateway)
    dev_tokens = dev_tokens_on(settings, gateway)
    invited = Invitations(views, InvitationTable(store), digest)
    accounts = Accounts(views, providers, digest, invited)
    sign_ins = SignIns(
        views,
        providers,
        accounts,
        wiring.vault,
        digest,
        begun_a_minute=settings.sign_ins_per_minute,
    )
    sign_in = SignInServicer(sign_ins, Sessions(views, signer, digest, dev_tokens=dev_tokens))
    claims = RoleClaimServicer(RoleClaims(views))
    roles = RoleServicer(Roles(views, digest))
    people = PeopleServicer(People(views, invited))
    invitations = InvitationServicer(invited)
    auditors = PlatformAuditorServicer(PlatformAuditors(views, providers, accounts))
    feed = FeedServicer(Importing(views, wiring.vault, digest), accounts)
    directory = DirectoryServicer(Directory(views, digest, proofs.verify))
    table = TicketTable(store)
    system = http_system(settings, wiring)
    keeper = system or (table if settings.tickets == LOCAL else None)
    checks = TicketChecks(keeper, down_allowed=settings.tickets_down == "allow")
    internal = InternalServicer(Internal(views), checks)
    forgetting = ForgettingServicer(Forgetting(views, ForgettingViews(store), digest))
    tickets = TicketServicer(TicketList(views, table, digest))
    return Running(
        store=store,
        servicers={
            "helpdesk.identity.v1.TokenService": lambda server: (
                tokens_pb2_grpc.add_TokenServiceServicer_to_server(tokens, server)
            ),
            "helpdesk.identity.v1.DirectoryFeedService": lambda server: (
                feed_pb2_grpc.add_DirectoryFeedServiceServicer_to_server(feed, server)
            ),
            "helpdesk.identity.v1.DirectoryService": lambda server: (
                directory_pb2_grpc.add_DirectoryServiceServicer_to_server(directory, server)
            ),
            "helpdesk.identity.v1.DirectoryInternalService": lambda server: (
                internal_pb2_grpc.add_DirectoryInternalServiceServicer_to_server(internal, server)
            ),
            "helpdesk.identity.v1.InvitationService": lambda server: (
                invitations_pb2_grpc.add_InvitationServiceServicer_to_server(invitations, server)
            ),
            "helpdesk.identity.v1.PeopleService": lambda server: (
                people_pb2_grpc.add_PeopleServiceServicer_to_server(people, server)
            ),
            "helpdesk.identity.v1.ForgettingService": lambda server: (
                forgetting_pb2_grpc.add_ForgettingServiceServicer_to_server(forgetting, server)
            ),
            "helpdesk.identity.v1.RoleService": lambda server: (
                roles_pb2_grpc.add_RoleServiceServicer_to_server(roles, server)
            ),
            "helpdesk.identity.v1.RoleClaimService": lambda server: (
                claims_pb2_grpc.add_RoleClaimServiceServicer_to_server(claims, server)
            ),
            "helpdesk.identity.v1.SignInService": lambda server: (
                sign_in_pb2_grpc.add_SignInServiceServicer_to_server(sign_in, server)
            ),
            "helpdesk.identity.v1.ClientService": lambda server: (
                clients_pb2_grpc.add_ClientServiceServicer_to_server(clients, server)
            ),
            "helpdesk.identity.v1.PlatformAuditorService": lambda server: (
                platform_auditors_pb2_grpc.add_PlatformAuditorServiceServicer_to_server(
                    auditors, server
                )
            ),
            "helpdesk.identity.v1.TicketService": lambda server: (
                tickets_pb2_grpc.add_TicketServiceServicer_to_server(tickets, server)
            ),
        },
        consumers=consumers(store),
        close=lambda: _close(providers, system),
        tickets=lambda *asked: _judged(checks, *asked),
    )


def _close(providers: Configured, system: HttpTicketSystem | None) -> None:
    providers.close()
    if system is not None:
        system.close()


def _judged(checks: TicketChecks, ticket: str, organization_id: str, partner_id: str) -> str:
    state, allowed = checks.check(ticket, organization_id, partner_id)
    return judged(state, allowed=allowed)


def dev_tokens_on(settings: Settings, gateway: str) -> bool:
    """Return whether operators get tokens in people's names: with the development provider only."""
    possible = bool(development_issuer(settings, gateway))
    if settings.dev_tokens == "yes" and not possible:
        raise SettingsError(
            "HELPDESK_IDENTITY_DEV_TOKENS: needs the development provider and a gateway on loopback"
        )
    return possible and settings.dev_tokens != "no"


def known_services(settings: Settings, wiring: Wiring) -> dict[str, Program]:
    """Return who gets service tokens: those of the file, and those whose own key is here."""
    known: dict[str, Program] = {}
    if settings.services:
        try:
            listed = json.loads(Path(settings.services).read_text())
            known = {
                str(name): Program(
                    str(name),
                    str(each["public_key"]),
                    frozenset(map(str, each["roles"])),
                    frozenset(map(str, each.get("acts_as", ()))),
                )
                for name, each in listed.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(
                'HELPDESK_IDENTITY_SERVICES: a JSON file {name: {"public_key": PEM, "roles": []}} '
                "is wanted"
            ) from error
    for name in SERVICES:
        if name not in known:
            private = load_pem_private_key(wiring.secret(f"{name}.service.pem"), None)
            public = private.public_key().public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            )
            known[name] = Program(name, public.decode(), frozenset({"SERVICE"}))
    return known


SERVICE = Service(name=_NAME, build=build, settings={_NAME: Settings})
