"""Webhooks of providers over HTTP: proved ones are recorded once, all others are only counted."""

import json
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from helpdesk.kernel.errors import Unavailable
from services.email.application.refusals import RefusedWebhooks
from services.email.domain.facts import WebhookEventReceived, WebhookRefused
from services.email.http_api import WebhookListener
from services.email.providers.webhooks.fetching import fetch
from tests.contract.email_world import SHARED_USER, STEFANA, email_world
from tests.support.product import free_address
from tests.support.waiting import wait_until
from tests.unit.email.webhooks import vectors

ADDRESS, OTHER = "stefana@acme.example", "giorgos@shared.example"
DOMAIN = "mail.helpdesk.example"


class Hooks:
    """The running service, and what providers post to it."""

    def __init__(self, world, address):
        self.world = world
        self.url = f"http://{address}/webhooks"

    @property
    def listener(self):
        background = self.world.product.host.running["email"].background
        return next(each for each in background if isinstance(each, WebhookListener))

    @property
    def counts(self):
        """What was refused so far, by provider and reason; flushes what was counted."""
        self.listener._inbound.refused.flush()
        counts = {}
        for fact in self.facts(WebhookRefused):
            key = (fact.provider, fact.reason)
            counts[key] = counts.get(key, 0) + fact.count
        return counts

    def facts(self, *kinds):
        store = self.world.store
        rows = store.read(0, 100_000, tuple(kind.NAME for kind in kinds))
        return [store.opened(row) for row in rows]

    def post(self, provider, body, headers=None):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = httpx.post(f"{self.url}/{provider}", content=content, headers=headers or {})
        told = answer.json()
        return answer.status_code, told["taken"], told["refused"]

    def send(self, user_id=STEFANA):
        """Send a welcome mail; return its id and envelope sender once it was handed over."""
        message_id = self.world.send(user_id)
        self.world.wait_for_state(message_id, "sent", user_id)
        address = ADDRESS if user_id == STEFANA else OTHER
        return message_id, self.world.server.wait_for(address)[0]

    def state(self, message_id):
        return self.world.message(message_id).state


def settings_of(address, **more):
    return {
        "HELPDESK_EMAIL_WEBHOOK_ADDRESS": address,
        "HELPDESK_EMAIL_WEBHOOK_SNS_TOPICS": vectors.TOPIC,
        "HELPDESK_EMAIL_WEBHOOK_SNS_ROOTS": vectors.ours().root_pem,
        "HELPDESK_EMAIL_WEBHOOK_SENDGRID_KEY": vectors.sendgrid_setting(),
        "HELPDESK_EMAIL_WEBHOOK_MAILGUN_KEY": vectors.MAILGUN_KEY,
        "HELPDESK_EMAIL_WEBHOOK_POSTMARK_LOGIN": vectors.LOGIN,
        "HELPDESK_EMAIL_ACCEPTED_IS_DELIVERED": "no",
        **more,
    }


@pytest.fixture
def web(monkeypatch):
    web = vectors.web_of()
    monkeypatch.setattr("services.email.service.fetch", web.fetch)
    return web


@pytest.fixture
def hooks(tmp_path, web):
    address = free_address()
    with email_world(tmp_path, **settings_of(address)) as world:
        yield Hooks(world, address)


def now():
    return datetime.now(UTC)


def header_of(message_id):
    return f"<{message_id}@{DOMAIN}>"


def bounces(message_id, sender, recipient=ADDRESS, at=None):
    """A bounce of one message as each provider tells it: name, headers, body."""
    at, header = at or now(), header_of(message_id)
    event = vectors.sendgrid_event(
        "bounce", recipient, header, reason="550 5.1.1 no such user", type="bounce"
    )
    failure = vectors.mailgun_event("failed", recipient, header, **vectors.MAILGUN_FAILURE)
    hook = vectors.postmark(recipient, message_id, at)
    return {
        "ses": ({}, _json(vectors.sns(vectors.ses_bounce(vectors.mail_of(recipient, sender)), at))),
        "sendgrid": vectors.sendgrid([event], at),
        "mailgun": ({}, vectors.mailgun(failure, vectors.mailgun_signature(at))),
        "postmark": (vectors.basic(), _json(hook)),
    }


