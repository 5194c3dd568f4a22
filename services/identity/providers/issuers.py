"""Who signs people in, as the file of issuers says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from helpdesk.kernel.settings import SettingsError, is_loopback

SETTING = "HELPDESK_IDENTITY_ISSUERS"
_MOST_SKEW = 300
_MOST_AGE = 7 * 24 * 3600


@dataclass(frozen=True)
class Issuer:
    """
    A provider as it is configured.

    ``partner_id`` limits whom it may sign in, ``*`` does not; ``subject`` says what its subjects
    are: ``user_id`` of the directory, or ``linked`` accounts. ``name`` is what people call it,
    ``scope`` what is asked for: more than ``openid`` where roles follow claims.
    ``client_key_file`` is a private key that proves who we are in place of a secret.
    ``trusted_audiences`` are others that a token may be for beside us without naming its party.
    ``max_age_seconds`` is how long ago somebody may have signed in there, 0 does not ask.
    ``skew_seconds`` is how far the provider's clock may be from ours. ``ca_file`` is the authority
    of its certificate, PEM, where that is not a public one.
    """

    issuer: str
    client_id: str
    client_secret_file: str = ""
    client_key_file: str = ""
    partner_id: str = "*"
    subject: str = "linked"
    name: str = ""
    scope: str = "openid"
    trusted_audiences: tuple[str, ...] = ()
    max_age_seconds: int = 0
    skew_seconds: int = 60
    ca_file: str = ""


_FIELDS = get_type_hints(Issuer)


def issuers_of(body: object) -> list[Issuer]:
    """Return the issuers that the file's JSON lists. Raises SettingsError."""
    if not isinstance(body, list) or not body:
        raise SettingsError(f"{SETTING}: the file holds a list of issuers")
    issuers = [_issuer(each) for each in body]
    named = [each.issuer.rstrip("/") for each in issuers]
    for each in named:
        # Accounts are known by issuer and subject, so a second client of one would be the same.
        if named.count(each) > 1:
            raise SettingsError(f"{SETTING}: {each} is there twice; keep one")
    return issuers


def check_url(url: str, name: str) -> str:
    """Return the address if it is https, or http on loopback. Raises SettingsError."""
    parts = urlsplit(url)
    host = parts.netloc if ":" in parts.netloc else f"{parts.netloc}:80"
    plain = parts.scheme == "http" and is_loopback(host)
    if not parts.netloc or "@" in parts.netloc or not (parts.scheme == "https" or plain):
        raise SettingsError(f"{name}: https is wanted; plain http is for loopback only")
    return url


def _issuer(each: Any) -> Issuer:
    if not isinstance(each, dict) or not set(each) <= set(_FIELDS):
        raise SettingsError(f"{SETTING}: the fields of an issuer are {', '.join(sorted(_FIELDS))}")
    if not {"issuer", "client_id"} <= set(each):
        raise SettingsError(f"{SETTING}: an issuer has an issuer and a client_id")
    issuer = Issuer(**{name: _value(name, value) for name, value in each.items()})
    check_url(issuer.issuer, f"{SETTING}: issuer")
    if issuer.subject not in ("user_id", "linked"):
        raise SettingsError(f"{SETTING}: subject is user_id or linked")
    if issuer.client_key_file and issuer.client_secret_file:
        raise SettingsError(f"{SETTING}: a client has a secret or a key, not both")
    if "openid" not in issuer.scope.split():
        raise SettingsError(f"{SETTING}: scope holds openid")
    if not 0 <= issuer.skew_seconds <= _MOST_SKEW:
        raise SettingsError(f"{SETTING}: skew_seconds is 0 to {_MOST_SKEW}")
    if not 0 <= issuer.max_age_seconds <= _MOST_AGE:
        raise SettingsError(f"{SETTING}: max_age_seconds is 0 to {_MOST_AGE}")
    return issuer


def _value(name: str, value: object) -> Any:
    kind = _FIELDS[name]
    if kind is int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise SettingsError(f"{SETTING}: {name} is a number")
        return value
    if kind == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise SettingsError(f"{SETTING}: {name} is a list of texts")
        return tuple(value)
    return str(value or "")
