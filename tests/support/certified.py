"""A certified OpenID Connect provider that nobody here wrote, and the product that signs in there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.support.product import NORTH, free_address
from tests.support.signing_in import signing_in_at

FOLDER = Path(__file__).parent.parent / "oidc"
OLDEST_NODE = 18
_HOW = "scripts/install --test brings what is missing"
KEYS = {
    "RS256": lambda: RSAKey.generate_key(2048, private=True),
    "PS256": lambda: RSAKey.generate_key(2048, private=True),
    "ES256": lambda: ECKey.generate_key("P-256", private=True),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", private=True),
}


def obstacle(node=None):
    """Return why the provider cannot run here, empty where it can; ``node`` is its program."""
    node = node or shutil.which("node")
    if not node:
        return f"needs Node.js {OLDEST_NODE} or newer, which is not installed; {_HOW}"
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", said)
    if version is None or int(version[1]) < OLDEST_NODE:
        return f"needs Node.js {OLDEST_NODE} or newer, found {said.strip() or 'another program'}"
    if not (FOLDER / "node_modules").is_dir():
        return f"needs the packages of tests/oidc; {_HOW}"
    return ""


def key_of(algorithm):
    key = KEYS[algorithm]()
    key.ensure_kid()
    return key.as_dict(private=True) | {"use": "sig", "alg": algorithm}


@contextmanager
def provider(address, desk, algorithm, method, own_key=None, *, in_token=True):
    client = {
        "client_id": "desk",
        "redirect_uris": [f"{desk}/signin/callback"],
        "post_logout_redirect_uris": [f"{desk}/signin/left"],
        "backchannel_logout_uri": f"{desk}/signin/backchannel-logout",
        "backchannel_logout_session_required": True,
        "id_token_signed_response_alg": algorithm,
        "token_endpoint_auth_method": method,
    }
    if method.startswith("client_secret"):
        client["client_secret"] = "s/e:c r+e%t"
    elif method == "private_key_jwt":
        client["jwks"] = {"keys": [own_key.as_dict(private=False)]}
        client["token_endpoint_auth_signing_alg"] = {"RSA": "RS256", "EC": "ES256"}.get(
            own_key.key_type, "EdDSA"
        )
    settings = {
        "port": int(address.rpartition(":")[2]),
        "client": client,
        "method": method,
        "keys": [key_of(algorithm)],
        "claimsInToken": in_token,
    }
    command = ["node", "provider.mjs", json.dumps(settings)]
    with subprocess.Popen(
        command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout.readline().strip() == f"http://{address}"
            yield
        finally:
            process.terminate()


@contextmanager
def console(
    folder,
    algorithm="RS256",
    method="client_secret_basic",
    own_key=None,
    *,
    in_token=True,
    **settings,
):
    """
    Run it and the product, with ``settings`` of the issuer.

    ``in_token`` is whether it puts claims into the ID token itself.
    """
    address, gateway = free_address(), free_address()
    issuer = {
        "issuer": f"http://{address}",
        "client_id": "desk",
        "partner_id": NORTH,
        "scope": "openid support",
        **settings,
    }
    if own_key is not None:
        own_key.ensure_kid()
        (folder / "key.pem").write_bytes(own_key.as_pem(private=True))
        issuer["client_key_file"] = str(folder / "key.pem")
    elif method != "none":
        (folder / "secret").write_text("s/e:c r+e%t")
        issuer["client_secret_file"] = str(folder / "secret")
    with (
        provider(address, f"http://{gateway}", algorithm, method, own_key, in_token=in_token),
        signing_in_at(folder, issuer, gateway) as desk,
    ):
        yield desk
