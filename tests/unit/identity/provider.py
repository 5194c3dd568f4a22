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
from joserfc import jwt
from joserfc.jwk import RSAKey


class FakeProvider:
    def __init__(self, issuer, client_id="helpdesk"):
        self.issuer = issuer
        self.client_id = client_id
        self.keys = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)]
        self.discovery = {}
        self.claims = {}
        self.token = None
        self.down = False
        self.asked = []
        self.grants = {}

    def consent(self, url, subject):
        """Do what a browser does; return the code that the provider sends back."""
        query = dict(parse_qsl(urlsplit(url).query))
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.grants)}"
        self.grants[code] = query | {"subject": subject}
        return code, query["state"]

    def answer(self, method, url, body):
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
            } | self.discovery
        if path == "/jwks":
            return 200, {"keys": [key.as_dict(private=False) for key in self.keys]}
        assert (method, path) == ("POST", "/token")
        return self._exchanged(dict(parse_qsl(body.decode())))

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
        return 200, {"id_token": self.token(claims) if self.token else self.signed(claims)}

    def signed(self, claims, key=None, **header):
        key = key or self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid} | header, claims, key)

    def unsigned(self, claims):
        return f"{_part({'alg': 'none', 'kid': 'one'})}.{_part(claims)}."

    def signed_with_the_public_key(self, claims):
        text = f"{_part({'alg': 'HS256', 'kid': self.keys[-1].kid})}.{_part(claims)}"
        secret = self.keys[-1].as_pem(private=False)
        return f"{text}.{_base64(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    def transport(self):
        def handle(request):
            status, body = self.answer(request.method, str(request.url), request.content)
            return httpx.Response(status, json=body)

        return httpx.MockTransport(handle)

    @contextmanager
    def served(self):
        """Serve at the issuer's own address."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("content-length") or 0)
                url = f"http://{self.headers['host']}{self.path}"
                status, body = provider.answer(self.command, url, self.rfile.read(length))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815  # the library names it so

            def log_message(self, *_):
                pass

        parts = urlsplit(self.issuer)
        with ThreadingHTTPServer((parts.hostname, parts.port), Handler) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


def _part(value):
    return _base64(json.dumps(value).encode())


def _base64(value):
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