def _json(value):
    return json.dumps(value).encode()


EACH = pytest.mark.parametrize("provider", ["ses", "sendgrid", "mailgun", "postmark"])


@EACH
def test_a_bounce_that_a_provider_tells_is_recorded_as_a_mail_would_be(hooks, provider):
    message_id, sender = hooks.send()
    headers, body = bounces(message_id, sender)[provider]
    answer = hooks.post(provider, body, headers)
    shown = hooks.world.message(message_id)
    record = hooks.world.product.records("email", action="email.report.take")[-1]

    assert answer == (200, 1, 0)
    assert (shown.state, shown.cause, shown.fault) == ("bounced", "no_such_mailbox", "recipient")
    assert [e.what for e in shown.entries] == ["queued", "sent", "bounced", "blocked"]
    assert "550 5.1.1" in str(hooks.world.evidence(message_id)) or "5.1.1" in str(shown)
    assert (record.outcome, record.user_id) == ("done", STEFANA)
    assert (record.agent_id, record.method) == ("system:email.webhooks", f"webhook:{provider}")


@EACH
def test_a_replay_is_refused_also_after_a_restart(tmp_path, web, provider):
    address = free_address()
    with email_world(tmp_path, **settings_of(address)) as world:
        hooks = Hooks(world, address)
        message_id, sender = hooks.send()
        headers, body = bounces(message_id, sender)[provider]
        first = hooks.post(provider, body, headers)
        again = hooks.post(provider, body, headers)
        facts = len(hooks.facts(WebhookEventReceived))
    with email_world(tmp_path, **settings_of(address)) as world:
        hooks = Hooks(world, address)
        later = hooks.post(provider, body, headers)
        facts_later = len(hooks.facts(WebhookEventReceived))
        counts = hooks.counts
        entries = [e.what for e in world.message(message_id).entries]

    refusal = 406 if provider == "mailgun" else 403
    assert (first, again, later) == ((200, 1, 0), (refusal, 0, 1), (refusal, 0, 1))
    assert counts == {(provider, "REPLAYED"): 2}
    assert (facts, facts_later) == (1, 1)
    assert entries == ["queued", "sent", "bounced", "blocked"]


@EACH
def test_a_replay_at_the_same_moment_is_refused(hooks, provider):
    from concurrent.futures import ThreadPoolExecutor

    message_id, sender = hooks.send()
    headers, body = bounces(message_id, sender)[provider]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: hooks.post(provider, body, headers)[0], range(8)))

    assert min(answers) == 200
    assert answers.count(200) == 1
    assert len(hooks.facts(WebhookEventReceived)) == 1


@EACH
def test_a_stale_delivery_is_refused(hooks, provider):
    message_id, sender = hooks.send()
    headers, body = bounces(message_id, sender, at=now() - timedelta(days=1))[provider]

    assert hooks.post(provider, body, headers)[1:] == (0, 1)
    assert hooks.counts == {(provider, "STALE"): 1}
    assert hooks.state(message_id) == "sent"


@EACH
def test_a_delivery_without_proof_is_refused_and_nothing_of_it_is_kept(hooks, provider, caplog):
    marker = "marker.of.the.forger@acme.example"
    message_id, sender = hooks.send()
    _, body = bounces(message_id, sender, marker)[provider]
    forged = {
        "ses": body.replace(b'"Signature": "', b'"Signature": "AAAA'),
        "mailgun": body.replace(b'"signature": "', b'"signature": "0'),
    }.get(provider, body)
    status, taken, refused = hooks.post(provider, forged)
    counts = hooks.counts
    stored = b"".join(row.state for row in hooks.world.store.read(0, 100_000))
    folder = Path(hooks.world.product.env["HELPDESK_DATA_DIR"])

    assert (status, taken, refused) == (406 if provider == "mailgun" else 403, 0, 1)
    assert sum(counts.values()) == 1
    assert hooks.state(message_id) == "sent"
    assert b"marker" not in stored
    assert "marker" not in caplog.text
    assert not any(b"marker.of" in f.read_bytes() for f in folder.rglob("*") if f.is_file())


