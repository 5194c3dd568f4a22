"""The checker of histories finds what is planted in one that is sound."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.history import FILES, check

ROOT = Path(__file__).parents[3]


def sound():
    """A history of three clients on keys of their own, whose effects mix in the log."""
    dice = random.Random(7)
    lines = {name: [] for name in FILES}
    waiting = []
    for number in range(120):
        client = number % 3
        key = "" if number % 5 == 0 else f"client-{client}"
        outcome = "refused" if number % 7 == 0 else "done"
        trace = f"t{number}"
        lines["commands"].append(
            {"key": key, "value": f"v{number}", "trace": trace, "outcome": outcome}
        )
        if key and outcome == "done":
            waiting.append({"key": key, "value": f"v{number}"})
        for name in ("records", "recorded"):
            lines[name].append(
                {
                    "service": "identity",
                    "id": f"r{client}:{number // 3 + 1}",
                    "trace": trace,
                    "outcome": outcome,
                }
            )
        # An answer that was lost: its record is there, and so is that of the answer that came.
        lost = {"service": "email", "id": f"l:{number + 1}"}
        lines["records"].append({**lost, "trace": trace, "outcome": "failed"})
        lines["recorded"].append(lost)
    while waiting:
        by_key = {each["key"]: each for each in reversed(waiting)}
        chosen = by_key[dice.choice(sorted(by_key))]
        waiting.remove(chosen)
        lines["effects"].append(chosen)
    lines["commands"] += [
        {"key": f"mail {number % 2}", "value": f"m{number}", "trace": "t1", "outcome": "done"}
        for number in range(6)
    ]
    lines["effects"] += [
        {"key": f"mail {number % 2}", "value": f"m{number}"} for number in range(6)
    ]
    lines["mails"] = [{"id": f"m{number}", "at": 10.0 * number} for number in range(6)]
    # The worker was killed between the answer of the mail server and its own commit.
    lines["kills"] = [{"victim": "work email", "at": 30.5}, {"victim": "rabbitmq", "at": 42.0}]
    lines["mails"].append({"id": "m3", "at": 33.0})
    lines["streams"] = [
        {"service": "identity", "stream": f"s{n}", "versions": n, "first": 1, "last": n}
        for n in range(1, 6)
    ]
    for name in ("index", "rebuilt"):
        lines[name] = [{"id": f"d{n}", "digest": str(n)} for n in range(10)]
    return lines


def written(folder, lines):
    for name, rows in lines.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def kinds(folder, lines):
    return {finding.kind for finding in check(written(folder, lines)).findings}


def test_a_sound_history_is_found_sound(tmp_path):
    assert kinds(tmp_path, sound()) == set()


def lose_an_effect(lines):
    del lines["effects"][10]


def double_an_effect(lines):
    lines["effects"].insert(20, dict(lines["effects"][10]))


def invent_an_effect(lines):
    lines["effects"].append({"key": "client-1", "value": "nobody asked"})


def do_what_was_refused(lines):
    refused = next(c for c in lines["commands"] if c["key"] and c["outcome"] == "refused")
    lines["effects"].append({"key": refused["key"], "value": refused["value"]})


def swap_two_effects_of_a_key(lines):
    first, second = [n for n, e in enumerate(lines["effects"]) if e["key"] == "client-1"][3:5]
    effects = lines["effects"]
    effects[first], effects[second] = effects[second], effects[first]


def lose_a_record_everywhere(lines):
    for name in ("records", "recorded"):
        lines[name] = [each for each in lines[name] if each["id"] != "r1:14"]


def record_another_outcome(lines):
    next(each for each in lines["records"] if each["id"] == "r2:14")["outcome"] = "failed"


def lose_a_record_on_its_way_to_the_log(lines):
    lines["records"] = [each for each in lines["records"] if each["id"] != "l:42"]


def double_a_record_in_the_log(lines):
    lines["records"].append(dict(lines["records"][5]))


def reverse_the_log(lines):
    lines["records"].reverse()


def swap_two_records_of_a_stream(lines):
    first, second = [n for n, r in enumerate(lines["records"]) if r["id"].startswith("r1:")][3:5]
    records = lines["records"]
    records[first], records[second] = records[second], records[first]


def swap_two_records_of_a_service(lines):
    first, second = [n for n, r in enumerate(lines["records"]) if r["service"] == "identity"][3:5]
    records = lines["records"]
    records[first], records[second] = records[second], records[first]


def reverse_the_log_and_its_sources(lines):
    lines["records"].reverse()
    lines["recorded"].reverse()


def lose_a_mail_on_its_way_to_the_server(lines):
    lines["mails"] = [each for each in lines["mails"] if each["id"] != "m2"]


def send_a_mail_twice(lines):
    lines["mails"].append({"id": "m4", "at": 41.0})


def send_a_mail_twice_while_others_are_killed(lines):
    lines["mails"].append({"id": "m4", "at": 43.0})


def send_a_mail_once_more_after_a_kill(lines):
    lines["mails"].append({"id": "m3", "at": 33.1})


def send_a_mail_that_nobody_stored(lines):
    lines["mails"].append({"id": "m9", "at": 43.0})


def lose_an_event_of_a_stream(lines):
    lines["streams"][3]["versions"] -= 1


def lose_the_first_event_of_a_stream(lines):
    lines["streams"][3] |= {"first": 2}


def lose_a_document(lines):
    del lines["index"][4]


def keep_an_old_document(lines):
    lines["index"][4]["digest"] = "as it was before"


def keep_a_document_that_is_gone(lines):
    lines["index"].append({"id": "gone", "digest": "1"})


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (lose_an_effect, "lost"),
        (double_an_effect, "doubled"),
        (invent_an_effect, "invented"),
        (do_what_was_refused, "invented"),
        (swap_two_effects_of_a_key, "out of order"),
        (lose_a_record_everywhere, "unrecorded"),
        (record_another_outcome, "unrecorded"),
        (lose_a_record_on_its_way_to_the_log, "audit log differs"),
        (double_a_record_in_the_log, "audit log differs"),
        (reverse_the_log, "log out of order"),
        (swap_two_records_of_a_stream, "log out of order"),
        (swap_two_records_of_a_service, "log out of order"),
        (reverse_the_log_and_its_sources, "log out of order"),
        (lose_a_mail_on_its_way_to_the_server, "mail lost"),
        (send_a_mail_twice, "mail doubled"),
        (send_a_mail_twice_while_others_are_killed, "mail doubled"),
        (send_a_mail_once_more_after_a_kill, "mail doubled"),
        (send_a_mail_that_nobody_stored, "mail invented"),
        (lose_an_event_of_a_stream, "gap"),
        (lose_the_first_event_of_a_stream, "gap"),
        (lose_a_document, "index differs"),
        (keep_an_old_document, "index differs"),
        (keep_a_document_that_is_gone, "index differs"),
    ],
    ids=lambda each: each.__name__ if callable(each) else each,
)
def test_what_was_planted_is_found_and_nothing_else(tmp_path, plant, kind):
    lines = sound()
    plant(lines)

    assert kinds(tmp_path, lines) == {kind}


def test_the_command_says_by_its_exit_code_what_it_found(tmp_path):
    def run(folder):
        command = [sys.executable, "-m", "tests.chaos.history", str(folder)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).returncode

    lines = sound()
    codes = [run(written(tmp_path, lines))]
    lose_an_effect(lines)
    codes.append(run(written(tmp_path, lines)))
    (tmp_path / "index.jsonl").unlink()
    codes.append(run(tmp_path))

    assert codes == [0, 1, 2]


@pytest.mark.parametrize("words", ["", "no line of ours\n", '{"another": "line"}\n'])
def test_what_is_no_history_is_refused(tmp_path, words):
    written(tmp_path, sound())
    (tmp_path / "commands.jsonl").write_text(words)
    command = [sys.executable, "-m", "tests.chaos.history", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr
