"""Shell commands: forgetting a person, and legal holds."""

from __future__ import annotations

import time
from uuid import uuid4

import click
from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import audit_pb2, reissue_pb2, reissue_pb2_grpc
from helpdesk.identity.v1 import (
    forgetting_pb2,
    forgetting_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
)
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.operating import Operator

_ROLE = "DIRECTORY_WRITER"
_USER = click.argument("user", metavar="USER")
_REASON = click.option("--reason", required=True, help="Why; it is recorded.")
_WHOLE = click.option("--organization", is_flag=True, help="USER is the id of an organization.")


@click.command()
@_USER
@click.option("--confirm", "step", flag_value="confirm", help="Confirm what somebody else asked.")
@click.option("--withdraw", "step", flag_value="withdraw", help="Take back what was asked.")
@_REASON
@click.pass_obj
def forget(operator: Operator, user: str, step: str | None, reason: str) -> None:
    """Ask that a person, by id or address, is forgotten for ever; another operator confirms."""
    stub = _stub(operator)
    caller = operator.caller(_ROLE)
    about = {"user_id": _id_of(operator, user), "reason": reason, "request_id": uuid4().hex}
    if step == "withdraw":
        caller(stub.WithdrawForgetting, forgetting_pb2.WithdrawForgettingRequest(**about))
        click.echo("taken back")
    elif step == "confirm":
        caller(stub.ConfirmForgetting, forgetting_pb2.ConfirmForgettingRequest(**about))
        click.echo("confirmed: the person is being forgotten, and nothing brings them back")
    else:
        caller(stub.AskForgetting, forgetting_pb2.AskForgettingRequest(**about))
        click.echo("asked: another operator or admin confirms it within 7 days")


@click.command()
@click.argument("organization", metavar="ORGANIZATION_ID")
@click.option("--wait", type=click.FloatRange(0), default=0, help="Seconds to wait for all.")
@click.pass_obj
def forgettings(operator: Operator, organization: str, wait: float) -> None:
    """
    Say what was asked in an organization, and which services have cleared; 1 while any waits.

    Below who was forgotten stand the exports with opened texts that hold them.
    """
    deadline = time.monotonic() + wait
    while (found := _forgettings(operator, organization)) and time.monotonic() < deadline:
        if not any(each.state == "confirmed" or each.waiting for each in found):
            break
        time.sleep(0.2)
    exports = _exports(operator, organization) if any(each.cleared for each in found) else []
    for each in found:
        click.echo(
            f"{each.user_id} {each.state} cleared: {', '.join(each.cleared) or 'none'}"
            + (f", waiting: {', '.join(each.waiting)}" if each.waiting else "")
        )
        for export in exports:
            if each.user_id in export.forgotten:
                click.echo(f"  {_told(export)}")
    if any(each.state == "confirmed" or each.waiting for each in found):
        raise SystemExit(1)


def _forgettings(operator: Operator, organization: str) -> list[forgetting_pb2.Forgetting]:
    stub = _stub(operator)
    found, token = list[forgetting_pb2.Forgetting](), ""
    while True:
        answer = operator.caller(_ROLE)(
            stub.ListForgettings,
            forgetting_pb2.ListForgettingsRequest(
                organization_id=organization, page_size=200, page_token=token
            ),
        )
        found += answer.forgettings
        token = answer.next_page_token
        if not token:
            return found


def _exports(operator: Operator, organization: str) -> list[reissue_pb2.OutdatedExport]:
    stub = reissue_pb2_grpc.ReissueServiceStub(operator.channel("audit"))
    found, token = list[reissue_pb2.OutdatedExport](), ""
    while True:
        try:
            answer = operator.caller(_ROLE)(
                stub.ListOutdatedExports,
                reissue_pb2.ListOutdatedExportsRequest(
                    organization_id=organization, page_size=200, page_token=token
                ),
            )
        except Unavailable:
            click.echo("exports are not listed: the audit service does not answer", err=True)
            return []
        found += answer.exports
        token = answer.next_page_token
        if not token:
            return found


def _told(export: reissue_pb2.OutdatedExport) -> str:
    form = audit_pb2.ExportFormat.Name(export.format).removeprefix("EXPORT_FORMAT_").lower()
    made = f"export {export.export_id} ({form}) of {_minute(export.made_at)} by {export.agent_id}"
    if not export.HasField("reissued_at"):
        return f"{made}: to be issued again"
    return f"{made}: issued again {_minute(export.reissued_at)} by {export.reissued_by}"


def _minute(at: Timestamp) -> str:
    return f"{at.ToDatetime():%Y-%m-%d %H:%M} UTC"


@click.group("legal-hold")
def legal_hold() -> None:
    """Keep persons from being forgotten."""


@legal_hold.command("set")
@_USER
@_WHOLE
@_REASON
@click.pass_obj
def set_hold(operator: Operator, user: str, organization: bool, reason: str) -> None:
    """Keep a person, or everybody of an organization, from being forgotten."""
    stub = _stub(operator)
    request = forgetting_pb2.SetLegalHoldRequest(reason=reason, request_id=uuid4().hex)
    _name(operator, request, user, whole=organization)
    operator.caller(_ROLE)(stub.SetLegalHold, request)
    click.echo("held")


@legal_hold.command("lift")
@_USER
@_WHOLE
@_REASON
@click.pass_obj
def lift_hold(operator: Operator, user: str, organization: bool, reason: str) -> None:
    """End a legal hold."""
    stub = _stub(operator)
    request = forgetting_pb2.LiftLegalHoldRequest(reason=reason, request_id=uuid4().hex)
    _name(operator, request, user, whole=organization)
    operator.caller(_ROLE)(stub.LiftLegalHold, request)
    click.echo("lifted")


def _name(
    operator: Operator,
    request: forgetting_pb2.SetLegalHoldRequest | forgetting_pb2.LiftLegalHoldRequest,
    text: str,
    *,
    whole: bool,
) -> None:
    if whole:
        request.organization_id = text
    else:
        request.user_id = _id_of(operator, text)


def _stub(operator: Operator) -> forgetting_pb2_grpc.ForgettingServiceStub:
    channel = operator.channel("identity")
    return forgetting_pb2_grpc.ForgettingServiceStub(channel)


def _id_of(operator: Operator, user: str) -> str:
    if "@" not in user:
        return user
    channel = operator.channel("identity")
    stub = internal_pb2_grpc.DirectoryInternalServiceStub(channel)
    found = operator.caller("SERVICE")(
        stub.ResolveAddress, internal_pb2.ResolveAddressRequest(address=user)
    )
    if not found.user_id:
        raise click.ClickException("nobody has this address")
    return str(found.user_id)
