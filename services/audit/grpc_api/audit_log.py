"""AuditService over gRPC: messages in, one use case each, messages out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument
from services.audit.application.audit_log import AuditLog
from services.audit.application.ports import FoundSession, Opened, Proof, SignedHead, Standing
from services.audit.domain.facts import moment, unix
from services.audit.domain.filters import Filter

_OUTCOMES = {0: "", 1: "done", 2: "refused", 3: "failed"}
_FORMS = {0: "proofs", 1: "proofs", 2: "ocsf", 3: "cadf", 4: "cloudevents", 5: "csv"}
_FILTERED = (
    "agent_id",
    "partner_id",
    "action",
    "ticket",
    "view_id",
    "sign_in_id",
    "session_id",
    "service",
    "consent_id",
)
_COPIED = (
    "action",
    "error",
    "agent_id",
    "partner_id",
    "acting_organization_id",
    "roles",
    "act",
    "reason",
    "ticket",
    "request_id",
    "organization_id",
    "user_id",
    "subjects",
    "consent_id",
    "view_id",
    "sign_in_id",
    "trace_id",
    "query",
    "shown",
    "answer_digest",
    "positions",
    "writer",
    "method",
    "service",
    "ticket_state",
)


class AuditServicer(audit_pb2_grpc.AuditServiceServicer):
    """Serves the audit log."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    def QueryActions(  # noqa: N802  # names are the contract's
        self, request: audit_pb2.QueryActionsRequest, action: SupportAction
    ) -> audit_pb2.QueryActionsResponse:
        """Find records."""
        if request.order not in audit_pb2.Order.values():
            raise InvalidArgument("order", "UNKNOWN_ORDER")
        newest_first = request.order != audit_pb2.ORDER_OLDEST_FIRST
        page, token = self._log.query_actions(
            action,
            _filter(request),
            newest_first,
            request.page_size,
            request.page_token,
            request.skip,
        )
        return audit_pb2.QueryActionsResponse(
            records=[_record(each) for each in page], next_page_token=token
        )

    def GetAction(  # noqa: N802
        self, request: audit_pb2.GetActionRequest, action: SupportAction
    ) -> audit_pb2.GetActionResponse:
        """Show one record and its proof."""
        opened, proof = self._log.get_action(action, request.record_id)
        return audit_pb2.GetActionResponse(record=_record(opened), proof=_proof(proof))

    def GetActivity(  # noqa: N802
        self, request: audit_pb2.GetActivityRequest, action: SupportAction
    ) -> audit_pb2.GetActivityResponse:
        """Count."""
        activity = self._log.get_activity(action, _filter(request), request.buckets)
        sums = [sum(column) for column in zip(*activity.counts, strict=True)]
        answer = audit_pb2.GetActivityResponse(
            buckets=[
                audit_pb2.ActivityBucket(
                    start=_stamp(start), done=done, refused=refused, failed=failed
                )
                for start, (done, refused, failed) in zip(
                    activity.starts, activity.counts, strict=True
                )
            ],
            done=sums[0],
            refused=sums[1],
            failed=sums[2],
            until=_stamp(activity.until),
        )
        getattr(answer, "from").CopyFrom(_stamp(activity.since))
        return answer

    def ListSessions(  # noqa: N802
        self, request: audit_pb2.ListSessionsRequest, action: SupportAction
    ) -> audit_pb2.ListSessionsResponse:
        """List sessions."""
        wanted = Filter(
            agent_id=request.agent_id,
            partner_id=request.partner_id,
            organization_id=request.organization_id,
            session_id=request.session_id,
            since=_at(request, "from"),
            until=_at(request, "until"),
        )
        page, token = self._log.list_sessions(action, wanted, request.page_size, request.page_token)
        return audit_pb2.ListSessionsResponse(
            sessions=[_session(each) for each in page], next_page_token=token
        )

    def GetCheckpoint(  # noqa: N802
        self, _: audit_pb2.GetCheckpointRequest, action: SupportAction
    ) -> audit_pb2.GetCheckpointResponse:
        """Say how the log stands."""
        return _standing(self._log.get_checkpoint(action), action.now)

    def SignCheckpoint(  # noqa: N802
        self, _: audit_pb2.SignCheckpointRequest, action: SupportAction
    ) -> audit_pb2.SignCheckpointResponse:
        """Sign now."""
        return audit_pb2.SignCheckpointResponse(checkpoint=_head(self._log.sign_checkpoint(action)))

    def GetConsistencyProof(  # noqa: N802
        self, request: audit_pb2.GetConsistencyProofRequest, action: SupportAction
    ) -> audit_pb2.GetConsistencyProofResponse:
        """Prove that the log only grew."""
        found = self._log.get_consistency_proof(action, request.old_size, request.new_size)
        return audit_pb2.GetConsistencyProofResponse(
            old_size=found.old,
            new_size=found.new,
            hashes=found.hashes,
            old_checkpoint=found.old_note,
            checkpoint=found.note,
        )

    def ListOrganizationActivity(  # noqa: N802
        self, request: audit_pb2.ListOrganizationActivityRequest, action: SupportAction
    ) -> audit_pb2.ListOrganizationActivityResponse:
        """Show a customer what was done."""
        wanted = Filter(
            organization_id=request.organization_id,
            since=_at(request, "from"),
            until=_at(request, "until"),
            partners_only=request.partners_only,
        )
        page, names, token = self._log.list_organization_activity(
            action, wanted, request.page_size, request.page_token
        )
        return audit_pb2.ListOrganizationActivityResponse(
            activities=[_activity(each, names) for each in page], next_page_token=token
        )

    def WatchOrganizationActivity(  # noqa: N802
        self, request: audit_pb2.WatchOrganizationActivityRequest, action: SupportAction
    ) -> Iterator[audit_pb2.WatchOrganizationActivityResponse]:
        """Follow what was done."""
        for page, names in self._log.watch_organization_activity(
            action, request.organization_id, request.page_size
        ):
            yield audit_pb2.WatchOrganizationActivityResponse(
                activities=[_activity(each, names) for each in page]
            )

    def TailActions(  # noqa: N802
        self, request: audit_pb2.TailActionsRequest, action: SupportAction
    ) -> Iterator[audit_pb2.TailActionsResponse]:
        """Follow the log."""
        for told in self._log.tail_actions(
            action,
            _filter(request),
            request.from_index,
            request.seconds,
            standing=request.with_standing,
        ):
            answer = audit_pb2.TailActionsResponse(
                records=[_record(each) for each in told.records], next_index=told.following
            )
            if told.standing is not None:
                answer.standing.CopyFrom(_standing(told.standing, datetime.now(UTC)))
            yield answer

    def Export(  # noqa: N802
        self, request: audit_pb2.ExportRequest, action: SupportAction
    ) -> Iterator[audit_pb2.ExportResponse]:
        """Hand over a file."""
        form = _FORMS.get(request.format)
        if form is None:
            raise InvalidArgument("format", "UNKNOWN_FORMAT")
        for part in self._log.export(action, _filter(request), form):
            yield audit_pb2.ExportResponse(chunk=part.chunk, last=part.last, records=part.records)


