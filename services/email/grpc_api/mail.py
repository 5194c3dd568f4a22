"""Protobuf in, one use case, protobuf out."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.email.v1 import (
    email_pb2,
    email_pb2_grpc,
    reports_pb2,
    reports_pb2_grpc,
)
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.events import NEVER
from services.email.application.mail import Mail, Said, UserMail
from services.email.application.removals import Removals
from services.email.application.reports import Reports
from services.email.application.timeline import AddressView, MessageView
from services.email.domain.evidence import masked_words
from services.email.domain.message import Entry
from services.email.domain.removal import MOST_REMOVALS
from services.email.grpc_api.checks import check_of
from services.email.grpc_api.times import stamp


class EmailServicer(email_pb2_grpc.EmailServiceServicer):
    """EmailService."""

    def __init__(self, mail: Mail, removals: Removals) -> None:
        self._mail = mail
        self._removals = removals

    def GetUserMail(  # noqa: N802  # the name is the contract's
        self, request: email_pb2.GetUserMailRequest, action: SupportAction
    ) -> email_pb2.GetUserMailResponse:
        """Return messages to a user and the state of the user's addresses."""
        found = self._mail.get_user_mail(
            action,
            request.user_id,
            request.page_size,
            request.page_token,
            request.address_index if request.HasField("address_index") else None,
        )
        return email_pb2.GetUserMailResponse(
            messages=[_message(each) for each in found.messages],
            addresses=[_address(each) for each in found.addresses],
            next_page_token=found.next_page_token,
        )

    def GetEvidence(  # noqa: N802
        self, request: email_pb2.GetEvidenceRequest, action: SupportAction
    ) -> email_pb2.GetEvidenceResponse:
        """Return what mail systems said of one message."""
        said = self._mail.get_evidence(action, request.user_id, request.message_id)
        return email_pb2.GetEvidenceResponse(evidence=[_evidence(each) for each in said])

    def RemoveAddressFromBlocklist(  # noqa: N802
        self, request: email_pb2.RemoveAddressFromBlocklistRequest, action: SupportAction
    ) -> email_pb2.RemoveAddressFromBlocklistResponse:
        """Lift the block on one address."""
        removals, ground = self._removals.remove(action, request.user_id, request.address_index)
        return email_pb2.RemoveAddressFromBlocklistResponse(
            removals=removals, most_removals=MOST_REMOVALS, ground=ground
        )

    def ResendMessage(  # noqa: N802
        self, request: email_pb2.ResendMessageRequest, action: SupportAction
    ) -> email_pb2.ResendMessageResponse:
        """Send a message again, or the welcome mail."""
        message_id = self._mail.resend_message(
            action,
            request.user_id,
            message_id=request.message_id,
            kind=request.kind,
            address_index=request.address_index,
            language=request.language,
        )
        return email_pb2.ResendMessageResponse(message_id=message_id)

    def SendMessage(  # noqa: N802
        self, request: email_pb2.SendMessageRequest, action: SupportAction
    ) -> email_pb2.SendMessageResponse:
        """Send a message for a service."""
        message_id = self._mail.send_message(action, request.user_id, request.template)
        return email_pb2.SendMessageResponse(message_id=message_id)

    def WatchUserMail(  # noqa: N802
        self, request: email_pb2.WatchUserMailRequest, action: SupportAction
    ) -> Iterator[email_pb2.WatchUserMailResponse]:
        """Return what changes, as it changes."""
        only = request.address_index if request.HasField("address_index") else None
        for found in self._mail.watch_user_mail(action, request.user_id, only):
            yield _watched(found)


class MailReportServicer(reports_pb2_grpc.MailReportServiceServicer):
    """MailReportService."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    def ReportMail(  # noqa: N802
        self, request: reports_pb2.ReportMailRequest, action: SupportAction
    ) -> reports_pb2.ReportMailResponse:
        """Take one mail."""
        taken = self._reports.report_mail(action, request.raw, request.envelope_recipient)
        return reports_pb2.ReportMailResponse(
            kind=taken.kind,
            duplicate=taken.duplicate,
            recipients=[
                reports_pb2.ReportedRecipient(
                    matched_by=each.matched_by,
                    cause=each.cause,
                    fault=each.fault,
                    permanent=each.permanent,
                    blocked=each.blocked,
                    state=each.state,
                )
                for each in taken.recipients
            ],
        )


def _watched(found: UserMail) -> email_pb2.WatchUserMailResponse:
    return email_pb2.WatchUserMailResponse(
        messages=[_message(each) for each in found.messages],
        addresses=[_address(each) for each in found.addresses],
        check=check_of(found.check) if found.check else None,
    )


def _message(view: MessageView) -> email_pb2.MailMessage:
    found = view.message
    return email_pb2.MailMessage(
        message_id=found.message_id,
        kind=found.kind,
        address=found.address,
        address_index=view.address_index,
        state=found.state,
        cause=found.explained.cause,
        fault=found.explained.fault,
        next_step=view.next_step,
        entries=[_entry(each) for each in view.entries],
        has_evidence=any(each.report_id or each.diagnosis for each in found.entries),
        queued_at=stamp(found.queued_at),
        retry_at=stamp(found.retry_at),
        resend_allowed=not view.resend_refusal,
        resend_refusal=view.resend_refusal,
        resent_as=found.resent_as,
        resend_of=found.resend_of,
        unproved=found.unproved,
    )


def _entry(entry: Entry) -> email_pb2.TimelineEntry:
    return email_pb2.TimelineEntry(
        at=stamp(entry.at),
        what=entry.what,
        cause=entry.cause,
        fault=entry.fault,
        status=entry.status,
        reply_code=entry.reply_code,
        diagnosis=masked_words(entry.diagnosis),
        next_step=entry.next_step,
        message_id=entry.message_id,
        by=entry.by,
    )


def _address(view: AddressView) -> email_pb2.MailAddress:
    state, verdict = view.state, view.verdict
    return email_pb2.MailAddress(
        index=view.mailbox.index,
        address=view.mailbox.address,
        blocked=state.blocked,
        since=stamp(state.since),
        block=state.block,
        cause=state.cause,
        fault=state.fault,
        evidence_message_id=view.evidence_message_id,
        removals=view.removals,
        most_removals=MOST_REMOVALS,
        removal_allowed=verdict.allowed,
        removal_refusal=verdict.refusal,
        next_step=view.next_step,
        on_probation=state.probation,
        removed_at=stamp(max(state.removals, default=NEVER)),
        blocked_again=state.again,
        locked_until=stamp(verdict.locked_until),
        ways=[email_pb2.RemovalWay(name=way.name, state=way.state) for way in verdict.ways],
        expires_at=stamp(state.expires_at),
        provider_state=view.provider_state,
        provider_retry_at=stamp(state.listing.retry_at),
        ground=verdict.ground,
        locked=state.blocked and view.locked,
        entries=[_entry(each) for each in view.entries],
    )


def _evidence(said: Said) -> email_pb2.Evidence:
    entry = said.entry
    return email_pb2.Evidence(
        at=stamp(entry.at),
        kind=said.kind,
        cause=entry.cause,
        fault=entry.fault,
        status=entry.status,
        reply_code=entry.reply_code,
        diagnosis=masked_words(entry.diagnosis),
        reporting_mta=said.reporting_mta,
        remote_mta=entry.remote_mta,
        raw=said.raw,
        cut=said.cut,
    )
