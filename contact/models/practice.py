import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, validate_email
from django.db import DatabaseError, InterfaceError, models
from django.db.models import F, Min, Q
from django.utils import timezone

from contact import opening_hours, phone

logger = logging.getLogger(__name__)


LONGEST_CLOSURE: Final = timedelta(days=2 * 365)


class PracticeManager(models.Manager["Practice"]):
    # The last details this process read, for pages that must stand when the database does not answer.
    _last_known: "Practice | None" = None
    _times_guessed = 0

    def current(self) -> "Practice":
        """The practice's details with hours and closures.

        Raises nothing: without a database, the last known ones or the defaults.
        """
        try:
            practice = self._read() or Practice()
        except (DatabaseError, InterfaceError):
            logger.exception("practice details: the last known ones are shown")
            PracticeManager._times_guessed += 1
            return self.last_known()
        PracticeManager._last_known = practice
        return practice

    def times_guessed(self) -> int:
        """How often in this process the last known details had to do: a page with them must not be kept."""
        return PracticeManager._times_guessed

    def last_known(self) -> "Practice":
        """The same without asking the database."""
        return PracticeManager._last_known or Practice()

    def name_and_number(self) -> "Practice":
        """Of the last known ones only what no mistake of ours can spoil: no hours, no closures."""
        known = self.last_known()
        return Practice(name=known.name, telephone=known.telephone)

    def _read(self) -> "Practice | None":
        practice = self.first()
        if practice:
            practice.weekly_hours = list(practice.opening_hours.all())
            practice.coming_closures = list(Closure.objects.not_over(timezone.now()))
        return practice


class Practice(models.Model):
    """The practice's own details, one row. What is empty is shown nowhere."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=100, default="Ascent Pain")
    telephone = models.CharField(
        max_length=100,
        default="tel:+1-504-249-7576",
        help_text="As a machine dials it (RFC 3966).",
    )
    address = models.TextField(blank=True, help_text="Street, city, state and ZIP code, a line each.")
    email = models.EmailField("e-mail", blank=True, help_text="An address that patients may write to.")
    hours_note = models.TextField(
        "note on the hours",
        blank=True,
        help_text="A line under the opening hours, like: We answer the phone from 7:30 am.",
    )
    callback_hours = models.PositiveSmallIntegerField(
        "call back within (open hours)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text="Hours during which you are open. With opening hours entered, the form and the receipt "
        "promise a call by then. Leave it empty to promise no time.",
    )
    alert_addresses = models.TextField(
        "alert these addresses",
        blank=True,
        help_text="Staff e-mail addresses, a line each. For each request they get its reference, how long it "
        "waits, and a link to sign in and read it; nothing of the patient.",
    )
    acknowledges_by_email = models.BooleanField(
        "confirm requests by e-mail",
        default=False,
        help_text="Patients who gave an e-mail address get a mail with their reference and nothing of what "
        "they wrote. Whoever reads their mail will learn that they wrote to you.",
    )

    keep_closed_months = models.PositiveSmallIntegerField(
        "delete closed requests after (months)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Counted from the last change. `manage.py purge_inquiries` deletes them. Ask your lawyer "
        "how long you must keep them. Leave it empty to keep them.",
    )
    keep_held_days = models.PositiveSmallIntegerField(
        "delete held requests after (days)",
        null=True,
        blank=True,
        validators=[MinValueValidator(7), MaxValueValidator(3650)],
        help_text="Requests that may be spam, that nobody accepted, but for those held only for coming too "
        "fast or too late. Leave it empty to keep them.",
    )

    one_person_publishes = models.BooleanField(
        "reviewers may publish their own words",
        default=False,
        help_text="For a practice of one person. Otherwise medical content that a reviewer wrote is "
        "published by another reviewer.",
    )

    # Read with the details by PracticeManager.current.
    weekly_hours: "Sequence[OpeningHours]" = ()
    coming_closures: "Sequence[Closure]" = ()

    objects = PracticeManager()

    class Meta:
        verbose_name = verbose_name_plural = "practice details"
        constraints = [
            models.CheckConstraint(
                name="practice_is_one_row",
                condition=Q(id=1),
                violation_error_message="There is one practice; change its details.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for address in self.alert_address_list:
            try:
                validate_email(address)
            except ValidationError as error:
                problem = f"“{address}” is not an e-mail address. Enter one address a line."
                raise ValidationError({"alert_addresses": problem}) from error

    @property
    def telephone_display(self) -> str:
        return phone.display(self.telephone)

    @property
    def alert_address_list(self) -> list[str]:
        return [line.strip() for line in self.alert_addresses.splitlines() if line.strip()]

    @property
    def hours_in_words(self) -> list[str]:
        """A line for each run of days with the same hours, like: Monday to Friday, 8 am to 5 pm."""
        return opening_hours.in_words(self.weekly_hours)

    @property
    def closures_in_force(self) -> "list[Closure]":
        now = timezone.now()
        return [closure for closure in self.coming_closures if closure.is_in_force(now)]

    @property
    def reopening_in_words(self) -> str:
        """While a closure is in force: when it is over and the practice's hours have begun."""
        opens = opening_hours.reopening(timezone.now(), self.weekly_hours, self.coming_closures)
        return opening_hours.moment_in_words(opens)


class OpeningHours(models.Model):
    """One stretch of a weekday during which the practice is open, in its own time zone (Central)."""

    class Weekday(models.IntegerChoices):  # as datetime.weekday() counts
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, default=1, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField(help_text="For a lunch break, enter the day twice.")
    closes = models.TimeField(help_text="On the same day.")

    class Meta:
        verbose_name_plural = "opening hours"
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                name="opening_hours_open_before_they_close",
                condition=Q(closes__gt=F("opens")),
                violation_error_message="The closing time must be later than the opening time.",
            ),
            models.CheckConstraint(
                name="opening_hours_weekday_known",
                condition=Q(weekday__gte=0, weekday__lte=6),
                violation_error_message="Choose a day from Monday to Sunday.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {opening_hours.stretch_in_words(self)}"


class ClosureQuerySet(models.QuerySet["Closure"]):
    def not_over(self, now: datetime) -> "ClosureQuerySet":
        return self.filter(ends_at__gt=now)

    def next_turn(self, now: datetime) -> datetime | None:
        """When the next closure starts or ends, if one is to come."""
        start = self.filter(starts_at__gt=now).aggregate(first=Min("starts_at"))["first"]
        end = self.not_over(now).aggregate(first=Min("ends_at"))["first"]
        return min(filter(None, (start, end)), default=None)


class Closure(models.Model):
    """A time during which the practice is closed whatever its hours: a holiday, a hurricane."""

    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, default=1, related_name="closures", editable=False
    )
    starts_at = models.DateTimeField(
        "closed from", default=timezone.now, help_text="Central time. It takes effect at once."
    )
    ends_at = models.DateTimeField(
        "open again from", help_text="Central time. End it early by changing this."
    )
    message = models.TextField(
        blank=True,
        help_text="Shown at the top of every page while you are closed, after “We are closed until …”.",
    )

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="closure_starts_before_it_ends",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="“Open again from” must be later than “closed from”.",
            ),
        ]

    def __str__(self) -> str:
        return f"Closed from {timezone.localtime(self.starts_at):%-d %B %Y, %H:%M}"

    def clean(self) -> None:
        if self.ends_at and self.ends_at > timezone.now() + LONGEST_CLOSURE:
            problem = "Enter a day within the next two years. You can change it as often as you like."
            raise ValidationError({"ends_at": problem})

    def is_in_force(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at
