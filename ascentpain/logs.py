"""Logging that cannot repeat what a patient wrote."""

import logging
import re
import traceback
from types import TracebackType

# A query string: what staff search for is in one.
QUERY = re.compile(r"\?[^\s\"']+")


class PrivateFormatter(logging.Formatter):
    """Log an exception by its class and the lines it passed, never by its message, and no query string.

    Messages quote values: PostgreSQL's unique violations, for one, hold the row's telephone number.
    Times are in the zone of the process (TIME_ZONE: Central).
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return QUERY.sub("?…", super().format(record))

    def formatException(  # noqa: N802 (the name is logging's)
        self,
        ei: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
    ) -> str:
        _, error, _ = ei
        return "\n".join(_describe(error)) if error else ""


def _describe(error: BaseException) -> list[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_describe(cause), "which led to"] if cause else []
    frames = traceback.extract_tb(error.__traceback__)
    lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return [*lines, f"{type(error).__module__}.{type(error).__qualname__}"]
