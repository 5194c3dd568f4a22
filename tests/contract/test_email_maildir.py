"""Bounces that an MTA puts into a maildir."""

import mailbox
import os

import pytest

from helpdesk.kernel.settings import SettingsError
from services.email.application import reports
from services.email.reports import read_mail
from services.email.smtp_api import Maildir
from tests.contract.email_world import bounce_of, email_world
from tests.support.waiting import wait_until


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mails"
    mailbox.Maildir(folder, create=True)
    return folder


@pytest.fixture
def world(tmp_path, folder):
    with email_world(
        tmp_path / "data",
        HELPDESK_EMAIL_MAILDIR=str(folder),
        HELPDESK_EMAIL_ACCEPTED_IS_DELIVERED="no",
    ) as world:
        yield world


def bounce(world):
    message_id = world.send()
    sender, recipient, mail = world.server.wait_for("stefana@acme.example")
    return message_id, bounce_of(sender, recipient, mail)


def names(folder, part):
    return sorted(each.name for each in (folder / part).iterdir())


def test_a_bounce_in_the_maildir_is_recorded_and_moved(world, folder):
    message_id, raw = bounce(world)
    key = mailbox.Maildir(folder).add(raw)
    world.wait_for_state(message_id, "bounced")

    assert wait_until(lambda: names(folder, "cur") == [f"{key}:2,S"])
    assert names(folder, "new") == []
    assert world.product.records("email", action="email.report.take")[-1].method == "maildir"


def test_a_mail_that_a_crash_left_behind_is_taken_again_and_changes_nothing(world, folder):
    message_id, raw = bounce(world)
    mailbox.Maildir(folder).add(raw)
    world.wait_for_state(message_id, "bounced")
    mailbox.Maildir(folder).add(raw)

    assert wait_until(lambda: len(names(folder, "cur")) == 2)
    assert [e.what for e in world.message(message_id).entries].count("bounced") == 1


def test_what_is_no_mail_is_set_aside_and_holds_up_nothing(world, folder):
    (folder / "new" / "1.empty").write_bytes(b"")
    (folder / "new" / "2.link").symlink_to("/etc/hostname")
    os.mkfifo(folder / "new" / "3.pipe")
    (folder / "new" / "4.folder").mkdir()
    message_id, raw = bounce(world)
    (folder / "new" / "5.bounce").write_bytes(raw)
    world.wait_for_state(message_id, "bounced")

    assert wait_until(lambda: names(folder, "cur") == ["1.empty:2,F", "5.bounce:2,S"])
    assert names(folder, "new") == ["2.link", "3.pipe", "4.folder"]


def test_a_mail_that_cannot_be_recorded_now_stays_new(folder):
    class Broken:
        def take(self, raw, recipient, protocol):
            return "451 4.3.0 not recorded, try again"

    (folder / "new" / "1.bounce").write_bytes(b"Subject: x\n\n")

    assert Maildir(Broken(), folder).take() == 0
    assert names(folder, "new") == ["1.bounce"]


def test_a_mail_that_breaks_the_reader_is_set_aside_and_holds_up_nothing(
    world, folder, monkeypatch
):
    breaks = b"Subject: breaks the reader\n\n"

    def read(raw):
        if raw == breaks:
            raise RuntimeError("a mail like no other")
        return read_mail(raw)

    monkeypatch.setattr(reports, "read_mail", read)
    (folder / "new" / "1.poison").write_bytes(breaks)
    message_id, raw = bounce(world)
    (folder / "new" / "2.bounce").write_bytes(raw)
    world.wait_for_state(message_id, "bounced")

    assert wait_until(lambda: names(folder, "cur") == ["1.poison:2,F", "2.bounce:2,S"])
    taken = world.product.records("email", action="email.report.take")
    assert [r.error for r in taken if r.outcome == "failed"] == ["INTERNAL"] * 3


def test_a_maildir_that_is_not_there_is_named_at_start(tmp_path):
    with pytest.raises(SettingsError, match="HELPDESK_EMAIL_MAILDIR"):
        Maildir(None, tmp_path / "nowhere")
