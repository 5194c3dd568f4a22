"""ConsentService: what customers allow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import current_request
from helpdesk.kernel.paging import Pages
from helpdesk.kernel.tokens import Signer
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc
from services.session.application.consents import ConsentUseCases
from services.session.application.ports import Asked, Given
from services.session.application.requests import RequestUseCases
from services.session.domain.receipt import KIND
from services.session.grpc_api.fields import at, moment, names, values

_WATCHED = 50


class ConsentServicer(consent_pb2_grpc.ConsentServiceServicer):
    """What customers allow."""

    def __init__(
        self,
        app: ConsentUseCases,
        requests: RequestUseCases,
        digest: Callable[[str], str],
        receipts: Signer,
    ) -> None:
        self._app = app
        self._requests = requests
        self._digest = digest
        self._receipts = receipts

    def RequestAccess(  # noqa: N802
        self, request: consent_pb2.RequestAccessRequest, action: SupportAction
    ) -> consent_pb2.RequestAccessResponse:
        """Ask a customer's admins for access."""
        sections = names(request.sections)
        fact = self._requests.request_access(
            action, request.organization_id, sections, request.minutes
        )
        return consent_pb2.RequestAccessResponse(
            access_request_id=fact.access_request_id, lapses=at(fact.lapses)
        )

    def GetAccess(  # noqa: N802
        self, request: consent_pb2.GetAccessRequest, action: SupportAction
    ) -> consent_pb2.GetAccessResponse:
        """Say how the caller stands with a customer."""
        standing = self._requests.get_access(action, request.organization_id)
        return consent_pb2.GetAccessResponse(
            state=f"ACCESS_STATE_{standing.state}",
            sections=values(standing.sections),
            until=at(standing.until),
            minutes=standing.minutes,
            consent_id=standing.consent_id,
            view_id=standing.view_id,
            obstacle=standing.obstacle,
            has_admin=standing.has_admin,
            consent_ticket=standing.ticket,
        )

    def ListAccessRequests(  # noqa: N802
        self, request: consent_pb2.ListAccessRequestsRequest, action: SupportAction
    ) -> consent_pb2.ListAccessRequestsResponse:
        """List requests to the caller's organization."""
        found = self._requests.list_requests(action)
        pages = Pages(self._digest, action.actor.id, "requests")
        page, token = pages.page(found, _request_key, request.page_size, request.page_token)
        return consent_pb2.ListAccessRequestsResponse(
            access_requests=[_request(each, action.now) for each in page],
            next_page_token=token,
        )

    def AnswerAccessRequest(  # noqa: N802
        self, request: consent_pb2.AnswerAccessRequestRequest, action: SupportAction
    ) -> consent_pb2.AnswerAccessRequestResponse:
        """Approve or reject a request."""
        consent_id = self._requests.answer_request(
            action,
            request.access_request_id,
            approve=request.approve,
            sections=names(request.sections),
            minutes=request.minutes,
        )
        return consent_pb2.AnswerAccessRequestResponse(consent_id=consent_id)

    def GrantAccess(  # noqa: N802
        self, request: consent_pb2.GrantAccessRequest, action: SupportAction
    ) -> consent_pb2.GrantAccessResponse:
        """Allow a partner access."""
        consent_id = self._app.grant_access(
            action,
            request.partner_id,
            names(request.sections),
            begins=moment(request, "from"),
            ends=moment(request, "until"),
            once=request.once,
            minutes=request.minutes,
        )
        return consent_pb2.GrantAccessResponse(consent_id=consent_id)

    def RevokeConsent(  # noqa: N802
        self, request: consent_pb2.RevokeConsentRequest, action: SupportAction
    ) -> consent_pb2.RevokeConsentResponse:
        """Take a consent back."""
        ended = self._app.revoke_consent(action, request.consent_id)
        return consent_pb2.RevokeConsentResponse(ended_views=ended)

    def BlockPartners(  # noqa: N802
        self, request: consent_pb2.BlockPartnersRequest, action: SupportAction
    ) -> consent_pb2.BlockPartnersResponse:
        """Shut every partner out."""
        del request
        consents, views = self._app.block_partners(action)
        return consent_pb2.BlockPartnersResponse(revoked_consents=consents, ended_views=views)

    def UnblockPartners(  # noqa: N802
        self, request: consent_pb2.UnblockPartnersRequest, action: SupportAction
    ) -> consent_pb2.UnblockPartnersResponse:
        """Let partners ask again."""
        del request
        self._app.unblock_partners(action)
        return consent_pb2.UnblockPartnersResponse()

    def GetConsentReceipt(  # noqa: N802
        self, request: consent_pb2.GetConsentReceiptRequest, action: SupportAction
    ) -> consent_pb2.GetConsentReceiptResponse:
        """Give a signed receipt of a consent."""
        document = self._app.consent_receipt(action, request.consent_id)
        return consent_pb2.GetConsentReceiptResponse(
            receipt=self._receipts.sign_document(document, KIND),
            public_key=json.dumps(self._receipts.public_jwk()),
        )

    def GetDocumentKeys(  # noqa: N802
        self, request: consent_pb2.GetDocumentKeysRequest, action: SupportAction
    ) -> consent_pb2.GetDocumentKeysResponse:
        """Give the keys that receipts and signals are checked with."""
        del request, action
        return consent_pb2.GetDocumentKeysResponse(keys=[json.dumps(self._receipts.public_jwk())])

    def ListConsents(  # noqa: N802
        self, request: consent_pb2.ListConsentsRequest, action: SupportAction
    ) -> consent_pb2.ListConsentsResponse:
        """List consents of the caller's organization."""
        organization, shut, found = self._app.list_consents(
            action, include_ended=request.include_ended
        )
        filters = f"consents:{request.include_ended}"
        pages = Pages(self._digest, action.actor.id, filters)
        page, token = pages.page(found, _consent_key, request.page_size, request.page_token)
        return consent_pb2.ListConsentsResponse(
            consents=[_consent(each, action.now) for each in page],
            next_page_token=token,
            partners=[
                consent_pb2.ConsentPartner(partner_id=id_, name=organization.partner_name(id_))
                for id_ in organization.partner_ids
            ],
            blocked_since=at(shut.since),
        )

    def WatchAccess(  # noqa: N802
        self, request: consent_pb2.WatchAccessRequest, action: SupportAction
    ) -> Iterator[consent_pb2.WatchAccessResponse]:
        """Stream how things stand in the caller's organization."""
        del request
        for shut, given, asked in self._app.watch_access(action, current_request().alive):
            yield consent_pb2.WatchAccessResponse(
                consents=[_consent(each, action.now) for each in given[:_WATCHED]],
                access_requests=[_request(each, action.now) for each in asked],
                blocked_since=at(shut.since),
            )


