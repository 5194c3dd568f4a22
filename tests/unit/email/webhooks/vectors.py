"""Deliveries as providers would sign them, with keys and certificates of the tests' own."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from helpdesk.kernel.errors import Unavailable
from services.email.providers.webhooks.ses import canonical

TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
SUBSCRIBE_URL = (
    "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
    f"&TopicArn={TOPIC}&Token=2336412f37fb"
)
ISSUER_URL = "http://crt.r2m01.amazontrust.com/r2m01.cer"
MAILGUN_KEY = "key-of-the-test"
LOGIN = "postmark:correct horse"
HASHES = {"1": hashes.SHA1(), "2": hashes.SHA256()}


class Authority:
    """A root, an intermediate and what SNS would sign with."""

    def __init__(self, name="Test Root"):
        self.root_key, self.middle_key, self.key = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)
        )
        self.root = self._issue(f"{name}", self.root_key, f"{name}", self.root_key, ca=True)
        self.middle = self._issue(f"{name} M01", self.middle_key, f"{name}", self.root_key, ca=True)
        self.leaf = self.issue()

    def issue(self, name="sns.amazonaws.com", *, days=(-30, 30), issuer_url=""):
        return self._issue(
            name, self.key, self.middle.subject, self.middle_key, days=days, issuer_url=issuer_url
        )

    def _issue(self, name, key, issuer, issuer_key, *, ca=False, days=(-900, 900), issuer_url=""):
        named = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])  # noqa: E731
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(issuer if isinstance(issuer, x509.Name) else named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
            )
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
        )
        if ca:
            usage = dict.fromkeys(
                (
                    "digital_signature",
                    "content_commitment",
                    "key_encipherment",
                    "data_encipherment",
                    "key_agreement",
                    "encipher_only",
                    "decipher_only",
                ),
                False,
            )
            builder = builder.add_extension(
                x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), True
            )
        else:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name)]), False
            ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        if issuer_url:
            access = x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS,
                x509.UniformResourceIdentifier(issuer_url),
            )
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), False)
        return builder.sign(issuer_key, hashes.SHA256())

    @property
    def root_pem(self):
        return pem(self.root).decode()

    def sign(self, sent, version="1"):
        """Sign a message of SNS; returns it with its signature."""
        sent = {**sent, "SignatureVersion": version, "SigningCertURL": CERTIFICATE_URL}
        signed = canonical(sent, sent["Type"])
        raw = self.key.sign(signed, PKCS1v15(), HASHES[version])
        return {**sent, "Signature": base64.b64encode(raw).decode()}


def pem(*certificates):
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


@cache
def ours():
    return Authority()


@cache
def foreign():
    return Authority("Foreign Root")


class Web:
    """What is at which URL, and what was asked for."""

    def __init__(self, pages=None):
        self.pages = dict(pages or {})
        self.asked = []

    def fetch(self, url):
        self.asked.append(url)
        if url not in self.pages:
            raise Unavailable("FETCH_FAILED")
        return self.pages[url]


def web_of(authority=None):
    authority = authority or ours()
    return Web(
        {CERTIFICATE_URL: pem(authority.leaf, authority.middle), SUBSCRIBE_URL: b"<Confirmed/>"}
    )


def iso(at):
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sns(message, at, *, version="1", authority=None, topic=TOPIC, **more):
    """A message of SNS, signed."""
    sent = {
        "Type": "Notification",
        "MessageId": str(uuid4()),
        "TopicArn": topic,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": iso(at),
        **more,
    }
    return (authority or ours()).sign(sent, version)


def confirmation(at, url=SUBSCRIBE_URL, **more):
    sent = {
        "Type": "SubscriptionConfirmation",
        "MessageId": str(uuid4()),
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe",
        "Timestamp": iso(at),
        "Token": "2336412f37fb",
        "SubscribeURL": url,
        **more,
    }
    return ours().sign(sent)


def mail_of(recipient, sender="other@elsewhere.example", message_id=""):
    headers = [{"name": "Message-ID", "value": message_id}] if message_id else []
    return {"source": sender, "destination": [recipient], "messageId": "0100", "headers": headers}


def ses_bounce(mail, *, kind="Permanent", subtype="General", named="eventType", **of_recipient):
    recipients = [
        {
            "emailAddress": address,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            **of_recipient,
        }
        for address in mail["destination"]
    ]
    return {
        named: "Bounce",
        "mail": mail,
        "bounce": {
            "bounceType": kind,
            "bounceSubType": subtype,
            "bouncedRecipients": recipients,
            "reportingMTA": "dns; mx.acme.example",
        },
    }


@cache
def sendgrid_key(number=0):
    return ec.generate_private_key(ec.SECP256R1())


def sendgrid_setting(number=0):
    raw = (
        sendgrid_key(number)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return base64.b64encode(raw).decode()


def sendgrid(events, at, *, number=0):
    """Headers and body of a batch of SendGrid's, signed."""
    body = (events if isinstance(events, str) else json.dumps(events)).encode()
    stamp = str(int(at.timestamp()))
    raw = sendgrid_key(number).sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "x-twilio-email-event-webhook-timestamp": stamp,
        "x-twilio-email-event-webhook-signature": base64.b64encode(raw).decode(),
    }, body


def sendgrid_event(kind, recipient, message_id, **more):
    return {
        "event": kind,
        "email": recipient,
        "smtp-id": message_id,
        "sg_event_id": uuid4().hex,
        "timestamp": 1,
        **more,
    }


def mailgun_signature(at, *, key=MAILGUN_KEY, token=""):
    token, stamp = token or (uuid4().hex + uuid4().hex)[:50], str(int(at.timestamp()))
    digest = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": digest}


def mailgun(event, signature):
    return json.dumps({"signature": signature, "event-data": event}).encode()


def mailgun_event(kind, recipient, message_id, **more):
    return {
        "event": kind,
        "recipient": recipient,
        "message": {"headers": {"message-id": message_id.strip("<>")}},
        **more,
    }


MAILGUN_FAILURE = {
    "severity": "permanent",
    "reason": "bounce",
    "delivery-status": {
        "code": 550,
        "enhanced-code": "5.1.1",
        "message": "5.1.1 The email account that you tried to reach does not exist",
        "mx-host": "mx.acme.example",
    },
}


def basic(login=LOGIN):
    return {"authorization": "Basic " + base64.b64encode(login.encode()).decode()}


def postmark(recipient, ours_id, at, **more):
    return {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "MessageID": str(uuid4()),
        "Email": recipient,
        "BouncedAt": at.strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist",
        "Metadata": {"helpdesk-message": ours_id},
        **more,
    }
