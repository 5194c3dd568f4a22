"""DirectoryService."""

from __future__ import annotations

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.directory import Directory
from services.identity.domain import entries
from services.identity.grpc_api.times import stamp_of


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
                    created=stamp_of(site.created),
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
                    created=stamp_of(order.created),
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

    def ListMailboxes(  # noqa: N802
        self, request: directory_pb2.ListMailboxesRequest, action: SupportAction
    ) -> directory_pb2.ListMailboxesResponse:
        shown, token = self._directory.list_users(
            action, request.organization_id, request.page_size, request.page_token
        )
        return directory_pb2.ListMailboxesResponse(
            mailboxes=[
                directory_pb2.Mailbox(
                    user_id=each.id, display_name=each.display_name, email=each.email
                )
                for each in shown
            ],
            next_page_token=token,
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
        value = self._directory.reveal_field(
            action, request.user_id, request.field, request.index, request.check_proof
        )
        return directory_pb2.RevealFieldResponse(value=value)


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
        created=stamp_of(person.created),
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
        created=stamp_of(device.created),
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
        created=stamp_of(each.created),
        users=users,
    )
