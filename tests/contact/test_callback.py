"""The promise: computed from hours, closures and a response time, in Central time."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contact import callback, opening_hours
from contact.callback import due

CENTRAL = ZoneInfo("America/Chicago")


def stretch(weekday, opens="8:00", closes="17:00"):
    return SimpleNamespace(weekday=weekday, opens=at_clock(opens), closes=at_clock(closes))


def at_clock(text):
    return datetime.strptime(text, "%H:%M").time()


def central(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CENTRAL)


def closure(start, end):
    return SimpleNamespace(starts_at=central(start), ends_at=central(end))


OFFICE = [stretch(day) for day in range(5)]


def promised(asked, hours, weekly=OFFICE, closures=()):
    moment = due(central(asked), timedelta(hours=hours), weekly, closures)
    return moment and f"{moment.astimezone(CENTRAL):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("asked", "hours", "promise"),
    [
        ("2026-11-23 09:00", 4, "2026-11-23 13:00"),  # a Monday morning
        ("2026-11-23 09:10", 4, "2026-11-23 13:30"),  # rounded up to the half hour
        ("2026-11-23 15:00", 4, "2026-11-24 10:00"),  # the rest on Tuesday
        ("2026-11-23 16:45", 9, "2026-11-24 17:00"),  # rounded, but never past closing time
        ("2026-11-23 13:00", 4, "2026-11-23 17:00"),
        ("2026-11-27 16:00", 4, "2026-11-30 11:00"),  # over the weekend
        ("2026-11-28 12:00", 4, "2026-11-30 12:00"),  # asked on a Saturday
        ("2026-11-23 03:00", 4, "2026-11-23 12:00"),  # asked in the night
        ("2026-03-06 16:00", 4, "2026-03-09 11:00"),  # the clocks go forward on Sunday
        ("2026-10-30 16:00", 4, "2026-11-02 11:00"),  # and back
    ],
)
def test_only_open_hours_count(asked, hours, promise):
    assert promised(asked, hours) == promise


@pytest.mark.parametrize(
    ("closures", "promise"),
    [
        ([("2026-11-26 00:00", "2026-11-28 00:00")], "2026-11-30 11:00"),  # Thanksgiving and the day after
        ([("2026-11-25 16:30", "2026-11-25 16:45")], "2026-11-26 11:30"),
        ([("2026-11-20 00:00", "2026-11-26 12:00")], "2026-11-26 16:00"),  # a storm that is on already
        (
            [("2026-11-26 10:00", "2026-11-26 12:00"), ("2026-11-26 11:00", "2026-11-26 13:00")],
            "2026-11-26 14:00",
        ),
        ([("2026-11-26 00:00", "2027-11-26 00:00")], None),
    ],
)
def test_closures_do_not_count(closures, promise):
    assert promised("2026-11-25 16:00", 4, closures=[closure(*dates) for dates in closures]) == promise


def standing(sent, call_by, closures=(), weekly=OFFICE, hours=4):
    inquiry = SimpleNamespace(sent_at=central(sent), call_by=call_by and central(call_by))
    practice = SimpleNamespace(
        callback_hours=hours, weekly_hours=weekly, coming_closures=[closure(*dates) for dates in closures]
    )
    moment = callback.standing_promise(inquiry, practice)
    return moment and f"{moment.astimezone(CENTRAL):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("closures", "promise"),
    [
        ([], "2026-11-24 10:00"),
        ([("2026-11-24 00:00", "2026-11-26 00:00")], "2026-11-26 10:00"),  # a storm, from Tuesday on
        ([("2026-11-24 09:00", "2026-11-26 12:00")], "2026-11-26 13:00"),  # an hour was left
        ([("2026-11-20 09:00", "2026-11-26 12:00")], "2026-11-26 16:00"),  # entered late: all was left
        (
            [("2026-11-24 00:00", "2026-11-26 00:00"), ("2026-11-26 09:00", "2026-11-26 12:00")],
            "2026-11-26 13:00",
        ),
        ([("2026-11-24 10:00", "2026-11-26 00:00")], "2026-11-24 10:00"),  # it begins when the call was made
    ],
)
def test_a_closure_over_a_promise_moves_it_to_when_as_much_time_was_left(closures, promise):
    assert standing("2026-11-23 15:00", "2026-11-24 10:00", closures) == promise


def test_other_hours_and_another_response_time_move_no_promise_that_was_made():
    for details in ({"hours": 40}, {"hours": None}, {"weekly": [stretch(4)]}, {"weekly": []}):
        assert standing("2026-11-23 15:00", "2026-11-24 10:00", **details) == "2026-11-24 10:00"
    assert standing("2026-11-23 15:00", None) is None


@pytest.mark.parametrize(
    ("weekly", "closures", "since", "due_at"),
    [
        (OFFICE, [], "2026-11-23 09:00", "2026-11-24 09:00"),
        (OFFICE, [], "2026-11-27 16:00", "2026-11-30 08:00"),  # over the weekend
        (OFFICE, [], "2026-11-23 20:00", "2026-11-25 08:00"),  # in the evening
        (OFFICE, [closure("2026-11-30 00:00", "2026-12-01 00:00")], "2026-11-27 16:00", "2026-12-01 08:00"),
        ([], [], "2026-11-27 16:00", "2026-11-28 16:00"),
        ([], [closure("2026-11-28 00:00", "2026-11-30 07:00")], "2026-11-27 16:00", "2026-11-30 07:00"),
    ],
)
def test_without_a_response_time_a_call_is_due_in_a_day_in_open_hours(weekly, closures, since, due_at):
    practice = SimpleNamespace(callback_hours=None, weekly_hours=weekly, coming_closures=closures)
    assert callback.due_at(practice, central(since)) == central(due_at)


def test_a_lunch_break_does_not_count():
    weekly = [stretch(0, "8:00", "12:00"), stretch(0, "13:00", "17:00")]
    assert promised("2026-11-23 11:00", 2, weekly) == "2026-11-23 14:00"


def test_hours_that_overlap_count_once():
    weekly = [stretch(0, "8:00", "12:00"), stretch(0, "9:00", "11:00"), stretch(0, "11:30", "17:00")]
    assert promised("2026-11-23 08:00", 8, weekly) == "2026-11-23 16:00"


def test_without_hours_nothing_is_promised():
    assert promised("2026-11-23 09:00", 4, weekly=[]) is None


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-24 16:00", "Tuesday, November 24, 4 pm, Central time"),
        ("2026-07-01 12:00", "Wednesday, July 1, noon, Central time"),
        ("2026-07-01 08:30", "Wednesday, July 1, 8:30 am, Central time"),
    ],
)
def test_a_promise_is_told_in_words(moment, words):
    assert opening_hours.moment_in_words(central(moment).astimezone(UTC)) == words


@pytest.mark.parametrize(
    ("weekly", "lines"),
    [
        (OFFICE, ["Monday to Friday, 8 am to 5 pm"]),
        (
            [stretch(0), stretch(1), stretch(3)],
            ["Monday and Tuesday, 8 am to 5 pm", "Thursday, 8 am to 5 pm"],
        ),
        (
            [stretch(0, "8:00", "12:00"), stretch(0, "13:00", "16:30"), stretch(5, "9:00", "12:00")],
            ["Monday, 8 am to noon and 1 pm to 4:30 pm", "Saturday, 9 am to noon"],
        ),
        ([], []),
    ],
)
def test_hours_are_told_in_words(weekly, lines):
    assert opening_hours.in_words(weekly) == lines


# Around both changes of the clock in 2026: March 8 and November 1.
moments = st.one_of(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 20), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 10, 25), datetime(2026, 11, 15), timezones=st.just(UTC)),
)
# Not in the hour that the clock skips in March: no wall clock ever shows it.
clock_times = (
    st.times(time(0), time(23, 58)).map(lambda t: t.replace(microsecond=0)).filter(lambda t: t.hour != 2)
)


@st.composite
def stretches(draw):
    opens, closes = sorted(draw(st.lists(clock_times, min_size=2, max_size=2, unique=True)))
    return SimpleNamespace(weekday=draw(st.integers(0, 6)), opens=opens, closes=closes)


@st.composite
def closed_times(draw):
    start = draw(moments)
    length = draw(st.timedeltas(timedelta(minutes=1), timedelta(days=9)))
    return SimpleNamespace(starts_at=start, ends_at=start + length)


weeks = st.lists(stretches(), min_size=1, max_size=8)
storms = st.lists(closed_times(), max_size=4)
response_times = st.integers(1, 24).map(lambda hours: timedelta(hours=hours))


def is_open(moment, weekly, closures):
    """Told from the wall clock, not from the spans that `due` adds up. Closing time itself still counts."""
    just_before = (moment - timedelta(microseconds=1)).astimezone(CENTRAL)
    in_hours = any(
        s.weekday == just_before.weekday() and s.opens <= just_before.time() <= s.closes for s in weekly
    )
    return in_hours and not any(c.starts_at <= just_before < c.ends_at for c in closures)


@settings(max_examples=150)
@given(asked=moments, within=response_times, weekly=weeks, closures=storms)
def test_a_promise_is_never_in_the_past_and_never_in_closed_hours(asked, within, weekly, closures):
    moment = due(asked, within, weekly, closures)
    if moment is not None:
        assert moment > asked
        assert is_open(moment, weekly, closures)


@settings(max_examples=150)
@given(
    asked=moments,
    later=st.timedeltas(timedelta(0), timedelta(days=3)),
    within=response_times,
    weekly=weeks,
    closures=storms,
)
def test_who_asks_later_is_never_promised_an_earlier_call(asked, later, within, weekly, closures):
    first, second = (due(moment, within, weekly, closures) for moment in (asked, asked + later))
    if first is not None and second is not None:
        assert first <= second


@settings(max_examples=100)
@given(asked=moments, within=response_times, weekly=weeks, closures=storms)
def test_the_time_promised_for_is_open_for_that_long(asked, within, weekly, closures):
    moment = due(asked, within, weekly, closures)
    if moment is not None:
        spans = opening_hours.open_spans(asked, weekly, closures)
        open_until_then = sum(
            (min(closed, moment) - opened for opened, closed in spans if opened < moment), timedelta(0)
        )
        assert within <= open_until_then < within + callback.STEP
