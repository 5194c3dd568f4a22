"""The account's suppression list at AWS SES (API v2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from helpdesk.kernel.errors import Unavailable
from services.email.application.suppressions import Suppressed
from services.email.domain.policy import COMPLAINT, HARD

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class SesAccount:
    """Whose list; empty keys are found as AWS's tools find them, an empty endpoint is AWS."""

    region: str
    endpoint_url: str = ""
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    seconds: float = 5.0


class SesSuppressionList:
    """
    ``SuppressedDestination`` of SES v2: list, get, put and delete.

    SES keeps addresses as they were typed, and tells ``A@x`` from ``a@x`` here, but ignores case
    when it sends: one that is left suppresses the address in all its forms.
    """

    name = "ses"

    def __init__(self, account: SesAccount) -> None:
        self._account = account
        self._client: Any = None
        self._lock = threading.Lock()

    def entries(self) -> Iterator[Suppressed]:
        """Return all entries. Raises Unavailable."""
        token = ""
        while True:
            more = {"NextToken": token} if token else {}
            page = self._ask("list_suppressed_destinations", PageSize=_PAGE, **more)
            for each in page.get("SuppressedDestinationSummaries", ()):
                yield _entry(each)
            token = page.get("NextToken", "")
            if not token:
                return

    def find(self, address: str) -> Suppressed | None:
        """Return the entry of an address as it is typed. Raises Unavailable."""
        found = self._ask("get_suppressed_destination", missing={}, EmailAddress=address)
        return _entry(found["SuppressedDestination"]) if found else None

    def put(self, address: str, block: str) -> None:
        """Add an address, or renew it. Raises Unavailable."""
        reason = "COMPLAINT" if block == COMPLAINT else "BOUNCE"
        self._ask("put_suppressed_destination", EmailAddress=address, Reason=reason)

    def delete(self, address: str) -> None:
        """Take away an address as it is typed. Raises Unavailable."""
        self._ask("delete_suppressed_destination", missing={}, EmailAddress=address)

    def _ask(self, call: str, missing: Any = None, **request: Any) -> Any:
        # Loaded with the first call: it takes a second, and only who uses SES needs it.
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            method: Callable[..., Any] = getattr(self._connected(), call)
            return method(**request)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "UNKNOWN"))
            if code == "NotFoundException" and missing is not None:
                return missing
            raise Unavailable(_reason(code)) from None
        except BotoCoreError as error:
            # Its text may hold the address, which is part of the URL.
            raise Unavailable(_reason(type(error).__name__)) from None

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                import boto3
                from botocore.config import Config

                account = self._account
                self._client = boto3.session.Session().client(
                    "sesv2",
                    region_name=account.region,
                    endpoint_url=account.endpoint_url or None,
                    aws_access_key_id=account.access_key_id or None,
                    aws_secret_access_key=account.secret_access_key or None,
                    config=Config(
                        connect_timeout=account.seconds,
                        read_timeout=account.seconds,
                        # What fails is tried again from the stored fact.
                        retries={"total_max_attempts": 1},
                    ),
                )
            return self._client


def _entry(found: Any) -> Suppressed:
    since: datetime = found["LastUpdateTime"]
    block = COMPLAINT if found.get("Reason") == "COMPLAINT" else HARD
    return Suppressed(found["EmailAddress"], block, since.astimezone(UTC))


def _reason(code: str) -> str:
    return "SES_" + "".join(c if c.isalnum() else "_" for c in code)[:60]