def test_what_a_foreign_certificate_signed_is_refused(hooks, web):
    message_id, sender = hooks.send()
    told = vectors.ses_bounce(vectors.mail_of(ADDRESS, sender))
    forger = vectors.foreign()
    web.pages[vectors.CERTIFICATE_URL] = vectors.pem(forger.leaf, forger.middle)

    assert hooks.post("ses", vectors.sns(told, now(), authority=forger))[0] == 403
    assert hooks.counts == {("ses", "FOREIGN_CERTIFICATE"): 1}
    assert hooks.state(message_id) == "sent"


def test_another_host_topic_or_version_is_refused(hooks):
    sent = vectors.sns("x", now())
    hooks.post("ses", {**sent, "SigningCertURL": "https://evil.example/a.pem"})
    hooks.post("ses", vectors.sns("x", now(), topic=vectors.TOPIC + "2"))
    hooks.post("ses", {**sent, "SignatureVersion": "2"})

    assert hooks.counts == {
        ("ses", "WRONG_CERTIFICATE_HOST"): 1,
        ("ses", "WRONG_TOPIC"): 1,
        ("ses", "BAD_SIGNATURE"): 1,
    }


def test_a_certificate_that_cannot_be_fetched_lets_the_provider_try_again(hooks, web):
    message_id, sender = hooks.send()
    page = web.pages.pop(vectors.CERTIFICATE_URL)
    _, body = bounces(message_id, sender)["ses"]
    first = hooks.post("ses", body)
    web.pages[vectors.CERTIFICATE_URL] = page

    assert first[0] == 503
    assert hooks.post("ses", body) == (200, 1, 0)


def test_a_captured_signature_of_mailgun_is_good_for_no_other_body(hooks):
    message_id, _ = hooks.send()
    other_id, _ = hooks.send(SHARED_USER)
    signature = vectors.mailgun_signature(now())
    real = vectors.mailgun_event("opened", OTHER, header_of(other_id))
    swapped = vectors.mailgun_event(
        "failed", ADDRESS, header_of(message_id), **vectors.MAILGUN_FAILURE
    )

    assert hooks.post("mailgun", vectors.mailgun(real, signature))[0] == 200
    assert hooks.post("mailgun", vectors.mailgun(swapped, signature)) == (406, 0, 1)
    assert hooks.state(message_id) == "sent"


@pytest.mark.parametrize("provider", ["mailgun", "postmark"])
def test_what_is_not_signed_is_taken_only_of_a_message_that_we_sent_to_that_recipient(
    hooks, provider
):
    message_id, sender = hooks.send()
    for recipient, known in ((OTHER, message_id), (ADDRESS, "f" * 32)):
        headers, body = bounces(known, sender, recipient)[provider]
        assert hooks.post(provider, body, headers)[1:] == (0, 1)
    outcomes = [r.outcome for r in hooks.world.product.records("email", action="email.report.take")]

    assert hooks.counts == {(provider, "WRONG_RECIPIENT"): 1, (provider, "UNKNOWN_MESSAGE"): 1}
    assert hooks.state(message_id) == "sent"
    assert not hooks.world.user_mail().addresses[0].blocked
    assert outcomes == ["refused", "refused"]


def test_a_token_is_spent_although_its_event_was_refused(hooks):
    message_id, _ = hooks.send()
    signature = vectors.mailgun_signature(now())
    failure = vectors.MAILGUN_FAILURE
    guess = vectors.mailgun_event("failed", ADDRESS, header_of("f" * 32), **failure)
    right = vectors.mailgun_event("failed", ADDRESS, header_of(message_id), **failure)
    hooks.post("mailgun", vectors.mailgun(guess, signature))

    assert hooks.post("mailgun", vectors.mailgun(right, signature)) == (406, 0, 1)
    assert hooks.state(message_id) == "sent"


