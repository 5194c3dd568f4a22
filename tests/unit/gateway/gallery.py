"""Every page in every state of the design, with made-up data; `python gallery.py FOLDER` writes them."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from services.gateway import pages
from services.gateway.pages import models as v
from services.gateway.pages import words
from services.gateway.pages.models.user import CheckState

NOW = datetime(2027, 3, 4, 14, 32, 10, tzinfo=UTC)
ELENA = v.Account(name="Elena Marin", partner="Northwind Services")
FRAME = v.Frame(
    account=ELENA,
    ticket=v.Ticket(number="INC-4821", organization="Acme"),
    base="/t/INC-4821",
    form_token="token",
    request_id="0190b5d2",
)
OPEN_TICKETS = (v.OpenTicket(number="INC-4821", organization="Atelierele Țîrlea"),)
NO_TICKET = replace(FRAME, ticket=None, base="/t/-")
OUTSIDE = v.Frame(form_token="token")


def _as(*roles: str, name: str = "Ioana Popa", partner: str = "Acme") -> v.Frame:
    return v.Frame(
        account=v.Account(name=name, partner=partner, roles=roles), form_token="token", base="/t/-"
    )


CUSTOMER = _as("customer_admin")
PARTNER = _as("partner_admin", name="Radu Ionescu", partner="Northwind Services")
AUDITOR = _as("auditor", name="Ada Brandt", partner="Platform")


def _ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def _masked(name: str, text: str, field: str = "email") -> v.Masked:
    return v.Masked(id=name, subject="u-77f0", field=field, text=text)


ADDRESS = _masked("address", "s••••@acme.example")
PERSON = v.UserHead(
    id="u-77f0c2",
    name="Ștefan Țîrlea",
    organization_id="o-3d01",
    organization="Acme",
    status="active",
    address=ADDRESS,
    phone=_masked("phone", "+40 7•• ••• 114", "phone"),
    blocked=True,
)
READY = v.CallerCheck(address="s••••@acme.example")
BOUNCE = (
    v.Step(code="queued", state="idle", at=_ago(minutes=8)),
    v.Step(code="sent", state="idle", at=_ago(minutes=8, seconds=-1), gap_seconds=1),
    v.Step(code="bounced", state="bad", at=_ago(minutes=7, seconds=31), gap_seconds=28),
    v.Step(code="blocked", state="blocked", at=_ago(minutes=7, seconds=30), gap_seconds=0.4),
)
DELIVERED = (
    v.Step(code="queued", state="idle", at=_ago(hours=30)),
    v.Step(code="sent", state="idle", at=_ago(hours=30, seconds=-1), gap_seconds=1),
    v.Step(code="delivered", state="ok", at=_ago(hours=30, seconds=-4), gap_seconds=3),
)
WAITING = (
    v.Step(code="queued", state="idle", at=_ago(seconds=20)),
    v.Step(code="sent", state="idle", at=_ago(seconds=19), gap_seconds=1),
    v.Step(code="pending", state="pending"),
)
VERDICT = v.MailVerdict(
    status="bounced",
    cause="no_such_mailbox",
    fault="recipient",
    next_step="check_then_remove",
    steps=BOUNCE,
    at=_ago(minutes=8),
    subject="welcome",
)
DEVICES = (
    v.Device(
        id="d-1", name="Desk of Ștefan", model="Desk Pro", status="connected", seen=_ago(minutes=1)
    ),
    v.Device(id="d-2", name="Room 4.12", model="Room Kit", status="issues", seen=_ago(hours=2)),
)
USER = v.UserPage(
    frame=FRAME,
    user=PERSON,
    check=READY,
    mail=VERDICT,
    licences=(
        v.Licence(name="Meetings 200", status="assigned"),
        v.Licence(name="Calling Professional", status="expiring", until=NOW + timedelta(days=9)),
        v.Licence(name="Messaging", status="assigned"),
    ),
    devices=DEVICES,
    toggles=(
        v.Toggle(name="Recording", on=True),
        v.Toggle(name="Captions", on=False, source="user"),
        v.Toggle(name="Guest lobby", on=True, source="platform"),
    ),
)


def _hits() -> tuple[v.HitGroup, ...]:
    def name(hit: str, rest: str) -> tuple[v.Span, ...]:
        return (v.Span(text=hit, hit=True), v.Span(text=rest))

    users = tuple(
        v.Hit(
            id=f"u-{n}",
            kind="user",
            name=name("Ștefan", rest),
            detail=mail,
            organization=org,
            organization_id="o-3d01",
            status=status,
        )
        for n, (rest, mail, org, status) in enumerate(
            (
                (" Țîrlea", "s••••@acme.example", "Acme", "blocked"),
                (" Popescu", "s••••@acme.example", "Acme", "active"),
                (" Dumitrescu-Brâncoveanu", "s••••@globex.example", "Globex România SRL", "active"),
                ("ia Marin", "s••••@initech.example", "Initech", "invited"),
                (" Ilie", "s••••@initech.example", "Initech", "inactive"),
            )
        )
    )
    return (
        v.HitGroup(kind="user", hits=users, total=23, more="/t/INC-4821/search/s-91/user"),
        v.HitGroup(
            kind="organization",
            hits=(
                v.Hit(
                    id="o-9",
                    kind="organization",
                    name=name("Stefan", "ini Construct"),
                    detail="stefanini.example",
                    status="active",
                ),
            ),
            total=1,
        ),
        v.HitGroup(
            kind="order",
            hits=(
                v.Hit(
                    id="w-1",
                    kind="order",
                    name=name("WO-884", "1207"),
                    detail="Calling Professional × 40",
                    organization="Acme",
                    organization_id="o-3d01",
                    status="processing",
                ),
            ),
            total=1,
        ),
        v.HitGroup(
            kind="device",
            hits=(
                v.Hit(
                    id="d-1",
                    kind="device",
                    name=(
                        v.Span(text="Desk of "),
                        v.Span(text="Ștefan", hit=True),
                    ),
                    detail="Desk Pro · FOC2••••KQ1",
                    organization="Acme",
                    organization_id="o-3d01",
                    status="connected",
                ),
            ),
            total=1,
        ),
    )


def _evidence() -> v.Evidence:
    return v.Evidence(
        diagnostic="550 5.1.1 The email account that you tried to reach does not exist.",
        code="5.1.1",
        server="mx2.acme.example",
        received=_ago(minutes=7),
    )


ADDRESSES = (
    v.CodeAddress(index=0, text="s••••@acme.example"),
    v.CodeAddress(index=1, text="s••••@home.example"),
)
LANES = (
    v.MailLane(
        id="m-9",
        kind="welcome",
        at=_ago(minutes=8),
        status="bounced",
        address="s••••@acme.example",
        cause="no_such_mailbox",
        fault="recipient",
        steps=BOUNCE,
        evidence=(_evidence(),),
    ),
    v.MailLane(
        id="m-8",
        kind="code",
        at=_ago(hours=30),
        status="delivered",
        address="s••••@home.example",
        steps=DELIVERED,
    ),
)
UNPROVED = v.MailLane(
    id="m-7",
    kind="other",
    at=_ago(hours=31),
    status="bounced",
    address="s••••@acme.example",
    unproved=True,
    cause="no_such_mailbox",
    fault="recipient",
    steps=(replace(BOUNCE[2], gap_seconds=None),),
    has_reports=True,
)
AT_PROVIDER = v.MailLane(
    id="address-1",
    kind="at_provider",
    at=_ago(hours=40),
    status="removed",
    address="s••••@home.example",
    steps=(
        v.Step(code="blocked", state="blocked", at=_ago(hours=40)),
        v.Step(
            code="removed", state="ok", at=_ago(hours=39), gap_seconds=3600, by="Tvetana Părvulescu"
        ),
    ),
)
BLOCK = v.Block(
    text="s••••@acme.example",
    since=_ago(minutes=7),
    cause="no_such_mailbox",
    removals=1,
    address="a-1",
)
MAIL = v.MailPage(
    frame=FRAME,
    user=PERSON,
    verdict=replace(VERDICT, next_step="remove"),
    blocks=(BLOCK,),
    lanes=LANES,
    resend_refusal="blocked",
    checked=True,
    addresses=ADDRESSES,
)
WAYS = (
    v.BlockWay(name="caller_check", state="missing"),
    v.BlockWay(name="customer_admin", state="missing"),
    v.BlockWay(name="trial", state="closed"),
)
REMOVALS = tuple(
    v.RemovalRow(
        id=f"r{number}",
        user_id="u-77f0c2",
        user="" if number == 3 else "Ștefana Voinea",
        organization="Acme",
        address="s••••@acme.example",
        ticket="INC-10482",
        ground=ground,
        removed=_ago(hours=number + 1),
        outcome=outcome,
        known=None if outcome == "watching" else _ago(minutes=number + 4),
        cause={"blocked_again": "no_such_mailbox", "bounced_again": "mailbox_full"}.get(
            outcome, ""
        ),
        next_step=step,
        provider=provider,
    )
    for number, (ground, outcome, step, provider) in enumerate(
        (
            ("trial", "watching", "next_wait_for_delivery", "failed"),
            ("caller_check", "blocked_again", "next_ask_partner_admin", "done"),
            ("consent", "delivered_again", "", "done"),
            ("temporary", "delivered_again", "", ""),
            ("temporary", "bounced_again", "advice_mailbox_full", ""),
        )
    )
)
ADDRESS_REQUEST = v.AddressRequest(
    user_id="u-77f0c2",
    index=0,
    user="Ștefana Voinea",
    address="stefana@acme.example",
    block="hard_bounce",
    cause="no_such_mailbox",
    since=_ago(days=2),
    partner="Northwind Services",
    ticket="INC-10482",
    reason="She called from her desk.",
    asked=_ago(minutes=3),
)
AGREE = v.AgreePage(
    frame=OUTSIDE,
    path="/agree/x",
    state="open",
    address="s••••@acme.example",
    ticket="INC-10482",
    since=_ago(days=2),
)
CONFIRMED = replace(READY, state="confirmed", valid_in=512)
SECTIONS = ("overview", "users", "devices", "licences", "sites", "domains", "settings", "orders")
ORGANIZATION = v.OrganizationPage(
    frame=FRAME,
    id="o-3d01",
    name="Acme",
    status="active",
    created=_ago(days=1420),
    consent=v.OrganizationConsent(state="none"),
    sections=SECTIONS,
    domains=(
        v.Domain(name="acme.example", status="verified"),
        v.Domain(name="acme-events.example", status="claimed"),
    ),
    admins=(
        v.Admin(id="u-1", name="Ioana Popa", address=_masked("admin-1", "i••••@acme.example")),
        v.Admin(id="u-2", name="Mihai Ene", address=_masked("admin-2", "m••••@acme.example")),
    ),
    subscriptions=(
        v.Subscription(name="Meetings 200", bought=250, used=231, until=NOW + timedelta(days=212)),
        v.Subscription(name="Calling Professional", bought=40, used=43, status="overused"),
        v.Subscription(
            name="Device registration",
            bought=1200,
            used=18,
            status="expiring",
            until=NOW + timedelta(days=9),
        ),
    ),
    sites=(
        v.Site(name="acme.meet.example"),
        v.Site(name="acme-trial.meet.example", status="trial"),
    ),
    orders=(
        v.Order(number="WO-8841207", status="processing", at=_ago(days=3)),
        v.Order(number="WO-8700311", status="completed", at=_ago(days=151)),
    ),
    settings=(
        v.Fact(name="Region", value="Frankfurt"),
        v.Fact(name="Single sign-on", value="on"),
        v.Fact(name="External messages", value="allowed"),
    ),
)


def _organization(state: str) -> v.OrganizationPage:
    consent = v.OrganizationConsent(
        state=state,
        sections=("users", "devices"),
        until=NOW + timedelta(hours=20),
        asked_at=_ago(minutes=4),
        view="/view/s-5/users",
    )
    return replace(ORGANIZATION, consent=consent)


VIEW = v.ViewPage(
    frame=replace(FRAME, live="/view/s-5/live"),
    session="s-5",
    organization="Acme",
    agent="Ana Pop",
    partner="Northwind",
    ticket="INC-4821",
    section="users",
    sections=SECTIONS,
    allowed=("users", "devices"),
    remaining=1104,
    window=1800,
    endings=tuple(words.ENDED),
    until=NOW + timedelta(seconds=1104),
    rows=v.PortalRows(
        columns=("Name", "E-mail", "Licence", "Last sign-in"),
        rows=tuple(
            (
                v.Cell(text=name, id=f"person-{n}", href=f"/view/s-5/users/u-{n}"),
                v.Cell(masked=_masked(f"cell-{n}", text)),
                licence,
                seen,
            )
            for n, (name, text, licence, seen) in enumerate(
                (
                    ("Ștefan Țîrlea", "s••••@acme.example", "Meetings 200", "never"),
                    ("Ioana Popa", "i••••@acme.example", "Meetings 200", "today 09:12"),
                    ("Mihai Ene", "m••••@acme.example", "Calling Professional", "today 11:40"),
                    ("Zoë Łukasik", "z••••@acme.example", "Messaging", "1 Mar"),
                )
            )
        ),
    ),
)
REQUEST = v.ConsentRequest(
    id="r-1",
    agent="Ana Pop",
    partner="Northwind",
    ticket="INC-4821",
    reason="Mail to Ștefan Țîrlea bounces; compare the address in the portal with the directory.",
    sections=("users", "devices", "settings"),
    minutes=30,
    asked=_ago(minutes=4),
    expires=NOW + timedelta(hours=23),
)


def _feed() -> tuple[v.FeedEntry, ...]:
    def entry(seconds: int, action: str, outcome: str = "done") -> v.FeedEntry:
        return v.FeedEntry(
            at=_ago(seconds=seconds),
            agent="Ana Pop",
            partner="Northwind",
            ticket="INC-4821",
            action=action,
            outcome=outcome,
            why="Mail to a user bounces" if action.startswith("identity") else "",
        )

    return (
        entry(4, "session.view.read"),
        entry(31, "session.view.open"),
        entry(240, "session.consent.request"),
        entry(301, "email.blocklist.remove", "refused"),
        entry(322, "identity.field.reveal"),
        entry(360, "identity.user.get"),
    )


GIVEN = v.GivenConsent(
    id="c-1",
    partner="Northwind",
    sections=("overview", "users", "mail"),
    status="live",
    begins=_ago(days=2),
    until=NOW + timedelta(days=28),
    minutes=30,
    purpose="Migration to the new telephones",
    live=True,
    standing=True,
)
CONSENT = v.ConsentPage(
    frame=CUSTOMER,
    organization="Acme",
    requests=(REQUEST,),
    running=(
        v.RunningView(
            id="s-5",
            agent="Ana Pop",
            partner="Northwind",
            ticket="INC-4807",
            sections=("users", "devices"),
            remaining=1104,
            window=1800,
        ),
    ),
    feed=_feed(),
    consents=(
        GIVEN,
        replace(GIVEN, id="c-2", agent="Ana Pop", ticket="INC-4807", once=True, standing=False),
        replace(GIVEN, id="c-3", status="pending", purpose=""),
        replace(GIVEN, id="c-4", status="expired", live=False, standing=False),
    ),
)
GRANT = v.GrantPage(
    frame=CUSTOMER,
    organization="Acme",
    partners=(("p-1", "Northwind"), ("p-2", "Southwind")),
    sections=("users", "devices", "licences", "sites", "settings", "mail"),
    begins="2026-03-02",
    until="2026-04-01",
)
ANA = v.Colleague(
    id="p-1",
    name="Ana Pop",
    address="ana.pop@northwind.example",
    roles=(v.RoleHeld(role="helpdesk", since=_ago(days=210)),),
    running_views=1,
)
ELENA = v.Colleague(
    id="p-2",
    name="Elena Marin",
    address="elena.marin@northwind.example",
    roles=(v.RoleHeld(role="helpdesk", since=_ago(days=31), until=NOW + timedelta(days=60)),),
    limited=True,
    limit=("Acme", "Fabrikam"),
)
RADU = v.Colleague(
    id="p-3",
    name="Radu Ionescu",
    address="radu.ionescu@northwind.example",
    roles=(v.RoleHeld(role="partner_admin", since=_ago(days=800)),),
    own=True,
)
DAN = v.Colleague(id="p-4", name="Dan Vlad", address="dan.vlad@northwind.example")
ROLES = v.RolesPage(
    frame=PARTNER,
    partner="Northwind Services",
    people=(ANA, ELENA, RADU, DAN),
    next_page="abc",
)
SERVICES = ("identity", "audit", "email", "search", "session")


def _forgetting(name: str, state: str, cleared: int = 0, **more: object) -> v.ForgettingRow:
    return v.ForgettingRow(
        user_id=f"p-{state}",
        name=name,
        state=state,
        asked_by="Radu Ionescu",
        asked=_ago(days=2),
        until=NOW + timedelta(days=5),
        clearing=tuple(
            v.Clearing(service=each, done=number < cleared) for number, each in enumerate(SERVICES)
        )
        if state in ("confirmed", "forgotten")
        else (),
        **more,
    )


OUTDATED = tuple(
    v.OutdatedExport(
        export_id=f"e{number}",
        made_by="Ada Brandt",
        made=_ago(days=number + 1),
        format=form,
        **more,
    )
    for number, (form, more) in enumerate(
        (
            ("csv", {"mine": True, "asked": (v.Asked(name="ticket", value="INC-4821"),)}),
            ("ocsf", {"since": _ago(days=9), "until": _ago(days=2)}),
            ("cadf", {"mine": True}),
            ("cloudevents", {"reissued": _ago(days=1), "reissued_by": "Ada Brandt"}),
        )
    )
)
FORGETTING = v.ForgettingPage(
    frame=CUSTOMER,
    organization="Acme",
    rows=(
        _forgetting("Ștefan Țîrlea", "asked"),
        replace(_forgetting("Dan Vlad", "asked", own=True), user_id="p-own"),
        replace(_forgetting("Ina Held", "asked", held=True), user_id="p-held"),
        _forgetting("[erased]", "forgotten", 3, confirmed_by="operator:jo", forgotten=_ago(days=1)),
        replace(
            _forgetting(
                "[erased]", "forgotten", 5, confirmed_by="Ina Held", forgotten=_ago(days=1)
            ),
            user_id="p-exported",
            exports=OUTDATED,
        ),
        replace(_forgetting("[erased]", "forgotten", 5), user_id="p-unknown", exports=None),
        _forgetting("Ada Stays", "withdrawn"),
        _forgetting("Lia Late", "lapsed"),
    ),
    holds=(
        v.HoldRow(user_id="p-held", name="Ina Held", set_by="Radu Ionescu", since=_ago(days=9)),
        v.HoldRow(user_id="", name="", set_by="operator:jo", since=_ago(days=1)),
    ),
    next_page="token",
)
INVITATIONS = v.InvitationsPage(
    frame=PARTNER,
    partner="Northwind Services",
    rows=(
        v.InvitationRow(
            id="i-1",
            name="Dan Vlad",
            address="dan.vlad@northwind.example",
            role="helpdesk",
            limited=True,
            expires=NOW + timedelta(days=6),
        ),
    ),
    next_page="abc",
)
CLAIMS = v.ClaimsPage(
    frame=PARTNER,
    partner="Northwind Services",
    rows=(
        v.ClaimRow(id="c-1", claim="groups", value="support", role="helpdesk", since=_ago(days=3)),
    ),
)
COLLEAGUE = v.ColleaguePage(frame=PARTNER, partner="Northwind Services", person=ANA)
COMPLETE = v.Completeness(state="ok", until=NOW, records=1204331, checkpoint_age=12)
BARS = tuple(
    v.Bar(
        start=_ago(minutes=59 - n),
        done=(n * 7 + n * n) % 13,
        refused=(n % 11 == 4) * 2 + (n == 21),
        failed=int(n in (17, 44)),
    )
    for n in range(60)
)


def _entries() -> tuple[v.AuditEntry, ...]:
    rows = (
        ("session.view.read", "done", "s-5"),
        ("email.blocklist.remove", "refused", ""),
        ("identity.field.reveal", "done", "s-5"),
        ("search.search", "done", ""),
        ("email.check.send", "failed", ""),
    )
    return tuple(
        v.AuditEntry(
            number=1204331 - n,
            at=_ago(seconds=n * 9 + 2),
            agent="Ana Pop",
            partner="Northwind",
            ticket="INC-4821" if n != 3 else "",
            action=action,
            outcome=outcome,
            organization="Acme" if n != 3 else "",
            session=session,
        )
        for n, (action, outcome, session) in enumerate(rows)
    )


AUDIT = v.AuditActivityPage(
    frame=AUDITOR,
    completeness=COMPLETE,
    bars=BARS,
    bars_end=_ago(minutes=-1),
    entries=_entries(),
    total=412,
    start="2027-03-04T13:33",
    end="2027-03-04T14:33",
    actions=(("search", ("search.search",)), ("email", ("email.check.send",))),
    live="/audit/live/x",
)
LIVE = v.AuditLivePage(
    frame=AUDITOR,
    completeness=COMPLETE,
    asked=(
        v.Asked(name="ticket", value="INC-4821"),
        v.Asked(name="action", value="search.search"),
        v.Asked(name="outcome", value="refused"),
    ),
    events="/audit/live/x/events",
    after=1204331,
    back="/audit/found/x",
)
PLAYER = v.AuditSessionPage(
    frame=AUDITOR,
    completeness=COMPLETE,
    session="s-5",
    agent="Ana Pop",
    partner="Northwind",
    ticket="INC-4821",
    organization="Acme",
    purpose="Mail does not arrive",
    steps=tuple(
        v.PlayerStep(number=n, at=_ago(seconds=90 - n * 9), action=action, outcome=outcome)
        for n, (action, outcome) in enumerate(
            (
                ("search.search", "done"),
                ("identity.user.get", "done"),
                ("email.status.get", "done"),
                ("email.blocklist.remove", "refused"),
                ("email.check.send", "done"),
                ("email.check.confirm", "done"),
                ("email.blocklist.remove", "done"),
            )
        )
    ),
    current=1,
    total=7,
    records="/audit/found/x",
    facts=(
        v.ReplayedFact(name="query", value="țîrlea"),
        v.ReplayedFact(name="reason", value="", erased=True),
    ),
    answer=(
        v.ReplayedPart(
            name="user",
            facts=(
                v.ReplayedFact(name="display_name", value="Ștefan Țîrlea"),
                v.ReplayedFact(name="emails", value="s••••@acme.example"),
                v.ReplayedFact(name="phone_numbers", value="", erased=True),
            ),
        ),
        v.ReplayedPart(
            name="devices",
            columns=("display_name", "serial", "connection_status"),
            rows=(
                (
                    v.ReplayedFact(name="display_name", value="Lobby Phone"),
                    v.ReplayedFact(name="serial", value="FOC12345678"),
                    v.ReplayedFact(name="connection_status", value="connected"),
                ),
            ),
        ),
    ),
    digest_text="4c1d5e0f7a90be14d2f3c6a8807b1e49fd2c3a5b6071e8a9f04c1d5e0f7a90be",
    positions="identity:4117",
)
LOG = v.AuditLogPage(
    frame=AUDITOR,
    completeness=COMPLETE,
    checkpoints=tuple(
        v.Checkpoint(
            size=1204331 - n * 812,
            root=f"{n}b5f1d0c9e3a47728c1d55e0f7a90be14d2f3c6a8807b1e49fd2c3a5b6071e8{n}",
            at=_ago(seconds=12 + n * 60),
            witnesses=("Northwind", "Acme") if n < 2 else ("Northwind",),
        )
        for n in range(4)
    ),
    writers=(
        v.Writer(service="email", writer="email-1", head=4120, heartbeat=_ago(seconds=3)),
        v.Writer(service="search", writer="search-1", head=98214, heartbeat=_ago(seconds=1)),
        v.Writer(service="session", writer="session-1", head=311, heartbeat=_ago(seconds=2)),
    ),
    key="helpdesk-log+4f1c22a9+AVtM1u1kq0oV0m3yqk0pZ6H8g3cJ2t0v5mJ8w3nJ0dLx",
)
MESSAGE = v.DevMessage(
    id="1",
    to="stefan.tirlea@acme.example",
    subject="Is it you on the phone?",
    at=_ago(seconds=20),
    body="Elena Marin of Northwind Services asks for ticket INC-4821.\n\nWords: amber river",
    link="/c/t-1",
)


REPORTS = (
    v.RawReport(
        kind="bounce",
        at=_ago(hours=1),
        reporter="mx.acme.example",
        code="550 5.1.1",
        diagnostic="User unknown",
        text="Final-Recipient: rfc822; s****@acme.example\nAction: failed\nStatus: 5.1.1",
        cut=True,
    ),
    v.RawReport(kind="reply", at=_ago(hours=2), remote="mx.acme.example", diagnostic="no"),
)


def _problem(field: str, code: str, frame: v.Frame = FRAME) -> v.Frame:
    return replace(frame, problems=(v.Problem(field=field, code=code),))


def _noticed(state: v.State, code: str, subject: str = "", **rest: str) -> v.Frame:
    return replace(FRAME, notice=v.Notice(state=state, code=code, subject=subject, **rest))


def _check(state: CheckState) -> v.CallerCheck:
    if state == "confirmed":
        return CONFIRMED
    return replace(
        READY,
        state=state,
        expires_in=431,
        sends_left=2,
        tries_left=4,
        cause="no_such_mailbox",
    )


def _search_pages() -> dict[str, tuple[str, object]]:
    groups = _hits()
    full = v.SearchPage(
        frame=FRAME, query="stefan", best=groups[0].hits[0], groups=groups, total=26
    )
    within = replace(FRAME, within_id="o-3d01", within_name="Acme")
    return {
        "home": ("home", v.HomePage(frame=FRAME, tickets=OPEN_TICKETS)),
        "home-empty": ("home", v.HomePage(frame=NO_TICKET)),
        "search": ("search", full),
        "search-within": ("search", replace(full, frame=within, groups=groups[:1], total=5)),
        "search-none": ("search", v.SearchPage(frame=FRAME, query="zzz")),
        "search-behind": ("search", replace(full, degraded=True)),
        "search-all": (
            "search",
            replace(full, best=None, groups=groups[:1], following="/t/INC-4821/search/s-91/2"),
        ),
        "fragment-suggest": ("suggest", v.Suggestions(frame=FRAME, groups=groups, total=26)),
        "fragment-suggest-none": ("suggest", v.Suggestions(frame=FRAME)),
    }


def _user_pages() -> dict[str, tuple[str, object]]:
    calm = replace(PERSON, blocked=False)
    shown = replace(
        ADDRESS,
        text="stefan.tirlea@acme.example",
        shown=True,
        masked_text="s••••@acme.example",
    )
    fine = v.MailVerdict(
        status="delivered",
        cause="delivered",
        next_step="nothing",
        steps=DELIVERED,
        at=_ago(hours=30),
        subject="welcome",
    )
    waiting = v.MailVerdict(
        status="sent", cause="waiting", next_step="next_wait", steps=WAITING, subject="welcome"
    )
    complaint = replace(
        BLOCK,
        cause="complaint",
        refusal="complaint_consent",
        lifts="recipient",
        next_step="ask_recipient",
    )
    locked = replace(
        BLOCK,
        removals=3,
        refusal="third_removal",
        lifts="partner_admin",
        next_step="ask_partner_admin",
    )
    unchecked = replace(
        BLOCK, refusal="check_required", lifts="caller_check", next_step="check_first"
    )
    found: dict[str, tuple[str, object]] = {
        "user": ("user", USER),
        "user-shown": ("user", replace(USER, user=replace(PERSON, address=shown))),
        "user-checked": (
            "user",
            replace(USER, check=CONFIRMED, mail=replace(VERDICT, next_step="remove")),
        ),
        "user-erased": ("user", replace(USER, user=replace(PERSON, name="[erased]", erased=True))),
        "user-fine": ("user", replace(USER, user=calm, mail=fine)),
        "user-waiting": ("user", replace(USER, user=calm, mail=waiting)),
        "user-empty": (
            "user",
            replace(
                USER,
                frame=NO_TICKET,
                user=replace(calm, status="invited"),
                mail=v.MailVerdict(status="none"),
                licences=(),
                devices=(),
                toggles=(),
            ),
        ),
        "user-failed": (
            "user",
            replace(USER, mail=None, licences=None, devices=None, toggles=None, reference="7f3a"),
        ),
        "mail": ("mail", MAIL),
        "mail-unchecked": (
            "mail",
            replace(MAIL, blocks=(unchecked,), verdict=VERDICT, checked=False),
        ),
        "mail-reports": (
            "mail",
            replace(
                MAIL,
                lanes=(
                    replace(MAIL.lanes[0], has_reports=True, reports=REPORTS),
                    *(replace(lane, has_reports=True) for lane in MAIL.lanes[1:]),
                ),
            ),
        ),
        "fragment-evidence": ("evidence", v.EvidencePart(frame=FRAME, reports=REPORTS)),
        "fragment-evidence-none": ("evidence", v.EvidencePart(frame=FRAME, reports=())),
        "mail-complaint": ("mail", replace(MAIL, blocks=(complaint,))),
        "mail-locked": ("mail", replace(MAIL, blocks=(locked,))),
        "mail-invalid": ("mail", replace(MAIL, frame=_problem("reason", "reason_required"))),
        "mail-removed": (
            "mail",
            replace(
                MAIL,
                frame=_noticed("ok", "removed", "s••••@acme.example"),
                user=calm,
                blocks=(),
                verdict=replace(VERDICT, next_step="next_resend"),
                resend_refusal="",
                followed=(v.Followed(text="s••••@acme.example", removed=_ago(seconds=5)),),
                older="/t/INC-4821/users/u-77f0c2/mail?before=m-8",
            ),
        ),
        "mail-refused": (
            "mail",
            replace(
                MAIL,
                frame=_noticed(
                    "blocked",
                    "refused",
                    "third removal",
                    lifts="partner_admin",
                    next_step="ask_partner_admin",
                    reference="7f3a",
                ),
                blocks=(locked,),
            ),
        ),
        "mail-send-unconfirmed": (
            "mail",
            replace(
                MAIL,
                frame=_problem("confirm", "confirm_send"),
                user=calm,
                blocks=(),
                resend_refusal="",
                sendable=ADDRESSES,
                kinds=("welcome", "setup"),
                languages=("", "en", "ro", "de"),
            ),
        ),
        "mail-none": (
            "mail",
            replace(
                MAIL,
                user=calm,
                blocks=(),
                lanes=(),
                verdict=v.MailVerdict(status="none"),
                resend_refusal="",
            ),
        ),
        "mail-failed": ("mail", replace(MAIL, verdict=None, lanes=(), reference="7f3a")),
        "fragment-live-mail": (
            "live",
            {
                "frame": FRAME,
                "page": "mail",
                "changed": ["mail", "check"],
                "mail": replace(MAIL, blocks=(BLOCK, replace(unchecked, address="a-2"))),
                "check": v.CheckPage(frame=FRAME, user=PERSON, check=READY),
            },
        ),
        "fragment-live-check": (
            "live",
            {
                "frame": FRAME,
                "page": "check",
                "changed": ["mail", "check"],
                "mail": MAIL,
                "check": v.CheckPage(frame=FRAME, user=PERSON, check=READY),
            },
        ),
        "fragment-reveal": ("reveal", v.Revealed(frame=FRAME, value=shown)),
        "fragment-check-first": (
            "check_first",
            v.CheckFirst(frame=FRAME, href="/t/INC-4821/users/u-1/check"),
        ),
    }
    steps = (
        v.Step(code="sent", state="idle", at=_ago(seconds=61)),
        v.Step(code="delivered", state="ok", at=_ago(seconds=58), gap_seconds=3),
        v.Step(code="confirmed", state="ok", at=_ago(seconds=9), gap_seconds=49),
    )
    for state in get_args(CheckState):
        frame = _problem("code-1", "code_wrong") if state == "wrong" else FRAME
        page = v.CheckPage(frame=frame, user=PERSON, check=_check(state))
        found[f"check-{state}"] = (
            "check",
            replace(page, steps=steps if state == "confirmed" else ()),
        )
    nowhere = replace(READY, blocked=True, choices=())
    stuck = replace(_check("cannot_arrive"), blocked=True, choices=(), next_step="next_try_removal")
    for name, check in (("nowhere", nowhere), ("nobody-vouches", stuck)):
        found[f"check-{name}"] = ("check", v.CheckPage(frame=FRAME, user=PERSON, check=check))
    return found


def _caller_pages() -> dict[str, tuple[str, object]]:
    link = v.CallerLinkPage(
        frame=v.Frame(),
        path="/c/x",
        state="open",
        agent="Ana Pop",
        partner="Northwind",
        ticket="INC-4821",
        phrase="moon island",
        asked=_ago(seconds=61),
        expires_in=539,
        can_deny=True,
    )
    states: tuple[Literal["open", "confirmed", "denied", "expired"], ...] = (
        "open",
        "confirmed",
        "denied",
        "expired",
    )
    found: dict[str, tuple[str, object]] = {
        f"caller-{state}": ("caller", replace(link, state=state)) for state in states
    }
    request = v.VouchRequest(
        id="c1",
        user="Ștefan Țîrlea",
        agent="Ana Pop",
        partner="Northwind",
        ticket="INC-4821",
        reason="No mail reaches him.",
        asked=_ago(seconds=61),
        until=_ago(seconds=-1700),
    )
    stopped = v.StoppedCheck(
        agent_id="a-1",
        agent="Ana Pop",
        user_id="u-1",
        user="Ștefan Țîrlea",
        organization="Acme",
        ticket="INC-4821",
        since=_ago(hours=2),
    )
    found["vouch"] = ("vouch", v.VouchPage(frame=FRAME, organization="Acme", requests=(request,)))
    found["vouch-none"] = ("vouch", v.VouchPage(frame=FRAME, organization="Acme"))
    found["alarms"] = (
        "alarms",
        v.AlarmsPage(
            frame=FRAME, partner="Northwind", stopped=(stopped, replace(stopped, own=True))
        ),
    )
    found["alarms-none"] = ("alarms", v.AlarmsPage(frame=FRAME, partner="Northwind"))
    return found


def _customer_pages() -> dict[str, tuple[str, object]]:
    found: dict[str, tuple[str, object]] = {
        f"org-{state}": ("organization", _organization(state))
        for state in ("none", "asked", "granted", "running", "rejected", "blocked", "no_admin")
    }
    found["org-invalid"] = (
        "organization",
        replace(ORGANIZATION, frame=_problem("sections", "section_required")),
    )
    found["org-empty"] = (
        "organization",
        replace(
            ORGANIZATION,
            subscriptions=None,
            domains=(),
            admins=(),
            sites=(),
            orders=(),
            settings=(),
        ),
    )
    found |= {
        "view": ("view", VIEW),
        "view-portal": ("view", replace(VIEW, portal="/view/s-5/portal")),
        "door": (
            "door",
            v.DoorPage(
                frame=VIEW.frame, action="https://portal.example/.helpdesk/enter", lease="a.b.c"
            ),
        ),
        "view-person": (
            "view",
            replace(
                VIEW,
                below=True,
                rows=None,
                facts=(
                    v.Fact(name="name", value="Ioana Popa"),
                    v.Fact(name="address", value="", masked=_masked("address-0", "i••••@acme.ro")),
                    v.Fact(name="status", value=v.Cell(group="status", code="active")),
                    v.Fact(name="created", value=v.Cell(at=_ago(days=90))),
                ),
                parts=(
                    v.PortalPart(
                        name="licences",
                        rows=v.PortalRows(columns=("name",), rows=(("Meetings 200",),)),
                    ),
                    v.PortalPart(name="devices", rows=v.PortalRows(columns=("name",), rows=())),
                ),
            ),
        ),
        "view-mail": (
            "view",
            replace(
                VIEW,
                section="mail",
                allowed=("mail",),
                rows=None,
                below=True,
                parts=(
                    v.PortalPart(
                        name="messages",
                        rows=v.PortalRows(
                            columns=("kind", "status", "cause", "queued_at"),
                            rows=(
                                (
                                    v.Cell(group="mail_kind", code="welcome"),
                                    v.Cell(group="mail", code="bounced"),
                                    v.Cell(group="cause", code="no_such_mailbox"),
                                    v.Cell(at=_ago(days=2)),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
        "view-closed-section": ("view", replace(VIEW, section="settings")),
        "view-empty": ("view", replace(VIEW, rows=v.PortalRows(columns=("Name",), rows=()))),
        "view-facts": (
            "view",
            replace(
                VIEW,
                section="settings",
                allowed=("users", "settings"),
                rows=None,
                facts=(
                    v.Fact(name="Region", value="Frankfurt"),
                    v.Fact(name="Contact", value="", masked=_masked("c", "i••••@acme.example")),
                ),
            ),
        ),
        "view-read-only": (
            "view",
            replace(VIEW, frame=replace(_noticed("warn", "rule_read_only"), live="/view/s-5/live")),
        ),
    }
    for ended_by in words.ENDED:
        found[f"view-ended-{ended_by}"] = (
            "view",
            replace(VIEW, ended_by=ended_by, ended_at=NOW, rows=None),
        )
    found |= {
        "consent": ("consent", CONSENT),
        "organization-other-ticket": (
            "organization",
            replace(
                ORGANIZATION,
                consent=v.OrganizationConsent(ticket="INC-7", under="/t/INC-7/orgs/o-3d01"),
            ),
        ),
        "consent-blocked": ("consent", replace(CONSENT, running=(), blocked_since=NOW)),
        "fragment-consent-live": (
            "consent_live",
            {**vars(CONSENT), "changed": ("access", "feed")},
        ),
        "grant": ("consent_grant", GRANT),
        "grant-extend": (
            "consent_grant",
            replace(
                GRANT,
                partners=(("p-1", "Northwind"),),
                chosen=("users", "mail"),
                reason="Migration to the new telephones",
                extends=True,
            ),
        ),
        "grant-invalid": (
            "consent_grant",
            replace(GRANT, frame=_problem("until", "date_past", CUSTOMER)),
        ),
        "grant-nobody": ("consent_grant", replace(GRANT, partners=())),
        "grant-blocked": ("consent_grant", replace(GRANT, blocked=True)),
        "consent-empty": ("consent", v.ConsentPage(frame=CUSTOMER, organization="Acme")),
        "request": (
            "consent_request",
            v.ConsentRequestPage(frame=CUSTOMER, organization="Acme", request=REQUEST),
        ),
        "request-invalid": (
            "consent_request",
            v.ConsentRequestPage(
                frame=_problem("sections", "section_required", CUSTOMER),
                organization="Acme",
                request=REQUEST,
            ),
        ),
        "request-granted": (
            "consent_request",
            v.ConsentRequestPage(
                frame=CUSTOMER,
                organization="Acme",
                request=REQUEST,
                status="granted",
                decided=NOW,
            ),
        ),
        "activity": (
            "activity",
            v.ActivityPage(
                frame=CUSTOMER, organization="Acme", entries=_feed(), older="/activity/2"
            ),
        ),
        "activity-empty": ("activity", v.ActivityPage(frame=CUSTOMER, organization="Acme")),
    }
    return found


def _office_pages() -> dict[str, tuple[str, object]]:
    late = replace(COMPLETE, state="warn", checkpoint_age=94, late=True)
    waiting = replace(COMPLETE, state="warn", checkpoint_age=8)
    broken = replace(COMPLETE, state="blocked", broken_record=88213)
    hole = replace(
        COMPLETE,
        state="blocked",
        missing_writer="email",
        missing_number=4117,
        missing_since=_ago(seconds=20),
    )
    lost = v.Writer(
        service="email",
        writer="email-1",
        head=4120,
        heartbeat=_ago(seconds=3),
        state="blocked",
        missing="4117",
    )
    return {
        "roles": ("roles", ROLES),
        "roles-invalid": (
            "roles",
            replace(
                ROLES, frame=_problem("person", "person_unknown", PARTNER), person="a@b.example"
            ),
        ),
        "roles-empty": ("roles", replace(ROLES, people=())),
        "invitations": ("invitations", INVITATIONS),
        "claims": ("claims", CLAIMS),
        "claims-empty": ("claims", replace(CLAIMS, rows=())),
        "forgetting": ("forgetting", FORGETTING),
        "forgetting-none": ("forgetting", v.ForgettingPage(frame=PARTNER, organization="Acme")),
        "invitations-empty": ("invitations", replace(INVITATIONS, rows=(), next_page="")),
        "invited": ("invited", v.InvitedPage(frame=v.Frame(), path="/invitation/x")),
        "colleague": ("colleague", COLLEAGUE),
        "colleague-limited": ("colleague", replace(COLLEAGUE, person=ELENA)),
        "colleague-own": ("colleague", replace(COLLEAGUE, person=RADU)),
        "colleague-none": ("colleague", replace(COLLEAGUE, person=DAN)),
        "audit": ("audit", AUDIT),
        "audit-empty": ("audit", replace(AUDIT, bars=(), entries=(), total=0)),
        "audit-late": ("audit", replace(AUDIT, completeness=late)),
        "audit-waiting": ("audit", replace(AUDIT, completeness=waiting)),
        "audit-broken": ("audit", replace(AUDIT, completeness=broken)),
        "audit-invalid": ("audit", replace(AUDIT, frame=_problem("end", "range", AUDITOR))),
        "audit-filtered": (
            "audit",
            replace(
                AUDIT,
                user="p-1",
                ticket="INC-4821",
                action="email.",
                session="s-5",
                own_partner=True,
            ),
        ),
        "audit-live": ("audit_live", LIVE),
        "audit-live-all": ("audit_live", replace(LIVE, asked=())),
        "replay": ("audit_session", PLAYER),
        "replay-long": ("audit_session", replace(PLAYER, first=200, current=201, total=5312)),
        "replay-differs": (
            "audit_session",
            replace(PLAYER, digest="differs", current=6, facts=()),
        ),
        "replay-erased": (
            "audit_session",
            replace(PLAYER, digest="erased", current=0, why="the person was forgotten"),
        ),
        "replay-at-work": ("audit_session", replace(PLAYER, digest="at_work", answer=())),
        "replay-no-answer": ("audit_session", replace(PLAYER, digest="no_answer", answer=())),
        "replay-not-rebuilt": (
            "audit_session",
            replace(PLAYER, digest="not_rebuilt", answer=(), why="the answer is a credential"),
        ),
        "log": ("audit_log", LOG),
        "log-hole": ("audit_log", replace(LOG, completeness=hole, writers=(lost,))),
        **{
            f"log-{kind.lower()}": (
                "audit_log",
                replace(
                    LOG,
                    completeness=replace(
                        COMPLETE,
                        state="blocked",
                        alarm=kind,
                        alarm_service="email",
                        alarm_since=NOW,
                    ),
                ),
            )
            for kind in ("DOUBLED", "SILENT", "FALSE_HEARTBEAT", "REFUSED_BY_WITNESS")
        },
        "log-empty": ("audit_log", replace(LOG, checkpoints=(), writers=(), key="")),
        "export": ("audit_export", v.AuditExportPage(frame=AUDITOR, completeness=COMPLETE)),
        "export-filtered": (
            "audit_export",
            v.AuditExportPage(
                frame=AUDITOR, completeness=COMPLETE, asked=LIVE.asked, path="/audit/found/x/export"
            ),
        ),
        "export-outdated": (
            "audit_export",
            v.AuditExportPage(frame=AUDITOR, completeness=COMPLETE, outdated=OUTDATED),
        ),
        "export-unknown": (
            "audit_export",
            v.AuditExportPage(frame=AUDITOR, completeness=COMPLETE, outdated=None),
        ),
    }


def _door_pages() -> dict[str, tuple[str, object]]:
    one = (v.Provider(name="Northwind", href="/signin/northwind"),)
    two = (*one, v.Provider(name="Fabrikam", href="/signin/fabrikam"))
    found: dict[str, tuple[str, object]] = {
        "signin": ("signin", v.SignInPage(frame=OUTSIDE, providers=one)),
        "signin-two": ("signin", v.SignInPage(frame=OUTSIDE, providers=two)),
        "signin-none": ("signin", v.SignInPage(frame=OUTSIDE)),
        "me": (
            "me",
            v.MePage(
                frame=FRAME,
                locale="ro",
                theme="system",
                keys=True,
                sessions=(
                    v.SignedIn(
                        id="1",
                        device="Chromium, Linux",
                        since=_ago(hours=3),
                        last=NOW,
                        current=True,
                    ),
                    v.SignedIn(
                        id="2",
                        device="Firefox, Windows",
                        since=_ago(hours=30),
                        ends=NOW + timedelta(hours=7),
                    ),
                ),
            ),
        ),
        "me-saved": (
            "me",
            v.MePage(frame=_noticed("ok", "saved"), locale="en", theme="dark", keys=False),
        ),
        "dev-mail": (
            "dev_mail",
            v.DevMailPage(frame=OUTSIDE, messages=(MESSAGE, replace(MESSAGE, id="2", link=""))),
        ),
        "dev-message": (
            "dev_mail",
            v.DevMailPage(frame=OUTSIDE, messages=(MESSAGE,), message=MESSAGE),
        ),
        "removals": ("removals", v.RemovalsPage(frame=FRAME, rows=REMOVALS, older="/older")),
        "removals-everyone": ("removals", v.RemovalsPage(frame=FRAME, everyone=True)),
        "addresses": (
            "addresses",
            v.AddressesPage(frame=FRAME, organization="Acme", requests=(ADDRESS_REQUEST,)),
        ),
        "addresses-none": ("addresses", v.AddressesPage(frame=FRAME, organization="Acme")),
        "agree": ("agree", AGREE),
        "agree-given": ("agree", replace(AGREE, state="given")),
        "agree-expired": ("agree", replace(AGREE, state="expired")),
        "mail-ways": (
            "mail",
            replace(
                MAIL,
                followed=(
                    v.Followed(
                        text="s••••@acme.example", provider="failed", retry=_ago(minutes=-1)
                    ),
                ),
                blocks=(
                    replace(
                        BLOCK,
                        refusal="check_other_required",
                        lifts="caller_check",
                        next_step="next_check_other_address",
                        ways=WAYS,
                        until=_ago(days=-3),
                        asks=("admin", "recipient", "unlock"),
                    ),
                ),
            ),
        ),
        "mail-two-blocked": (
            "mail",
            replace(
                MAIL,
                frame=replace(_problem("reason", "reason_required"), typed={"address": ("1",)}),
                blocks=(
                    replace(BLOCK, address="0"),
                    replace(BLOCK, address="1", text="s••••@home.example", asks=("admin",)),
                ),
                lanes=(*LANES, UNPROVED, AT_PROVIDER),
            ),
        ),
        "mail-one-address": (
            "mail",
            replace(MAIL, blocks=(), lanes=(LANES[1], AT_PROVIDER), resend_refusal="", only=1),
        ),
        "dev-mail-empty": ("dev_mail", v.DevMailPage(frame=OUTSIDE)),
        "dev-signin": (
            "dev_signin",
            v.DevSignInPage(
                frame=OUTSIDE,
                hidden=(("state", "x"),),
                accounts=(
                    v.DevAccount(
                        id="elena",
                        name="Elena Marin",
                        partner="Northwind Services",
                        roles=("helpdesk",),
                    ),
                    v.DevAccount(
                        id="radu",
                        name="Radu Ionescu",
                        partner="Northwind Services",
                        roles=("partner_admin",),
                    ),
                    v.DevAccount(
                        id="ioana", name="Ioana Popa", partner="Acme", roles=("customer_admin",)
                    ),
                    v.DevAccount(id="new", name="Dan Vlad", partner="Fabrikam", roles=()),
                ),
            ),
        ),
    }
    for reason in ("idle", "signed_out", "no_role", "failed"):
        page = v.SignInPage(frame=OUTSIDE, providers=one, reason=reason, reference="7f3a")
        found[f"signin-{reason}"] = ("signin", page)
    for kind in ("not_found", "denied", "search_down", "audit_down", "invalid", "failed"):
        page_of_kind = v.ErrorPage(
            frame=FRAME,
            kind=kind,
            rule="no_consent",
            lifts="customer_admin",
            next_step="request_access",
            reference="7f3a",
        )
        found[f"error-{kind}"] = ("error", page_of_kind)
        found[f"fragment-error-{kind}"] = ("error_part", replace(page_of_kind, recorded=False))
    return found


def gallery() -> dict[str, tuple[str, object]]:
    """Return the name of each page state with its template and view model."""
    found = _search_pages() | _user_pages() | _caller_pages() | _customer_pages()
    return found | _office_pages() | _door_pages()


def write(folder: Path) -> int:
    """Write all states in both languages; return how many files."""
    for locale in pages.LOCALES:
        (folder / locale).mkdir(parents=True, exist_ok=True)
        for name, (template, model) in gallery().items():
            (folder / locale / f"{name}.html").write_text(
                pages.render(template, model, locale), "utf-8"
            )
    return len(gallery()) * len(pages.LOCALES)


if __name__ == "__main__":
    print(write(Path(sys.argv[1])), "pages")
