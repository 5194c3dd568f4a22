"""gRPC to use cases and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    tokens_pb2,
    tokens_pb2_grpc,
)
from helpdesk.kernel.actions import SupportAction
from services.identity.application.directory import Directory
from services.identity.application.importing import AT_ONCE, Importing, Lines, Progress
from services.identity.application.internal import Internal, Row
from services.identity.application.reading import viewer_of
from services.identity.application.tokens import Tokens
from services.identity.domain import entries
from services.identity.domain.facts import NEVER
from services.identity.domain.scope import Viewer


class TokenServicer(tokens_pb2_grpc.TokenServiceServicer):
    """Keys and tokens of services."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def GetKeys(  # noqa: N802  # the names of methods are the contract's
        self, request: tokens_pb2.GetKeysRequest, action: SupportAction
    ) -> tokens_pb2.GetKeysResponse:
        del request, action
        return tokens_pb2.GetKeysResponse(keys=[json.dumps(k) for k in self._tokens.get_keys()])

    def IssueServiceToken(  # noqa: N802
        self, request: tokens_pb2.IssueServiceTokenRequest, action: SupportAction
    ) -> tokens_pb2.IssueServiceTokenResponse:
        del action
        token, seconds = self._tokens.issue_service_token(request.assertion)
        return tokens_pb2.IssueServiceTokenResponse(token=token, expires_in=seconds)


class FeedServicer(feed_pb2_grpc.DirectoryFeedServiceServicer):
    """The directory coming in."""

    def __init__(self, importing: Importing) -> None:
        self._importing = importing

    def Import(  # noqa: N802
        self, requests: Iterator[feed_pb2.ImportRequest], action: SupportAction
    ) -> Iterator[feed_pb2.ImportResponse]:
        files: dict[str, Progress] = {}
        for request in requests:
            progress = files.setdefault(request.kind, Progress())
            lines = list(request.lines)
            for start in range(0, len(lines), AT_ONCE):
                part = lines[start : start + AT_ONCE]
                torn = request.torn and start + len(part) == len(lines)
                batch = Lines(request.kind, part, request.first_line + start, torn)
                self._importing.take(action, progress, batch)
                yield feed_pb2.ImportResponse(
                    taken=sum(each.taken for each in files.values()),
                    changed=sum(each.changed for each in files.values()),
                    bad_lines=[
                        feed_pb2.BadLine(
                            kind=bad.kind, line=bad.line, field=bad.field, problem=bad.problem
                        )
                        for bad in progress.bad
                    ],
                )
                progress.bad.clear()


