"""The few ways in which a use case can end without an answer; nothing about transports."""


class HelpdeskError(Exception):
    """A failure that a caller is expected to handle; ``reason`` is stable and machine-readable."""

    def __init__(self, reason: str, message: str = "", *, field: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.message = message or reason.replace("_", " ").capitalize() + "."
        self.field = field


class InvalidArgument(HelpdeskError):
    """The request is malformed; ``field`` is the path of the field that is wrong."""

    def __init__(self, field: str, reason: str, message: str = "") -> None:
        super().__init__(
            reason, message or f"{field}: {reason.replace('_', ' ').lower()}", field=field
        )


class NotFound(HelpdeskError):
    """It does not exist, or this caller may not know that it does: the same answer for both."""

    def __init__(self, thing: str) -> None:
        super().__init__("NOT_FOUND", f"No such {thing} among what you may see.")


class Refused(HelpdeskError):
    """The request is well formed, but a rule forbids it now; the message says the next step."""


class Forbidden(HelpdeskError):
    """The caller is known and lacks the role, scope or consent."""


class Unauthenticated(HelpdeskError):
    """The call carries no valid token."""


class Conflict(HelpdeskError):
    """Somebody else changed the same thing at the same time."""

    def __init__(self, message: str = "It was changed meanwhile. Try again.") -> None:
        super().__init__("CONFLICT", message)


class Exhausted(HelpdeskError):
    """A limit is used up; ``retry_seconds`` says when it makes sense to try again."""

    def __init__(self, reason: str, message: str = "", *, retry_seconds: float = 0) -> None:
        super().__init__(reason, message)
        self.retry_seconds = retry_seconds


class Unavailable(HelpdeskError):
    """Something that the answer needs is down; nothing was changed."""

    def __init__(self, reason: str, message: str = "", *, retry_seconds: float = 1) -> None:
        super().__init__(reason, message)
        self.retry_seconds = retry_seconds