def test_one_bad_event_of_a_batch_costs_no_other(hooks):
    message_id, _ = hooks.send()
    other_id, _ = hooks.send(SHARED_USER)
    batch = [
        vectors.sendgrid_event("bounce", ADDRESS, header_of(message_id), reason="550 5.1.1 nobody"),
        {"event": "bounce"},
        vectors.sendgrid_event("bounce", ADDRESS, header_of(other_id), reason="550 5.1.1 nobody"),
        vectors.sendgrid_event("open", ADDRESS, header_of(message_id)),
        vectors.sendgrid_event("delivered", OTHER, header_of(other_id), response="250 OK"),
    ]
    headers, body = vectors.sendgrid(batch, now())
    records = hooks.world.product.records

    assert hooks.post("sendgrid", body, headers) == (200, 2, 2)
    assert hooks.counts == {("sendgrid", "MALFORMED"): 1, ("sendgrid", "WRONG_RECIPIENT"): 1}
    assert hooks.state(message_id) == "bounced"
    assert [r.user_id for r in records("email", action="email.report.take", outcome="done")] == [
        STEFANA,
        "",
        SHARED_USER,
    ]


def test_a_batch_that_broke_off_is_taken_up_where_it_ended(hooks, monkeypatch):
    message_id, _ = hooks.send()
    batch = [
        vectors.sendgrid_event("delivered", ADDRESS, header_of(message_id), response="250 OK"),
        vectors.sendgrid_event("bounce", ADDRESS, header_of(message_id), reason="550 5.1.1 nobody"),
    ]
    headers, body = vectors.sendgrid(batch, now())
    webhooks = hooks.listener._inbound.webhooks
    take = webhooks.take

    def breaking(action, event):
        if event.key == batch[1]["sg_event_id"]:
            raise RuntimeError("marker")
        return take(action, event)

    monkeypatch.setattr(type(webhooks), "take", lambda _, action, event: breaking(action, event))
    first = hooks.post("sendgrid", body, headers)
    monkeypatch.setattr(type(webhooks), "take", lambda _, action, event: take(action, event))
    second = hooks.post("sendgrid", body, headers)

    assert (first, second) == ((503, 1, 0), (200, 1, 1))
    assert hooks.state(message_id) == "bounced"


def test_a_bounce_of_another_systems_mail_finds_its_user(hooks):
    _, body = bounces("", "someone@elsewhere.example")["ses"]
    answer = hooks.post("ses", body)
    mail = hooks.world.user_mail()

    assert answer == (200, 1, 0)
    assert (mail.messages[0].kind, mail.messages[0].state) == ("other", "bounced")
    assert mail.addresses[0].blocked


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (("deferred", {"response": "451 4.7.1 greylisted"}), "delayed"),
        (("delivered", {"response": "250 OK"}), "delivered"),
        (("spamreport", {}), "complained"),
    ],
)
def test_delays_deliveries_and_complaints_move_the_message(hooks, told, state):
    message_id, _ = hooks.send()
    event = vectors.sendgrid_event(told[0], ADDRESS, header_of(message_id), **told[1])
    headers, body = vectors.sendgrid([event], now())
    hooks.post("sendgrid", body, headers)

    assert hooks.state(message_id) == state


def test_a_subscription_is_confirmed_only_where_that_is_set(tmp_path, web):
    asked = []
    for number, confirms in enumerate(("no", "yes")):
        address = free_address()
        more = {"HELPDESK_EMAIL_WEBHOOK_SNS_CONFIRM": confirms}
        with email_world(tmp_path / str(number), **settings_of(address, **more)) as world:
            hooks = Hooks(world, address)
            status, _, _ = hooks.post("ses", vectors.confirmation(now()))
            asked.append((status, vectors.SUBSCRIBE_URL in web.asked))

    assert asked == [(403, False), (200, True)]


def test_a_body_that_is_too_large_is_refused(tmp_path, web):
    address = free_address()
    more = {"HELPDESK_EMAIL_WEBHOOK_LARGEST_BYTES": "1000"}
    with email_world(tmp_path, **settings_of(address, **more)) as world:
        hooks = Hooks(world, address)
        told = httpx.post(f"{hooks.url}/ses", content=b"x" * 1001).status_code
        chunks = (b"x" * 600 for _ in range(2))
        streamed = httpx.post(f"{hooks.url}/ses", content=chunks).status_code
        counts = hooks.counts

    assert (told, streamed) == (413, 413)
    assert counts == {("ses", "TOO_LARGE"): 2}


