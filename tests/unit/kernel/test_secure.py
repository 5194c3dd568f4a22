import pytest

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Unauthenticated
from helpdesk.kernel.rpc.secure import check_peer

AGENT = Actor("a1", partner_id="p1", roles=frozenset({"HELP_DESK"}))


class Shown:
    """A call with a certificate; without names, one without TLS."""

    def __init__(self, *names):
        self._names = names

    def auth_context(self):
        if not self._names:
            return {}
        uris = [f"spiffe://helpdesk/{name}".encode() for name in self._names]
        return {"transport_security_type": [b"ssl"], "peer_uri": uris}


def acting(*act):
    return Actor("a1", partner_id="p1", roles=frozenset({"HELP_DESK"}), act=act)


@pytest.mark.parametrize("role", ["SERVICE", "MAIL_SENDER", "OPERATOR", "DELEGATE"])
def test_a_programs_token_comes_with_its_own_certificate(role):
    program = Actor("feed", roles=frozenset({role}))
    check_peer(program, Shown("feed"))

    with pytest.raises(Unauthenticated):
        check_peer(program, Shown("other"))


def test_a_token_to_act_for_somebody_comes_with_the_programs_certificate():
    check_peer(acting("program:bot"), Shown("bot"))
    check_peer(acting("program:bot"), Shown())

    with pytest.raises(Unauthenticated):
        check_peer(acting("program:bot"), Shown("gateway"))
    with pytest.raises(Unauthenticated):
        check_peer(acting("program:bot", "program:other"), Shown("other"))


def test_a_persons_own_token_comes_through_whoever_serves_them():
    check_peer(AGENT, Shown("gateway"))
    check_peer(acting("service:session"), Shown("gateway"))
