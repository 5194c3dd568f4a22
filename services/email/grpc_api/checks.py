"""CallerCheckService and CallerAnswerService."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from helpdesk.email.v1 import (
    caller_answers_pb2,
    caller_answers_pb2_grpc,
    caller_check_pb2,
    caller_check_pb2_grpc,
)
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.events import ERASED
from services.email.application.answers import Answers, StoppedView, VouchView
from services.email.application.checks import Checks, CheckView
from services.email.grpc_api.times import stamp

Sign = Callable[[Mapping[str, str], float], str]
"""Signs claims for a number of seconds."""
_PROOF_LASTS = timedelta(minutes=1)


class CallerCheckServicer(caller_check_pb2_grpc.CallerCheckServiceServicer):
    """CallerCheckService."""

    def __init__(self, checks: Checks, sign: Sign) -> None:
        self._checks = checks
        self._sign = sign

    def SendCode(  # noqa: N802
        self, request: caller_check_pb2.SendCodeRequest, action: SupportAction
    ) -> caller_check_pb2.SendCodeResponse:
        """Send a code to one address of a user."""
        view = self._checks.send_code(action, request.user_id, request.address_index)
        return caller_check_pb2.SendCodeResponse(
            check_id=view.check.check_id,
            state=view.state,
            sends_left=view.room.left,
            tries_left=view.tries_left,
            expires_at=stamp(view.check.expires_at),
            cause=view.check.cause,
            next_step=view.next_step,
        )

    def VerifyCode(  # noqa: N802
        self, request: caller_check_pb2.VerifyCodeRequest, action: SupportAction
    ) -> caller_check_pb2.VerifyCodeResponse:
        """Take a code."""
        state, tries_left = self._checks.verify_code(action, request.check_id, request.code)
        return caller_check_pb2.VerifyCodeResponse(state=state, tries_left=tries_left)

    def GetCallerCheck(  # noqa: N802
        self, request: caller_check_pb2.GetCallerCheckRequest, action: SupportAction
    ) -> caller_check_pb2.GetCallerCheckResponse:
        """Return a check of the caller's own."""
        view = self._checks.get_caller_check(action, request.user_id, request.check_id)
        return caller_check_pb2.GetCallerCheckResponse(check=check_of(view))

    def GetCallerProof(  # noqa: N802
        self, request: caller_check_pb2.GetCallerProofRequest, action: SupportAction
    ) -> caller_check_pb2.GetCallerProofResponse:
        """Return a proof for another service."""
        proof = self._checks.prove(action, request.user_id)
        expires = min(proof.expires_at, action.now + _PROOF_LASTS)
        claims = {
            "check": proof.check_id,
            "sub": proof.agent_id,
            "user": proof.user_id,
            "ticket": proof.ticket,
        }
        signed = self._sign(claims, (expires - action.now).total_seconds())
        return caller_check_pb2.GetCallerProofResponse(proof=signed, expires_at=stamp(expires))

    def AskToVouch(  # noqa: N802
        self, request: caller_check_pb2.AskToVouchRequest, action: SupportAction
    ) -> caller_check_pb2.AskToVouchResponse:
        """Ask the customer's admins to vouch."""
        until = self._checks.ask_to_vouch(action, request.check_id)
        return caller_check_pb2.AskToVouchResponse(open_until=stamp(until))


