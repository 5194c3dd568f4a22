"""
Check a consent receipt without its issuer: python3 verify_consent_receipt.py RECEIPT KEY

RECEIPT is the file that the consent page gave you (a compact JWS, RFC 7515); KEY is the public key
of the help desk (a JWK, RFC 8037), which you keep apart from it. Needs Python 3.8 or newer and
nothing else. Exit code: 0 the receipt is genuine, 1 it is not, 2 a file cannot be read.
"""

import base64
import hashlib
import json
import sys

# Ed25519 as in RFC 8032, section 5.1.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
KIND = "helpdesk-consent-receipt"


def add(a, b):
    """Sum of two points in extended coordinates."""
    first = (a[1] - a[0]) * (b[1] - b[0]) % P
    second = (a[1] + a[0]) * (b[1] + b[0]) % P
    third = 2 * a[3] * b[3] * D % P
    fourth = 2 * a[2] * b[2] % P
    e, f, g, h = second - first, fourth - third, fourth + third, second + first
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    """A point, added to itself so many times."""
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def same(a, b):
    """Whether two points are one."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(data):
    """The point that 32 bytes stand for. Raises ValueError."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if len(data) != 32 or y >= P:
        raise ValueError("not a point of the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def signed(key, message, signature):
    """Whether this key made this signature of this message."""
    number = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or number >= L:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    challenge = int.from_bytes(digest, "little") % L
    right = add(point_of(signature[:32]), times(challenge, point_of(key)))
    return same(times(number, BASE), right)


BASE = point_of(bytes([0x58] + [0x66] * 31))


def decoded(text):
    """The bytes of base64url without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def read(receipt, key):
    """What a genuine receipt says. Raises ValueError."""
    head, body, signature = receipt.strip().split(".")
    header = json.loads(decoded(head))
    if key.get("kty") != "OKP" or key.get("crv") != "Ed25519":
        raise ValueError("the key is not an Ed25519 key")
    if header.get("alg") not in ("Ed25519", "EdDSA") or header.get("typ") != KIND:
        raise ValueError("this is not a consent receipt")
    if not signed(decoded(key["x"]), f"{head}.{body}".encode(), decoded(signature)):
        raise ValueError("the signature does not fit: changed, or signed by somebody else")
    return json.loads(decoded(body))


def main(arguments):
    """Print what the receipt says, or why it is not genuine."""
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        with open(arguments[0], encoding="ascii") as file:
            receipt = file.read()
        with open(arguments[1], encoding="utf-8") as file:
            key = json.load(file)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        print(f"cannot read: {error}", file=sys.stderr)
        return 2
    try:
        document = read(receipt, key)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"NOT GENUINE: {error}", file=sys.stderr)
        return 1
    print("genuine")
    for name, value in document.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {text}" for key, text in value.items())
        print(f"{name.replace('_', ' ')}: {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
