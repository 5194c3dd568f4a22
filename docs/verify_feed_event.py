"""
Check an event of your organization's feed: verify(headers, body, public_keys)

For a receiver of yours in Python 3.9 or newer, with the package cryptography. The public keys are
those that the page of the webhook shows. The scheme is Standard Webhooks 1.0 with Ed25519 ("v1a");
a library of that name for another language does the same.
"""

import base64
import json
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE = 5 * 60


def verify(headers, body, public_keys, now=None):
    """
    Return the CloudEvent in a request, a dict. Raises ValueError where it is not genuine.

    ``headers`` maps lower-case names to texts, ``body`` is the bytes exactly as they came.
    """
    try:
        message_id = headers["webhook-id"]
        sent = headers["webhook-timestamp"]
        signatures = headers["webhook-signature"].split(" ")
    except KeyError as missing:
        raise ValueError(f"no header {missing}") from None
    if not sent.isdigit() or abs((time.time() if now is None else now) - int(sent)) > TOLERANCE:
        raise ValueError("sent too long ago, or not yet")
    signed = f"{message_id}.{sent}.".encode() + body
    if not any(_made(key, signed, each) for key in public_keys for each in signatures):
        raise ValueError("the signature does not fit: changed, or signed by somebody else")
    event = json.loads(body)
    if event["id"] != message_id:
        raise ValueError("the event is not the one that the headers name")
    return event


def is_new(event, last_sequence):
    """
    Whether an event comes after the last one that you kept ("" for none).

    Keep its sequence together with what you do about it: then nothing counts twice, and you know
    from where to have the feed go on.
    """
    return event["sequence"] > last_sequence


def _made(public_key, signed, signature):
    scheme, _, encoded = signature.partition(",")
    if scheme != "v1a":
        return False
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    try:
        key.verify(base64.b64decode(encoded, validate=True), signed)
    except (InvalidSignature, ValueError):
        return False
    return True
