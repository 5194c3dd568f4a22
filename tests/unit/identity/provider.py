"""An OpenID Connect provider that can be told to misbehave; over a fake wire or real HTTP."""

import base64
import hashlib
import hmac
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from helpdesk.kernel.errors import Forbidden

ISSUER = "https://idp.example"
BACK = "https://desk.example/signin/back"


class FakeProvider:
    def __init__(self, issuer, client_id="helpdesk", keys=()):
        self.issuer = issuer
        self.client_id = client_id
        self.keys = list(keys) or [new_key("one")]
        self.discovery = {}
        self.claims = {}
        self.token = None
        self.keys_are_named = True
        self.userinfo = None
        self.access_token = "at-1"
        self.down = False
        self.asked = []
        self.codes = 0
        self.code_length = 0
        self.grants = {}

    def consent(self, url, subject):
        """Do what a browser does; return the code that the provider sends back."""
        query = dict(parse_qsl(urlsplit(url).query))
        assert query["code_challenge_method"] == "S256"
        self.codes += 1
        code = f"code-{self.codes}".ljust(self.code_length, "x")
        self.grants[code] = query | {"subject": subject}
        return code, query["state"]

    def answer(self, method, url, body, headers):
        path = url.removeprefix(self.issuer)
        self.asked.append((method, path))
        if self.down:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                **({"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.userinfo else {}),
            } | self.discovery
        if path == "/jwks":
            return 200, {"keys": [self._published(key) for key in self.keys]}
        if path == "/userinfo":
            return self._told(headers.get("authorization"))
        assert (method, path) == ("POST", "/token")
        return self._exchanged(dict(parse_qsl(body.decode())))

    def _published(self, key):
        jwk = key.as_dict(private=False)
        return jwk if self.keys_are_named else {k: v for k, v in jwk.items() if k != "kid"}

    def _told(self, authorization):
        if authorization != f"Bearer {self.access_token}" or isinstance(self.userinfo, int):
            return self.userinfo if isinstance(self.userinfo, int) else 401, {}
        return 200, self.userinfo

    def _exchanged(self, form):
        grant = self.grants.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form["code_verifier"].encode()).digest()
        )
        if (
            grant is None
            or grant["code_challenge"] != challenge.decode().rstrip("=")
            or grant["redirect_uri"] != form["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "sub": grant["subject"],
            "aud": self.client_id,
            "nonce": grant["nonce"],
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        token = self.token(claims) if self.token else self.signed(claims)
        answer = {"id_token": token, "access_token": self.access_token, "token_type": "Bearer"}
        return 200, {name: value for name, value in answer.items() if value is not None}

    def signed(self, claims, key=None, **header):
        key = key or self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid} | header, claims, key)

    def unnamed(self, claims, key=None):
        """Sign without saying with which key."""
        return jwt.encode({"alg": "RS256"}, claims, key or self.keys[-1])

    def unsigned(self, claims):
        return f"{_part({'alg': 'none', 'kid': 'one'})}.{_part(claims)}."

    def signed_with_the_public_key(self, claims):
        text = f"{_part({'alg': 'HS256', 'kid': self.keys[-1].kid})}.{_part(claims)}"
        secret = self.keys[-1].as_pem(private=False)
        return f"{text}.{_base64(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    def transport(self):
        def handle(request):
            answered = self.answer(
                request.method, str(request.url), request.content, request.headers
            )
            status, kind, content = _written(*answered)
            return httpx.Response(status, content=content, headers={"content-type": kind})

        return httpx.MockTransport(handle)

    @contextmanager
    def served(self, tls=None):
        """Serve at the issuer's own address, over TLS with a server's context."""
        provider, parts = self, urlsplit(self.issuer)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("content-length") or 0)
                url = f"{urlsplit(provider.issuer).scheme}://{self.headers['host']}{self.path}"
                answered = provider.answer(self.command, url, self.rfile.read(length), self.headers)
                status, kind, content = _written(*answered)
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815  # the library names it so

            def log_message(self, *_):
                pass

        with ThreadingHTTPServer((parts.hostname, parts.port), Handler) as server:
            server.daemon_threads = True
            if tls is not None:
                server.socket = tls.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


def new_key(key_id):
    return RSAKey.generate_key(2048, {"kid": key_id, "use": "sig"}, private=True)


def sign_in(provider, fake, verifier="v" * 64, nonce="nonce", back=BACK, issuer="", wanted=()):
    """Go through one sign-in of "ana" at the provider; return whom it identified."""
    url = provider.authorization_url(BACK, "state", "nonce", "v" * 64, "ro")
    code, _ = fake.consent(url, "ana")
    return provider.identify(code, back, verifier, nonce, issuer, wanted)


def refusal(provider, fake, **answered):
    """Return why a sign-in is refused."""
    with pytest.raises(Forbidden) as caught:
        sign_in(provider, fake, **answered)
    return caught.value.reason


def _written(status, body):
    if isinstance(body, str):
        return status, "application/jwt", body.encode()
    return status, "application/json", json.dumps(body).encode()


def _part(value):
    return _base64(json.dumps(value).encode())


def _base64(value):
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
