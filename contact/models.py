"""What patients send, and the details of the practice they send it to."""

import logging

from django.db import DatabaseError, InterfaceError, models
from django.db.models import Q
from django.utils import timezone

from contact import phone

logger = logging.getLogger(__name__)


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def newest_first(self) -> "InquiryQuerySet":
        return self.order_by("-sent_at", "-pk")

    def pages_of_interest(self) -> "models.QuerySet[Inquiry, str]":
        """The titles of the pages that patients came from, each once."""
        return self.exclude(about="").order_by("about").values_list("about", flat=True).distinct()


class Inquiry(models.Model):
    """One request for a consultation, in the patient's own words.

    Staff change its status and nothing else. What it holds is health information about a person: it stands
    in no log, no URL and no name of the record.
    """

    class BestTime(models.TextChoices):
        ANY = "any", "Any time"
        MORNING = "morning", "Morning"
        AFTERNOON = "afternoon", "Afternoon"

    class Status(models.TextChoices):
        NEW = "new", "New"
        CONTACTED = "contacted", "Contacted"
        SCHEDULED = "scheduled", "Scheduled"
        CLOSED = "closed", "Closed"

    sent_at = models.DateTimeField("sent", default=timezone.now, editable=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    name = models.CharField(max_length=200)
    phone = models.CharField("phone, as typed", max_length=200)
    phone_uri = models.CharField(
        "phone",
        max_length=100,
        editable=False,
        help_text="The number as a machine dials it (RFC 3966).",
    )
    email = models.EmailField("e-mail", blank=True)
    best_time = models.CharField("best time to call", max_length=20, choices=BestTime, default=BestTime.ANY)
    message = models.TextField(blank=True)
    about = models.CharField(
        max_length=200,
        blank=True,
        help_text="The title of the page the patient came from, as it read then.",
    )

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "inquiries"
        indexes = [models.Index(fields=["-sent_at", "-id"], name="inquiry_newest_first")]
        constraints = [
            models.CheckConstraint(
                name="inquiry_can_be_answered",
                condition=~Q(name="") & ~Q(phone="") & ~Q(phone_uri=""),
                violation_error_message="An inquiry needs a name and a phone number.",
            ),
            models.CheckConstraint(
                name="inquiry_status_known",
                condition=Q(status__in=["new", "contacted", "scheduled", "closed"]),
                violation_error_message="Choose one of: new, contacted, scheduled, closed.",
            ),
        ]

    def __str__(self) -> str:
        # Never the name: Django's admin writes this into its log.
        return f"Inquiry {self.pk}"

    @property
    def phone_display(self) -> str:
        return phone.display(self.phone_uri)


class PracticeManager(models.Manager["Practice"]):
    # The last details this process read, for pages that must stand when the database does not answer.
    _last_known: "Practice | None" = None

    def current(self) -> "Practice":
        """The practice's details. Raises nothing: without a database, the last known ones or the defaults."""
        try:
            PracticeManager._last_known = self.first() or Practice()
        except (DatabaseError, InterfaceError):
            logger.exception("practice details: the last known ones are shown")
        return PracticeManager._last_known or Practice()


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
    hours = models.TextField(
        "opening hours",
        blank=True,
        help_text="One line a day or range, like: Monday to Friday, 8 am to 5 pm.",
    )

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

    @property
    def telephone_display(self) -> str:
        return phone.display(self.telephone)
