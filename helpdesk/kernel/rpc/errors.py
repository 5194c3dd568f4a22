"""One error form on the wire: google.rpc.Status with an ErrorInfo (AIP-193)."""

from __future__ import annotations

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from helpdesk.kernel.errors import (
    Conflict,
    Exhausted,
    Forbidden,
    HelpdeskError,
    InvalidArgument,
    NotFound,
    Refused,
    Unauthenticated,
    Unavailable,
)

DOMAIN = "helpdesk"
_CODES: dict[type[HelpdeskError], int] = {
    InvalidArgument: code_pb2.INVALID_ARGUMENT,
    NotFound: code_pb2.NOT_FOUND,
    Refused: code_pb2.FAILED_PRECONDITION,
    Forbidden: code_pb2.PERMISSION_DENIED,
    Unauthenticated: code_pb2.UNAUTHENTICATED,
    Conflict: code_pb2.ABORTED,
    Exhausted: code_pb2.RESOURCE_EXHAUSTED,
    Unavailable: code_pb2.UNAVAILABLE,
}


def status_of(error: HelpdeskError, reference: str = "") -> status_pb2.Status:
    """Return the wire form; ``reference`` is the id of the action, for a caller to quote."""
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)
    if reference:
        info.metadata["reference"] = reference
    if error.field:
        info.metadata["field"] = error.field
    status = status_pb2.Status(code=_CODES[type(error)], message=error.message)
    _pack(status, info)
    if isinstance(error, InvalidArgument):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=error.field, description=error.message
        )
        _pack(status, error_details_pb2.BadRequest(field_violations=[violation]))
    if isinstance(error, Exhausted | Unavailable) and error.retry_seconds:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(int(error.retry_seconds * 1000))
        _pack(status, error_details_pb2.RetryInfo(retry_delay=delay))
    return status


def internal(reference: str) -> status_pb2.Status:
    """Return the answer to a failure of our own: nothing but a reference."""
    status = status_pb2.Status(
        code=code_pb2.INTERNAL, message=f"Something failed on our side. Reference {reference}."
    )
    info = error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN)
    info.metadata["reference"] = reference
    _pack(status, info)
    return status


def error_of(error: grpc.RpcError) -> HelpdeskError:
    """Return what a failed call meant; what is not ours becomes Unavailable or a failure."""
    try:
        status = rpc_status.from_call(error)
    except ValueError:
        # It was cancelled here while the other end's refusal was under way.
        status = None
    info = error_details_pb2.ErrorInfo()
    retry = 0.0
    if status is not None:
        for detail in status.details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                detail.Unpack(info)
            if detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
                told = error_details_pb2.RetryInfo()
                detail.Unpack(told)
                retry = told.retry_delay.ToMilliseconds() / 1000
    code = error.code().value[0]
    message = error.details() or ""
    reason = info.reason or error.code().name
    if code == code_pb2.INVALID_ARGUMENT:
        return InvalidArgument(info.metadata.get("field", ""), reason, message)
    if code == code_pb2.NOT_FOUND:
        found = NotFound("thing")
        found.message = message
        return found
    if code == code_pb2.ABORTED:
        return Conflict(message)
    if code == code_pb2.RESOURCE_EXHAUSTED:
        return Exhausted(reason, message, retry_seconds=retry)
    for kind, its in _CODES.items():
        if its == code and kind is not Unavailable:
            return kind(reason, message)
    return Unavailable(reason, message, retry_seconds=retry or 1)


def _pack(status: status_pb2.Status, detail: object) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)  # type: ignore[arg-type]  # the stubs know no common class of details
    status.details.append(packed)
