"""How an inquiry moves from one status to the next: the whole of it, in one table."""

from collections.abc import Mapping
from typing import Final

from contact.models import Inquiry, InquiryEvent

Status, Outcome = Inquiry.Status, InquiryEvent.Outcome

_FROM_A_CALL: Final[Mapping[str, str]] = {
    Outcome.REACHED: Status.CONTACTED,
    Outcome.LEFT_MESSAGE: Status.TRYING,
    Outcome.NO_ANSWER: Status.TRYING,
    Outcome.WRONG_NUMBER: Status.TRYING,
    Outcome.SCHEDULED: Status.SCHEDULED,
    Outcome.CLOSED: Status.CLOSED,
}
# Who has an appointment keeps it, whatever came of another call.
_FROM_A_CALL_TO_WHO_IS_SCHEDULED: Final[Mapping[str, str]] = {
    Outcome.REACHED: Status.SCHEDULED,
    Outcome.LEFT_MESSAGE: Status.SCHEDULED,
    Outcome.NO_ANSWER: Status.SCHEDULED,
    Outcome.WRONG_NUMBER: Status.SCHEDULED,
    Outcome.SCHEDULED: Status.SCHEDULED,
    Outcome.CLOSED: Status.CLOSED,
}
CALLS: Final[Mapping[str, Mapping[str, str]]] = {
    Status.QUARANTINED: {},
    Status.NEW: _FROM_A_CALL,
    Status.TRYING: _FROM_A_CALL,
    Status.CONTACTED: _FROM_A_CALL,
    Status.SCHEDULED: _FROM_A_CALL_TO_WHO_IS_SCHEDULED,
    Status.CLOSED: {},
}
# What staff may do without a call.
MOVES: Final[Mapping[str, Mapping[str, str]]] = {
    Status.QUARANTINED: {Status.NEW: "Accept: it is no spam", Status.CLOSED: "Close: it is spam"},
    Status.NEW: {},
    Status.TRYING: {},
    Status.CONTACTED: {Status.TRYING: "Put back into the queue"},
    Status.SCHEDULED: {Status.TRYING: "Put back into the queue"},
    # As new where nobody has called yet.
    Status.CLOSED: {Status.NEW: "Open again", Status.TRYING: "Open again"},
}
# With these, nobody was asked for on the phone.
NOT_A_CALL: Final = {Outcome.CLOSED}
# With these, somebody has to call.
TO_CALL: Final = {Status.NEW, Status.TRYING}


class NotPossible(Exception):  # noqa: N818 (reads as what happened)
    """The inquiry cannot take this step from where it is."""


def after_call(status: str, outcome: str) -> str:
    """Raises NotPossible."""
    try:
        return CALLS[status][outcome]
    except KeyError as error:
        raise NotPossible from error


def moves(inquiry: Inquiry) -> Mapping[str, str]:
    """The statuses that it may be given without a call, in the words of the desk."""
    was_called = inquiry.response_minutes is not None
    never = {(Status.CLOSED, Status.NEW if was_called else Status.TRYING)}
    return {to: words for to, words in MOVES[inquiry.status].items() if (inquiry.status, to) not in never}


def after_move(inquiry: Inquiry, to: str) -> str:
    """Raises NotPossible."""
    if to not in moves(inquiry):
        raise NotPossible
    return to