class CallerAnswerServicer(caller_answers_pb2_grpc.CallerAnswerServiceServicer):
    """CallerAnswerService."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def GetCallerLink(  # noqa: N802
        self, request: caller_answers_pb2.GetCallerLinkRequest, action: SupportAction
    ) -> caller_answers_pb2.GetCallerLinkResponse:
        """Return what a link is about."""
        view = self._answers.get_link(action, request.link)
        check = view.check
        return caller_answers_pb2.GetCallerLinkResponse(
            state=view.state,
            agent_name=words(check.agent_name),
            partner_name=check.partner_name,
            ticket=check.ticket,
            phrase=words(check.phrase),
            sent_at=stamp(check.sent_at),
            expires_at=stamp(check.expires_at),
            can_deny=view.can_deny,
        )

    def AnswerCallerLink(  # noqa: N802
        self, request: caller_answers_pb2.AnswerCallerLinkRequest, action: SupportAction
    ) -> caller_answers_pb2.AnswerCallerLinkResponse:
        """Take the answer of who opened a link."""
        view = self._answers.answer_link(action, request.link, confirmed=request.confirmed)
        return caller_answers_pb2.AnswerCallerLinkResponse(state=view.state)

    def ListVouchRequests(  # noqa: N802
        self, request: caller_answers_pb2.ListVouchRequestsRequest, action: SupportAction
    ) -> caller_answers_pb2.ListVouchRequestsResponse:
        """Return what waits for the caller's word."""
        del request
        found = self._answers.list_vouch_requests(action)
        return caller_answers_pb2.ListVouchRequestsResponse(requests=[_vouch(v) for v in found])

    def VouchForCaller(  # noqa: N802
        self, request: caller_answers_pb2.VouchForCallerRequest, action: SupportAction
    ) -> caller_answers_pb2.VouchForCallerResponse:
        """Answer a request to vouch."""
        self._answers.vouch(action, request.check_id, approve=request.approve)
        return caller_answers_pb2.VouchForCallerResponse()

    def ListStoppedChecks(  # noqa: N802
        self, request: caller_answers_pb2.ListStoppedChecksRequest, action: SupportAction
    ) -> caller_answers_pb2.ListStoppedChecksResponse:
        """Return what is stopped at the caller's partner."""
        del request
        found = self._answers.list_stopped_checks(action)
        return caller_answers_pb2.ListStoppedChecksResponse(stopped=[_stopped(s) for s in found])

    def AllowChecks(  # noqa: N802
        self, request: caller_answers_pb2.AllowChecksRequest, action: SupportAction
    ) -> caller_answers_pb2.AllowChecksResponse:
        """Let an agent check a user again."""
        self._answers.allow_checks(action, request.agent_id, request.user_id)
        return caller_answers_pb2.AllowChecksResponse()


def check_of(view: CheckView) -> caller_check_pb2.CallerCheck:
    """Return a check as its agent sees it; never the code or the link."""
    check = view.check
    return caller_check_pb2.CallerCheck(
        check_id=check.check_id,
        state=view.state,
        user_id=check.user_id,
        address=check.address,
        address_index=view.address_index,
        ticket=check.ticket,
        sent_at=stamp(check.sent_at),
        expires_at=stamp(check.expires_at),
        confirmed_at=stamp(check.confirmed_at),
        tries_left=view.tries_left,
        sends_left=view.room.left,
        next_send_at=stamp(view.room.next_at),
        mail_state=view.mail_state,
        message_id=check.message_id,
        cause=check.cause,
        fault=check.fault,
        next_step=view.next_step,
        phrase=words(check.phrase),
        confirmed_by=check.proved_by,
        vouch=check.vouch,
    )


def words(text: str) -> str:
    """Return a text; nothing where its person was forgotten."""
    return "" if text == ERASED else text


def _vouch(view: VouchView) -> caller_answers_pb2.VouchRequest:
    check = view.check
    return caller_answers_pb2.VouchRequest(
        check_id=check.check_id,
        user_id=check.user_id,
        user_name=view.user_name,
        agent_name=words(check.agent_name),
        partner_name=check.partner_name,
        ticket=check.ticket,
        reason=words(check.vouch_reason),
        asked_at=stamp(check.vouch_at),
        open_until=stamp(check.vouch_until),
    )


def _stopped(view: StoppedView) -> caller_answers_pb2.StoppedCheck:
    return caller_answers_pb2.StoppedCheck(
        agent_id=view.agent_id,
        agent_name=words(view.check.agent_name),
        user_id=view.user_id,
        user_name=view.user_name,
        organization_name=view.organization_name,
        ticket=view.check.ticket,
        since=stamp(view.since),
    )