def _filter(request: Any) -> Filter:
    asked = request.filter
    outcome = _OUTCOMES.get(asked.outcome)
    if outcome is None:
        raise InvalidArgument("filter.outcome", "UNKNOWN_OUTCOME")
    return Filter(
        **{name: getattr(asked, name) for name in _FILTERED},
        outcome=outcome,
        organization_id=request.organization_id,
        user_id=request.user_id,
        since=_at(asked, "from", "filter."),
        until=_at(asked, "until", "filter."),
    )


def _at(message: Any, field: str, within: str = "") -> int:
    if not message.HasField(field):
        return 0
    try:
        return unix(getattr(message, field).ToDatetime(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        path = f"{within}{field}"
        raise InvalidArgument(path, "OUT_OF_RANGE", f"{path}: is no time.") from error


def _stamp(at: int | datetime | str) -> Timestamp:
    stamp = Timestamp()
    if isinstance(at, str):
        stamp.FromJsonString(at)
    else:
        stamp.FromDatetime(moment(at) if isinstance(at, int) else at)
    return stamp


def _record(opened: Opened) -> audit_pb2.ActionRecord:
    found, fields = opened.found, opened.fields
    record = audit_pb2.ActionRecord(
        record_id=found.record_id,
        index=found.idx,
        source=found.source,
        source_position=found.source_position,
        session_id=found.session_id,
        occurred_at=_stamp(found.occurred_at),
        **{name: fields[name] for name in _COPIED if name in fields},
    )
    stamp = fields.get("stamp", {})
    if "recorded_at" in stamp:
        record.recorded_at.CopyFrom(_stamp(stamp["recorded_at"]))
    if "action" in fields:
        record.kind = audit_pb2.RECORD_KIND_SUPPORT_ACTION
        record.outcome = _outcome(str(fields.get("outcome", "")))
        record.number = int(fields.get("number", 0))
        record.count = 1
    else:
        record.kind = audit_pb2.RECORD_KIND_CALLS_WITHOUT_TOKEN
        record.action = f"{fields.get('service', '')}.call.refuse"
        record.outcome = audit_pb2.OUTCOME_REFUSED
        record.count = int(fields.get("count", 0))
        record.refusals.extend(fields.get("reasons", []))
    return record


def _outcome(name: str) -> Any:
    return audit_pb2.Outcome.Value(f"OUTCOME_{name.upper()}")


def _proof(proof: Proof) -> audit_pb2.InclusionProof:
    return audit_pb2.InclusionProof(
        sealed=proof.sealed,
        leaf_hash=proof.leaf_hash,
        index=proof.idx,
        hashes=proof.hashes,
        checkpoint=proof.head.note if proof.head else "",
        size=proof.head.size if proof.head else 0,
    )


def _session(found: FoundSession) -> audit_pb2.Session:
    session = found.session
    return audit_pb2.Session(
        session_id=session.session_id,
        agent_id=session.agent_id,
        partner_id=session.partner_id,
        sign_in_id=session.sign_in_id,
        started_at=_stamp(session.started_at),
        ended_at=_stamp(session.ended_at),
        done=session.done,
        refused=session.refused,
        failed=session.failed,
        tickets=found.tickets,
        organization_ids=found.organization_ids,
        view_ids=found.view_ids,
    )


def _activity(opened: Opened, names: Mapping[str, str]) -> audit_pb2.OrganizationActivity:
    record = _record(opened)
    own = record.acting_organization_id
    return audit_pb2.OrganizationActivity(
        record_id=record.record_id,
        index=record.index,
        agent_id=record.agent_id,
        agent_name=names.get(record.agent_id, ""),
        partner_id=record.partner_id,
        partner_name=names.get(record.partner_id, ""),
        action=record.action,
        outcome=record.outcome,
        user_id=record.user_id,
        occurred_at=record.occurred_at,
        consent_id=record.consent_id,
        view_id=record.view_id,
        error=record.error,
        own=bool(own) and own == record.organization_id,
        reason=record.reason,
        ticket=record.ticket,
    )


def _head(head: SignedHead) -> audit_pb2.Checkpoint:
    return audit_pb2.Checkpoint(
        note=head.note,
        size=head.size,
        root=head.root,
        signed_at=_stamp(head.signed_at),
        witnesses=head.witnesses,
    )


def _standing(standing: Standing, now: datetime) -> audit_pb2.GetCheckpointResponse:
    answer = audit_pb2.GetCheckpointResponse(
        records=standing.records,
        complete=standing.complete,
        complete_to=_stamp(standing.complete_to),
        sources=[
            audit_pb2.SourceStanding(
                source=each.source, consumed=each.consumed, head=each.head, records=each.records
            )
            for each in standing.sources
        ],
        writers=[
            audit_pb2.WriterStanding(
                service=each.service,
                writer=each.writer,
                head=each.head,
                last_at=_stamp(each.last_at),
                missing=[
                    audit_pb2.MissingNumbers(
                        first=hole.first, last=hole.last, since=_stamp(hole.noticed_at)
                    )
                    for hole in each.holes
                ],
                doubled=each.doubled,
            )
            for each in standing.writers
        ],
        recent=[_head(each) for each in standing.heads],
        verifier_key=standing.verifier_key,
        alarms=[
            audit_pb2.Alarm(
                kind=str(each.kind),
                service=each.service,
                writer=each.writer,
                first=each.first,
                last=each.last,
                noticed_at=_stamp(each.noticed_at),
                sentence=each.sentence,
            )
            for each in standing.alarms
        ],
    )
    if standing.heads:
        answer.checkpoint.CopyFrom(_head(standing.heads[0]))
        answer.age_seconds = max(0.0, (now - standing.heads[0].signed_at).total_seconds())
    if standing.unsigned_since:
        answer.unsigned_seconds = max(0.0, (unix(now) - standing.unsigned_since) / 1e6)
    if standing.verdict is not None:
        at, records, findings, first = standing.verdict
        answer.verification.CopyFrom(
            audit_pb2.Verification(
                verified_at=_stamp(at),
                records=records,
                findings=findings,
                names_record=first is not None,
                first_index=first or 0,
            )
        )
    return answer
