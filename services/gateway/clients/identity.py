"""Signing in, the directory and roles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import grpc

from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    invitations_pb2,
    invitations_pb2_grpc,
    people_pb2,
    people_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
    tickets_pb2,
    tickets_pb2_grpc,
    tokens_pb2,
    tokens_pb2_grpc,
)
from helpdesk.kernel.rpc.client import Caller
from services.gateway.clients.codes import ROLES, stamp

_TICKETS = 20
_ALL = internal_pb2.Viewer(sees_all=True)


class Identity:
    """Signing in, the directory and roles; ``own`` calls as the gateway itself."""

    def __init__(self, channel: grpc.Channel, call: Caller, own: Caller) -> None:
        self._call = call
        self._own = own
        self._sign_in = sign_in_pb2_grpc.SignInServiceStub(channel)  # type: ignore[no-untyped-call]
        self._directory = directory_pb2_grpc.DirectoryServiceStub(channel)  # type: ignore[no-untyped-call]
        self._roles = roles_pb2_grpc.RoleServiceStub(channel)  # type: ignore[no-untyped-call]
        self._invitations = invitations_pb2_grpc.InvitationServiceStub(channel)  # type: ignore[no-untyped-call]
        self._people = people_pb2_grpc.PeopleServiceStub(channel)  # type: ignore[no-untyped-call]
        self._tickets = tickets_pb2_grpc.TicketServiceStub(channel)  # type: ignore[no-untyped-call]
        self._tokens = tokens_pb2_grpc.TokenServiceStub(channel)  # type: ignore[no-untyped-call]
        self._internal = internal_pb2_grpc.DirectoryInternalServiceStub(channel)  # type: ignore[no-untyped-call]

    def keys(self) -> list[dict[str, Any]]:
        """Return the published keys as JWKs. Raises Unavailable."""
        answer = self._call(self._tokens.GetKeys, tokens_pb2.GetKeysRequest())
        return [json.loads(key) for key in answer.keys]

    def open_tickets(self, token: str) -> Any:
        """Return the newest open tickets of the product's own list."""
        request = tickets_pb2.ListTicketsRequest(page_size=_TICKETS)
        return self._call(self._tickets.ListTickets, request, token=token).tickets

    def providers(self) -> Any:
        """Return who signs people in, the one for who does not choose first."""
        request = sign_in_pb2.ListProvidersRequest()
        return self._call(self._sign_in.ListProviders, request).providers

    def sign_out_page(self, secret: str, redirect_uri: str, state: str) -> str:
        """Return the provider's own sign-out page, empty for none. Raises Unavailable."""
        request = sign_in_pb2.GetSignOutPageRequest(
            secret=secret, redirect_uri=redirect_uri, state=state
        )
        return str(self._call(self._sign_in.GetSignOutPage, request, timeout=10).url)

    def end_provider_session(self, logout_token: str) -> None:
        """End what a provider's logout token names. Raises Forbidden."""
        request = sign_in_pb2.EndProviderSessionRequest(logout_token=logout_token)
        self._call(self._sign_in.EndProviderSession, request, timeout=10)

    def begin_sign_in(self, issuer: str, redirect_uri: str, locale: str) -> Any:
        """Start a sign-in; returns where to send the browser, and the state."""
        request = sign_in_pb2.BeginSignInRequest(
            issuer=issuer, redirect_uri=redirect_uri, locale=locale
        )
        return self._call(self._sign_in.BeginSignIn, request, timeout=10)

    def complete_sign_in(self, **answer: str) -> Any:
        """End a sign-in with what came back. Raises Forbidden."""
        request = sign_in_pb2.CompleteSignInRequest(**answer)
        return self._call(self._sign_in.CompleteSignIn, request, timeout=10)

    def issue_token(self, secret: str) -> Any:
        """Return a token for a live session, and whom it names. Raises Forbidden."""
        request = sign_in_pb2.IssueTokenRequest(secret=secret)
        return self._call(self._sign_in.IssueToken, request)

    def list_sign_ins(self, token: str) -> Any:
        """Return the caller's sessions."""
        return self._call(
            self._sign_in.ListSignIns, sign_in_pb2.ListSignInsRequest(), token=token
        ).sign_ins

    def end_sign_in(self, token: str, sign_in_id: str, request_id: str) -> None:
        """End a session; the calling one for an empty id."""
        request = sign_in_pb2.EndSignInRequest(sign_in_id=sign_in_id, request_id=request_id)
        self._call(self._sign_in.EndSignIn, request, token=token)

    def end_other_sign_ins(self, token: str, request_id: str) -> None:
        """End all sessions of the caller but the calling one."""
        request = sign_in_pb2.EndOtherSignInsRequest(request_id=request_id)
        self._call(self._sign_in.EndOtherSignIns, request, token=token)

    def user(self, token: str, user_id: str, ticket: str = "") -> Any:
        """Return a user with licences and devices. Raises NotFound."""
        request = directory_pb2.GetUserRequest(user_id=user_id, ticket=ticket)
        return self._call(self._directory.GetUser, request, token=token)

    def organization(self, token: str, organization_id: str, ticket: str = "") -> Any:
        """Return a customer. Raises NotFound."""
        request = directory_pb2.GetOrganizationRequest(
            organization_id=organization_id, ticket=ticket
        )
        return self._call(self._directory.GetOrganization, request, token=token)

    def users(self, token: str, organization_id: str, page_token: str = "") -> Any:
        """Return a page of a customer's users."""
        request = directory_pb2.ListUsersRequest(
            organization_id=organization_id, page_size=100, page_token=page_token
        )
        return self._call(self._directory.ListUsers, request, token=token)

    def mailboxes(self, token: str, organization_id: str, page_token: str = "") -> Any:
        """Return a page of a customer's users with their primary address."""
        request = directory_pb2.ListMailboxesRequest(
            organization_id=organization_id, page_size=100, page_token=page_token
        )
        return self._call(self._directory.ListMailboxes, request, token=token)

    def devices(self, token: str, organization_id: str, page_token: str = "") -> Any:
        """Return a page of a customer's devices."""
        request = directory_pb2.ListDevicesRequest(
            organization_id=organization_id, page_size=100, page_token=page_token
        )
        return self._call(self._directory.ListDevices, request, token=token)

    def reveal(
        self,
        token: str,
        user_id: str,
        field: str,
        index: int,
        reason: str,
        ticket: str,
        proof: str = "",
    ) -> str:
        """Return one personal field, unmasked. Raises NotFound, InvalidArgument, Refused."""
        request = directory_pb2.RevealFieldRequest(
            user_id=user_id,
            field=field,
            index=index,
            reason=reason,
            ticket=ticket,
            check_proof=proof,
        )
        return str(self._call(self._directory.RevealField, request, token=token).value)

    def people(self, token: str) -> list[Any]:
        """Return all people of the caller's partner, with their roles."""
        people: list[Any] = []
        page = ""
        while True:
            request = roles_pb2.ListRolesRequest(page_size=200, page_token=page)
            answer = self._call(self._roles.ListRoles, request, token=token)
            people.extend(answer.people)
            page = answer.next_page_token
            if not page:
                return people

    def people_page(self, token: str, page_token: str = "") -> Any:
        """Return a page of the people of the caller's partner, with their roles."""
        request = roles_pb2.ListRolesRequest(page_size=50, page_token=page_token)
        return self._call(self._roles.ListRoles, request, token=token)

    def customers(self, token: str) -> list[Any]:
        """Return all customers that the caller may see, by name."""
        found: list[Any] = []
        page = ""
        while True:
            request = directory_pb2.ListOrganizationsRequest(page_size=200, page_token=page)
            answer = self._call(self._directory.ListOrganizations, request, token=token)
            found.extend(answer.organizations)
            page = answer.next_page_token
            if not page:
                return found

    def offboard(self, token: str, user_id: str, reason: str, request_id: str) -> None:
        """End everything of a person of the partner. Raises NotFound, Refused."""
        request = people_pb2.OffboardPersonRequest(
            user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._people.OffboardPerson, request, token=token)

    def sign_out(self, token: str, user_id: str, reason: str, request_id: str) -> None:
        """End the sign-in sessions of a person of the partner. Raises NotFound."""
        request = people_pb2.SignOutPersonRequest(
            user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._people.SignOutPerson, request, token=token)

    def limit(
        self, token: str, user_id: str, customers: Iterable[str], reason: str, request_id: str
    ) -> None:
        """Limit a person to some customers; to none lifts it. Raises NotFound, Refused."""
        wanted = list(customers)
        if wanted:
            request = people_pb2.SetCustomerLimitRequest(
                user_id=user_id, organization_ids=wanted, reason=reason, request_id=request_id
            )
            self._call(self._people.SetCustomerLimit, request, token=token)
            return
        lifted = people_pb2.ClearCustomerLimitRequest(
            user_id=user_id, reason=reason, request_id=request_id
        )
        self._call(self._people.ClearCustomerLimit, lifted, token=token)

    def invite(
        self,
        token: str,
        email: str,
        display_name: str,
        role: str,
        until: datetime | None,
        customers: Iterable[str],
        reason: str,
        request_id: str,
    ) -> None:
        """Invite somebody to the partner by mail. Raises InvalidArgument, NotFound."""
        request = invitations_pb2.InviteAgentRequest(
            email=email,
            display_name=display_name,
            role=ROLES[role],
            until=stamp(until),
            organization_ids=customers,
            reason=reason,
            request_id=request_id,
        )
        self._call(self._invitations.InviteAgent, request, token=token)

    def invitations(self, token: str, page_token: str = "") -> Any:
        """Return a page of the partner's open invitations."""
        request = invitations_pb2.ListInvitationsRequest(page_size=50, page_token=page_token)
        return self._call(self._invitations.ListInvitations, request, token=token)

    def resend_invitation(self, token: str, invitation_id: str, request_id: str) -> None:
        """Send an invitation again. Raises NotFound."""
        request = invitations_pb2.ResendInvitationRequest(
            invitation_id=invitation_id, request_id=request_id
        )
        self._call(self._invitations.ResendInvitation, request, token=token)

    def withdraw_invitation(
        self, token: str, invitation_id: str, reason: str, request_id: str
    ) -> None:
        """Take an invitation back. Raises NotFound."""
        request = invitations_pb2.WithdrawInvitationRequest(
            invitation_id=invitation_id, reason=reason, request_id=request_id
        )
        self._call(self._invitations.WithdrawInvitation, request, token=token)

    def assign_role(
        self,
        token: str,
        user_id: str,
        role: str,
        until: datetime | None,
        reason: str,
        request_id: str,
    ) -> None:
        """Give a person a role. Raises NotFound, Refused."""
        request = roles_pb2.AssignRoleRequest(
            user_id=user_id,
            role=ROLES[role],
            until=stamp(until),
            reason=reason,
            request_id=request_id,
        )
        self._call(self._roles.AssignRole, request, token=token)

    def remove_role(
        self, token: str, user_id: str, role: str, reason: str, request_id: str
    ) -> None:
        """Take a role away. Raises NotFound, Refused."""
        request = roles_pb2.RemoveRoleRequest(
            user_id=user_id, role=ROLES[role], reason=reason, request_id=request_id
        )
        self._call(self._roles.RemoveRole, request, token=token)

    def names(self, users: Iterable[str], organizations: Iterable[str]) -> dict[str, str]:
        """Return the names of people and customers by id; for ids of records one may read."""
        things = [f"user:{each}" for each in sorted(set(users)) if each]
        things += [f"organization:{each}" for each in sorted(set(organizations)) if each]
        if not things:
            return {}
        request = internal_pb2.ResolveRowsRequest(viewer=_ALL, things=things)
        rows = self._own(self._internal.ResolveRows, request).rows
        return {row.thing.partition(":")[2]: row.title for row in rows}

    def company_of(self, user_id: str) -> str:
        """Return the name of the partner or customer that somebody belongs to. Raises NotFound."""
        request = internal_pb2.ResolveUserRequest(viewer=_ALL, user_id=user_id)
        return str(self._own(self._internal.ResolveUser, request).organization_name)

    def person_with(self, address: str) -> str:
        """Return the id of who has an address, or an empty text. Raises InvalidArgument."""
        request = internal_pb2.ResolveAddressRequest(address=address)
        return str(self._own(self._internal.ResolveAddress, request).user_id)
