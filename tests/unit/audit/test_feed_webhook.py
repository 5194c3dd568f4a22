"""Where a customer's webhook may lead, and how its feed goes on."""

import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from helpdesk.kernel.errors import InvalidArgument, NotFound
from services.audit.domain.destinations import may_reach, parsed
from services.audit.domain.feed_webhook import (
    FeedWebhookKeyRotated,
    FeedWebhookRemoved,
    FeedWebhookSet,
    Webhook,
    evolve,
    generations,
    index_after,
    pause_after,
    rotate,
    sequence_of,
)
from services.audit.keys import FeedKeys
from services.audit.providers import NOT_PUBLIC, ReachableAddresses, Receiver

NOON = datetime(2026, 5, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "2002:0a00:0001::1",
        "64:ff9b::a00:1",
    ],
)
def test_no_address_inside_may_be_reached(address):
    assert not may_reach(address, ())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_a_public_address_may_be_reached(address):
    assert may_reach(address, ())


def test_a_network_of_the_settings_may_be_reached_and_no_other():
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))

    assert may_reach("10.1.2.3", allowed)
    assert may_reach("fd00:1::5", allowed)
    assert not may_reach("10.2.2.3", allowed)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.example",
        "https://",
        "https://user@feed.example/",
        "https://feed.example/#part",
        "https://feed.example:99999/",
        "https://feed.example:0/",
        "https://feed.example/a b",
        "https://feed.example\\@10.0.0.1/",
        "https://fe\u0435d.example/",
        "https://feed.example/" + "x" * 2000,
    ],
)
def test_a_url_that_can_be_read_in_two_ways_is_none(url):
    with pytest.raises(InvalidArgument):
        parsed(url)


def test_plain_http_is_for_this_machine_alone():
    assert parsed("http://127.0.0.1:8080/feed").port == 8080
    assert parsed("https://feed.example/feed?of=us").port == 443
    with pytest.raises(InvalidArgument) as refused:
        parsed("http://feed.example/")
    assert refused.value.reason == "NOT_HTTPS"


def resolving(monkeypatch, *addresses):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_a_name_with_one_address_inside_leads_nowhere(monkeypatch):
    resolving(monkeypatch, "93.184.216.34", "10.0.0.1")

    assert ReachableAddresses(()).addresses("feed.example", 443) == []


def test_a_name_that_leads_inside_later_is_not_connected_to(monkeypatch):
    resolving(monkeypatch, "93.184.216.34")
    reach = ReachableAddresses(())
    assert reach.addresses("feed.example", 443)
    resolving(monkeypatch, "127.0.0.1")

    with Receiver("https://feed.example/feed", reach, 1) as receiver:
        assert receiver.post(b"{}", {}) == NOT_PUBLIC


def test_sequences_are_in_the_order_of_the_log_as_texts_too():
    sequences = [sequence_of(idx) for idx in (0, 9, 10, 999_999_999_999)]

    assert sequences == sorted(sequences)
    assert [index_after(each) for each in sequences] == [1, 10, 11, 1_000_000_000_000]
    assert index_after("0") == 0
    assert index_after("") == -1


@pytest.mark.parametrize("sequence", ["-1", "x", "1.0", "²", "9" * 30])
def test_what_is_no_sequence_is_refused(sequence):
    with pytest.raises(InvalidArgument):
        index_after(sequence)


def test_pauses_grow_up_to_the_longest():
    assert [pause_after(n, 300) for n in (1, 2, 3, 9, 10, 500)] == [1, 2, 4, 256, 300, 300]


def test_another_address_keeps_the_key_and_a_new_webhook_does_not():
    first = FeedWebhookSet(organization_id="o", webhook_id="w1", url="u", set_by="a")
    rotated = FeedWebhookKeyRotated(organization_id="o", generation=1, rotated_by="a")
    webhook = evolve(evolve(Webhook(), first), rotated)

    assert evolve(webhook, first) == webhook
    assert evolve(webhook, FeedWebhookRemoved(organization_id="o", removed_by="a")) == Webhook()
    assert rotate(webhook, "o", "a").generation == 2
    with pytest.raises(NotFound):
        rotate(Webhook(), "o", "a")


def test_the_key_before_signs_for_a_day():
    assert generations(0, NOON, NOON) == (0,)
    assert generations(2, NOON, NOON + timedelta(hours=23)) == (2, 1)
    assert generations(2, NOON, NOON + timedelta(hours=25)) == (2,)


def test_each_webhook_and_each_generation_has_a_key_of_its_own():
    keys = FeedKeys(b"a secret")

    assert keys.public("w1", 0) == FeedKeys(b"a secret").public("w1", 0)
    assert len({keys.public(w, n) for w in ("w1", "w2") for n in range(3)}) == 6