def test_a_sender_is_known_behind_a_proxy(tmp_path, web):
    address = free_address()
    more = {"HELPDESK_EMAIL_WEBHOOK_POSTMARK_SOURCES": "203.0.113.0/24"}
    with email_world(tmp_path, **settings_of(address, **more)) as world:
        hooks = Hooks(world, address)
        message_id, sender = hooks.send()
        headers, body = bounces(message_id, sender)["postmark"]
        seen = [
            hooks.post("postmark", body, {**headers, "x-forwarded-for": hops})[0]
            for hops in (
                "203.0.113.9, 198.51.100.1",
                "",
                "203.0.113.9, x",
                "198.51.100.1, 203.0.113.9",
            )
        ]
        counts = hooks.counts

    assert seen == [403, 403, 403, 200]
    assert counts == {("postmark", "WRONG_SOURCE"): 3}


def test_other_paths_methods_and_providers_are_refused_and_counted(tmp_path):
    address = free_address()
    more = {"HELPDESK_EMAIL_WEBHOOK_ADDRESS": address}
    with email_world(tmp_path, **more) as world:
        hooks = Hooks(world, address)
        statuses = [
            httpx.get(f"{hooks.url}/ses").status_code,
            httpx.post(f"{hooks.url}/other").status_code,
            httpx.post(f"{hooks.url}/mailgun").status_code,
        ]
        counts = hooks.counts

    assert statuses == [405, 404, 404]
    assert counts == {("none", "NO_SUCH_PATH"): 2, ("mailgun", "NOT_CONFIGURED"): 1}


def test_refusals_are_counted_at_the_end_too(tmp_path, web):
    address = free_address()
    with email_world(tmp_path, **settings_of(address)) as world:
        Hooks(world, address).post("ses", b"x")
    with email_world(tmp_path) as world:
        rows = world.store.read(0, 100_000, (WebhookRefused.NAME,))
        (fact,) = [world.store.opened(row) for row in rows]

    assert (fact.provider, fact.reason, fact.count) == ("ses", "MALFORMED", 1)


def test_a_flood_is_one_fact_a_minute_provider_and_reason(hooks):
    refused = RefusedWebhooks(hooks.world.store)
    for _ in range(10_000):
        refused.count("ses", "BAD_SIGNATURE")

    assert refused.flush() <= 2
    assert hooks.counts == {("ses", "BAD_SIGNATURE"): 10_000}


def test_what_is_too_old_to_be_fresh_is_forgotten(hooks):
    message_id, sender = hooks.send()
    headers, body = bounces(message_id, sender)["sendgrid"]
    hooks.post("sendgrid", body, headers)
    found = hooks.listener._inbound.webhooks._seen
    count = "SELECT COUNT(*) FROM webhook_seen"
    found.forget_webhook_events(now())
    kept = hooks.world.store.engine.query(count)[0][0]
    found.forget_webhook_events(now() + timedelta(minutes=7))

    assert kept == 1
    assert hooks.world.store.engine.query(count)[0][0] == 0
    assert hooks.post("sendgrid", body, headers)[0] == 403


def test_a_slow_sender_holds_nobody_up(hooks, monkeypatch):
    monkeypatch.setattr("services.email.http_api._BODY_WITHIN", 0.05)
    host, _, port = hooks.url.removeprefix("http://").partition("/")[0].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as slow:
        slow.sendall(b"POST /webhooks/ses HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
        answer = slow.recv(100)

    assert b" 408 " in answer
    assert wait_until(lambda: hooks.counts == {("ses", "TOO_SLOW"): 1})


class Pages(BaseHTTPRequestHandler):
    """A host that redirects, refuses or gives too much."""

    def do_GET(self):
        status, body = {
            "/good": (200, b"x" * 100),
            "/large": (200, b"x" * 70_000),
            "/moved": (302, b""),
        }.get(self.path, (404, b""))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/good")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        # Who has enough hangs up.
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_certificate_is_fetched_without_redirects_and_not_endlessly():
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        good = fetch(f"{url}/good")
        reasons = []
        for place in (f"{url}/large", f"{url}/moved", f"{url}/none", "http://127.0.0.1:1/x", "x:"):
            with pytest.raises(Unavailable) as failed:
                fetch(place)
            reasons.append(failed.value.reason)
        server.shutdown()
        thread.join()

    assert good == b"x" * 100
    assert reasons == ["FETCH_FAILED"] * 5