class DirectoryServicer(directory_pb2_grpc.DirectoryServiceServicer):
    """The directory for people."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def GetMe(  # noqa: N802
        self, request: directory_pb2.GetMeRequest, action: SupportAction
    ) -> directory_pb2.GetMeResponse:
        del request
        me, actor = self._directory.get_me(action), action.actor
        return directory_pb2.GetMeResponse(
            user_id=actor.id,
            display_name=me.display_name,
            partner_id=actor.partner_id,
            partner_name=me.partner_name,
            organization_id=actor.organization_id,
            organization_name=me.organization_name,
            roles=sorted(actor.roles),
        )

    def GetUser(  # noqa: N802
        self, request: directory_pb2.GetUserRequest, action: SupportAction
    ) -> directory_pb2.GetUserResponse:
        page = self._directory.get_user(action, request.user_id)
        return directory_pb2.GetUserResponse(
            user=_user(page.person),
            devices=[_device(each) for each in page.devices],
            licenses=[_license(each) for each in page.licenses],
            organization=_summary(page.organization, page.users),
        )

    def GetOrganization(  # noqa: N802
        self, request: directory_pb2.GetOrganizationRequest, action: SupportAction
    ) -> directory_pb2.GetOrganizationResponse:
        page = self._directory.get_organization(action, request.organization_id)
        answer = directory_pb2.GetOrganizationResponse(
            organization=_summary(page.organization, page.users),
            domains=[directory_pb2.Domain(domain=d.domain, status=d.status) for d in page.domains],
            sites=[
                directory_pb2.Site(
                    site_url=site.site_url,
                    type=site.type,
                    created=_moment(site.created),
                    is_default=site.is_default,
                )
                for site in page.sites
            ],
            licenses=[_license(each) for each in page.licenses],
            orders=[
                directory_pb2.Order(
                    web_order_number=order.web_order_number,
                    subscription_id=order.subscription_id,
                    status=order.status,
                    created=_moment(order.created),
                )
                for order in page.orders
            ],
            admins=[
                directory_pb2.Admin(
                    user_id=each.id, display_name=each.display_name, email=each.email
                )
                for each in page.admins
            ],
            devices=page.devices,
        )
        answer.settings.update(page.organization.settings)
        return answer

    def ListOrganizations(  # noqa: N802
        self, request: directory_pb2.ListOrganizationsRequest, action: SupportAction
    ) -> directory_pb2.ListOrganizationsResponse:
        shown, token = self._directory.list_organizations(
            action, request.page_size, request.page_token
        )
        return directory_pb2.ListOrganizationsResponse(
            organizations=[_summary(each, users) for each, users in shown], next_page_token=token
        )

    def ListUsers(  # noqa: N802
        self, request: directory_pb2.ListUsersRequest, action: SupportAction
    ) -> directory_pb2.ListUsersResponse:
        shown, token = self._directory.list_users(
            action, request.organization_id, request.page_size, request.page_token
        )
        return directory_pb2.ListUsersResponse(
            users=[_user(each) for each in shown], next_page_token=token
        )

    def ListDevices(  # noqa: N802
        self, request: directory_pb2.ListDevicesRequest, action: SupportAction
    ) -> directory_pb2.ListDevicesResponse:
        shown, token = self._directory.list_devices(
            action, request.organization_id, request.page_size, request.page_token
        )
        return directory_pb2.ListDevicesResponse(
            devices=[_device(each) for each in shown], next_page_token=token
        )

    def RevealField(  # noqa: N802
        self, request: directory_pb2.RevealFieldRequest, action: SupportAction
    ) -> directory_pb2.RevealFieldResponse:
        value = self._directory.reveal_field(action, request.user_id, request.field, request.index)
        return directory_pb2.RevealFieldResponse(value=value)


class InternalServicer(internal_pb2_grpc.DirectoryInternalServiceServicer):
    """The directory for services of the product."""

    def __init__(self, internal: Internal) -> None:
        self._internal = internal

    def GetScope(  # noqa: N802
        self, request: internal_pb2.GetScopeRequest, action: SupportAction
    ) -> internal_pb2.GetScopeResponse:
        del action
        scope = self._internal.get_scope(_viewer(request.viewer), request.since)
        return internal_pb2.GetScopeResponse(
            added_organization_ids=scope.added,
            removed_organization_ids=scope.removed,
            limited=scope.limited,
            limited_organization_ids=scope.only,
            position=scope.position,
        )

    def ResolveUser(  # noqa: N802
        self, request: internal_pb2.ResolveUserRequest, action: SupportAction
    ) -> internal_pb2.ResolveUserResponse:
        del action
        found = self._internal.resolve_user(_viewer(request.viewer), request.user_id)
        return internal_pb2.ResolveUserResponse(
            user_id=found.person.id,
            organization_id=found.person.organization_id,
            display_name=found.person.display_name,
            emails=found.person.emails,
            language=found.organization.language,
            status=found.person.status,
            organization_name=found.organization.display_name,
            viewer_name=found.viewer_name,
            viewer_partner_name=found.viewer_partner_name,
        )

    def ResolveOrganization(  # noqa: N802
        self, request: internal_pb2.ResolveOrganizationRequest, action: SupportAction
    ) -> internal_pb2.ResolveOrganizationResponse:
        del action
        found = self._internal.resolve_organization(
            _viewer(request.viewer), request.organization_id
        )
        return internal_pb2.ResolveOrganizationResponse(
            organization_id=found.organization.id,
            display_name=found.organization.display_name,
            admin_ids=[each.id for each in found.admins],
            admin_emails=[each.email for each in found.admins],
            partner_ids=[each.id for each in found.partners],
            partner_names=[each.display_name for each in found.partners],
            language=found.organization.language,
            viewer_name=found.viewer_name,
        )

    def ResolveRows(  # noqa: N802
        self, request: internal_pb2.ResolveRowsRequest, action: SupportAction
    ) -> internal_pb2.ResolveRowsResponse:
        del action
        rows = self._internal.resolve_rows(_viewer(request.viewer), list(request.things))
        return internal_pb2.ResolveRowsResponse(rows=[_row(row) for row in rows])

    def ResolveAddress(  # noqa: N802
        self, request: internal_pb2.ResolveAddressRequest, action: SupportAction
    ) -> internal_pb2.ResolveAddressResponse:
        del action
        found = self._internal.resolve_address(request.address)
        if found is None:
            return internal_pb2.ResolveAddressResponse()
        return internal_pb2.ResolveAddressResponse(
            user_id=found.id, organization_id=found.organization_id
        )

    def CheckStanding(  # noqa: N802
        self, request: internal_pb2.CheckStandingRequest, action: SupportAction
    ) -> internal_pb2.CheckStandingResponse:
        reason = self._internal.check_standing(
            request.user_id, request.role, request.organization_id, action.now
        )
        return internal_pb2.CheckStandingResponse(holds=not reason, reason=reason)


def _viewer(viewer: internal_pb2.Viewer) -> Viewer:
    return viewer_of(
        viewer.user_id, viewer.partner_id, viewer.organization_id, sees_all=viewer.sees_all
    )


def _moment(moment: datetime) -> Timestamp | None:
    if moment == NEVER:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _user(person: entries.Person) -> directory_pb2.User:
    return directory_pb2.User(
        user_id=person.id,
        organization_id=person.organization_id,
        display_name=person.display_name,
        first_name=person.first_name,
        last_name=person.last_name,
        emails=person.emails,
        phone_numbers=person.phone_numbers,
        sip_addresses=person.sip_addresses,
        status=person.status,
        login_enabled=person.login_enabled,
        created=_moment(person.created),
        feature_toggles=person.feature_toggles,
        admin=person.admin,
    )


def _device(device: entries.Device) -> directory_pb2.Device:
    return directory_pb2.Device(
        device_id=device.id,
        organization_id=device.organization_id,
        user_id=device.user_id,
        display_name=device.display_name,
        product=device.product,
        type=device.type,
        serial=device.serial,
        mac=device.mac,
        sip_address=device.sip_address,
        connection_status=device.connection_status,
        created=_moment(device.created),
    )


def _license(each: entries.License) -> directory_pb2.License:
    return directory_pb2.License(
        license_id=each.id,
        name=each.name,
        subscription_id=each.subscription_id,
        total_units=each.total_units,
        consumed_units=each.consumed_units,
    )


def _summary(each: entries.Organization, users: int) -> directory_pb2.OrganizationSummary:
    return directory_pb2.OrganizationSummary(
        organization_id=each.id,
        display_name=each.display_name,
        created=_moment(each.created),
        users=users,
    )


def _row(row: Row) -> internal_pb2.Row:
    return internal_pb2.Row(
        thing=row.thing,
        title=row.title,
        detail=row.detail,
        organization_id=row.names.id if row.names else "",
        organization_name=row.names.display_name if row.names else "",
        status=row.status,
        version=row.version,
        target=row.target,
    )
