"""SignInService."""

from __future__ import annotations

from helpdesk.identity.v1 import sign_in_pb2, sign_in_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import current_request
from helpdesk.kernel.events import NEVER
from services.identity.application.sessions import Sessions
from services.identity.application.sign_in import Answer, SignIns
from services.identity.domain.sign_in import no_role
from services.identity.grpc_api.times import stamp_of


class SignInServicer(sign_in_pb2_grpc.SignInServiceServicer):
    """Signing in, and sessions."""

    def __init__(self, sign_ins: SignIns, sessions: Sessions) -> None:
        self._sign_ins = sign_ins
        self._sessions = sessions

    def BeginSignIn(  # noqa: N802
        self, request: sign_in_pb2.BeginSignInRequest, action: SupportAction
    ) -> sign_in_pb2.BeginSignInResponse:
        url, state = self._sign_ins.begin_sign_in(
            action,
            request.issuer,
            request.redirect_uri,
            request.locale,
            current_request().peers() or frozenset(),
        )
        return sign_in_pb2.BeginSignInResponse(authorization_url=url, state=state)

    def CompleteSignIn(  # noqa: N802
        self, request: sign_in_pb2.CompleteSignInRequest, action: SupportAction
    ) -> sign_in_pb2.CompleteSignInResponse:
        answer = Answer(
            state=request.state,
            returned_state=request.returned_state,
            code=request.code,
            redirect_uri=request.redirect_uri,
            user_agent=request.user_agent,
            issuer=request.issuer,
            invitation=request.invitation,
            previous_secret=request.previous_secret,
        )
        secret, sign_in_id = self._sign_ins.complete_sign_in(action, answer)
        refused = "" if secret else no_role().reason
        return sign_in_pb2.CompleteSignInResponse(
            secret=secret, sign_in_id=sign_in_id, refused=refused
        )

    def IssueToken(  # noqa: N802
        self, request: sign_in_pb2.IssueTokenRequest, action: SupportAction
    ) -> sign_in_pb2.IssueTokenResponse:
        issued = self._sessions.issue_token(action, request.secret)
        actor = issued.actor
        return sign_in_pb2.IssueTokenResponse(
            token=issued.token,
            expires_in=issued.seconds,
            user_id=actor.id,
            display_name=issued.person.display_name,
            partner_id=actor.partner_id,
            partner_name=issued.partner_name,
            organization_id=actor.organization_id,
            organization_name=issued.organization_name,
            roles=sorted(actor.roles),
            sign_in_id=actor.sign_in_id,
            idle_end=stamp_of(issued.idle_end or NEVER),
        )

    def IssueTokenFor(  # noqa: N802
        self, request: sign_in_pb2.IssueTokenForRequest, action: SupportAction
    ) -> sign_in_pb2.IssueTokenForResponse:
        issued = self._sessions.issue_token_for(action, request.user_id)
        return sign_in_pb2.IssueTokenForResponse(token=issued.token, expires_in=issued.seconds)

    def ListSignIns(  # noqa: N802
        self, request: sign_in_pb2.ListSignInsRequest, action: SupportAction
    ) -> sign_in_pb2.ListSignInsResponse:
        del request
        return sign_in_pb2.ListSignInsResponse(
            sign_ins=[
                sign_in_pb2.SignIn(
                    sign_in_id=each.id,
                    begun=stamp_of(each.begun),
                    end=stamp_of(each.end),
                    user_agent=each.user_agent,
                    current=each.id == action.actor.sign_in_id,
                )
                for each in self._sessions.list_sign_ins(action)
            ]
        )

    def EndSignIn(  # noqa: N802
        self, request: sign_in_pb2.EndSignInRequest, action: SupportAction
    ) -> sign_in_pb2.EndSignInResponse:
        self._sessions.end_sign_in(action, request.sign_in_id)
        return sign_in_pb2.EndSignInResponse()

    def EndOtherSignIns(  # noqa: N802
        self, request: sign_in_pb2.EndOtherSignInsRequest, action: SupportAction
    ) -> sign_in_pb2.EndOtherSignInsResponse:
        del request
        ended = self._sessions.end_other_sign_ins(action)
        return sign_in_pb2.EndOtherSignInsResponse(ended_sessions=ended)

    def ListProviders(  # noqa: N802
        self, request: sign_in_pb2.ListProvidersRequest, action: SupportAction
    ) -> sign_in_pb2.ListProvidersResponse:
        del request, action
        return sign_in_pb2.ListProvidersResponse(
            providers=[
                sign_in_pb2.Provider(issuer=issuer, display_name=name)
                for issuer, name in self._sign_ins.list_providers()
            ]
        )

    def GetSignOutPage(  # noqa: N802
        self, request: sign_in_pb2.GetSignOutPageRequest, action: SupportAction
    ) -> sign_in_pb2.GetSignOutPageResponse:
        url = self._sign_ins.sign_out_page(
            action, request.secret, request.redirect_uri, request.state
        )
        return sign_in_pb2.GetSignOutPageResponse(url=url)

    def EndProviderSession(  # noqa: N802
        self, request: sign_in_pb2.EndProviderSessionRequest, action: SupportAction
    ) -> sign_in_pb2.EndProviderSessionResponse:
        self._sign_ins.end_provider_session(action, request.logout_token)
        return sign_in_pb2.EndProviderSessionResponse()