def _request_key(found: Asked) -> str:
    return found.request.asked.access_request_id


def _consent_key(found: Given) -> str:
    return found.consent.granted.consent_id


def _request(found: Asked, now: datetime) -> consent_pb2.AccessRequest:
    asked = found.request.asked
    return consent_pb2.AccessRequest(
        access_request_id=asked.access_request_id,
        agent_id=asked.agent_id,
        agent_name=found.agent_name,
        partner_id=asked.partner_id,
        partner_name=found.partner_name,
        reason=asked.reason,
        ticket=asked.ticket,
        sections=values(asked.sections),
        minutes=asked.minutes,
        asked=at(asked.recorded_at),
        lapses=at(asked.lapses),
        state=found.request.state_at(now),
    )


def _consent(given: Given, now: datetime) -> consent_pb2.Consent:
    consent, granted = given.consent, given.consent.granted
    message = consent_pb2.Consent(
        consent_id=granted.consent_id,
        partner_id=granted.partner_id,
        partner_name=given.partner_name,
        sections=values(granted.sections),
        until=at(granted.ends),
        once=granted.once,
        minutes=granted.minutes,
        reason=granted.purpose,
        state=consent.state_at(now),
        granted_by=granted.granted_by,
        agent_id=granted.agent_id,
        agent_name=given.agent_name,
        ticket=granted.ticket,
        views=[
            consent_pb2.RunningView(
                view_id=view.granted.view_id,
                agent_id=view.granted.agent_id,
                agent_name=name,
                ticket=view.granted.ticket,
                remaining=view.remaining(now),
                started=at(view.granted.recorded_at),
            )
            for view, name in given.running
        ],
    )
    # "from" is a keyword, so it cannot be given like the other fields.
    getattr(message, "from").FromDatetime(granted.begins)
    return message
