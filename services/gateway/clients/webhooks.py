"""The webhook that a customer's feed is pushed to."""

from __future__ import annotations

from typing import Any

import grpc

from helpdesk.audit.v1 import feed_webhook_pb2, feed_webhook_pb2_grpc
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.rpc.client import Caller


class Webhooks:
    """A customer's webhook; every method is for the admin's own organization."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub: Any = feed_webhook_pb2_grpc.FeedWebhookServiceStub(  # type: ignore[no-untyped-call]
            channel
        )

    def one(self, token: str, organization_id: str) -> Any | None:
        """Return how the webhook stands, or None."""
        request = feed_webhook_pb2.GetFeedWebhookRequest(organization_id=organization_id)
        try:
            return self._call(self._stub.GetFeedWebhook, request, token=token)
        except NotFound:
            return None

    def set(
        self, token: str, organization_id: str, url: str, partners_only: bool, request_id: str
    ) -> None:
        """Set the address. Raises InvalidArgument."""
        request = feed_webhook_pb2.SetFeedWebhookRequest(
            organization_id=organization_id,
            url=url,
            partners_only=partners_only,
            request_id=request_id,
        )
        self._call(self._stub.SetFeedWebhook, request, token=token)

    def rotate(self, token: str, organization_id: str, request_id: str) -> None:
        """Make a new key."""
        request = feed_webhook_pb2.RotateFeedWebhookKeyRequest(
            organization_id=organization_id, request_id=request_id
        )
        self._call(self._stub.RotateFeedWebhookKey, request, token=token)

    def resume(
        self, token: str, organization_id: str, after_sequence: str, request_id: str
    ) -> None:
        """Go on behind an event. Raises InvalidArgument."""
        request = feed_webhook_pb2.ResumeFeedWebhookRequest(
            organization_id=organization_id, after_sequence=after_sequence, request_id=request_id
        )
        self._call(self._stub.ResumeFeedWebhook, request, token=token)

    def remove(self, token: str, organization_id: str, request_id: str) -> None:
        """End it."""
        request = feed_webhook_pb2.RemoveFeedWebhookRequest(
            organization_id=organization_id, request_id=request_id
        )
        self._call(self._stub.RemoveFeedWebhook, request, token=token)
