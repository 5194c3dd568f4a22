"""FeedWebhookService over gRPC: messages in, one use case each, messages out."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import feed_webhook_pb2, feed_webhook_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.audit.application.feed_webhooks import FeedWebhooks
from services.audit.domain.facts import moment
from services.audit.domain.feed_webhook import sequence_of


class FeedWebhookServicer(feed_webhook_pb2_grpc.FeedWebhookServiceServicer):
    """Serves customers' webhooks."""

    def __init__(self, webhooks: FeedWebhooks) -> None:
        self._webhooks = webhooks

    def GetFeedWebhook(  # noqa: N802  # names are the contract's
        self, request: feed_webhook_pb2.GetFeedWebhookRequest, action: SupportAction
    ) -> feed_webhook_pb2.GetFeedWebhookResponse:
        """Say how it stands."""
        found, waiting, keys = self._webhooks.get(action, request.organization_id)
        answer = feed_webhook_pb2.GetFeedWebhookResponse(
            url=found.url,
            partners_only=found.partners_only,
            public_keys=keys,
            behind=waiting.count,
            error=found.error,
            failures=found.failures,
            stopped=found.stopped,
            set_by=found.set_by,
            set_at=_stamp(found.set_at),
        )
        if found.delivered_at:
            answer.delivered_sequence = sequence_of(found.delivered_idx)
            answer.delivered_at.CopyFrom(_stamp(found.delivered_at))
        if waiting.count:
            answer.behind_since.CopyFrom(_stamp(waiting.since))
        if found.retry_at:
            answer.retry_at.CopyFrom(_stamp(found.retry_at))
        return answer

    def SetFeedWebhook(  # noqa: N802
        self, request: feed_webhook_pb2.SetFeedWebhookRequest, action: SupportAction
    ) -> feed_webhook_pb2.SetFeedWebhookResponse:
        """Set the address."""
        key = self._webhooks.set(
            action, request.organization_id, request.url, request.partners_only
        )
        return feed_webhook_pb2.SetFeedWebhookResponse(public_key=key)

    def RotateFeedWebhookKey(  # noqa: N802
        self, request: feed_webhook_pb2.RotateFeedWebhookKeyRequest, action: SupportAction
    ) -> feed_webhook_pb2.RotateFeedWebhookKeyResponse:
        """Make a new key."""
        key = self._webhooks.rotate(action, request.organization_id)
        return feed_webhook_pb2.RotateFeedWebhookKeyResponse(public_key=key)

    def ResumeFeedWebhook(  # noqa: N802
        self, request: feed_webhook_pb2.ResumeFeedWebhookRequest, action: SupportAction
    ) -> feed_webhook_pb2.ResumeFeedWebhookResponse:
        """Go on behind an event."""
        self._webhooks.resume(action, request.organization_id, request.after_sequence)
        return feed_webhook_pb2.ResumeFeedWebhookResponse()

    def RemoveFeedWebhook(  # noqa: N802
        self, request: feed_webhook_pb2.RemoveFeedWebhookRequest, action: SupportAction
    ) -> feed_webhook_pb2.RemoveFeedWebhookResponse:
        """End it."""
        self._webhooks.remove(action, request.organization_id)
        return feed_webhook_pb2.RemoveFeedWebhookResponse()


def _stamp(at: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment(at))
    return stamp
