from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from procedures import illustrations
from procedures.models.page import MARKS, Page


class Section(models.Model):
    class Kind(models.TextChoices):
        """How a section looks: `procedures/sections/_<kind>.html` draws it."""

        PROSE = "prose", "Text"
        BULLETS = "bullets", "Bullet list"
        STEPS = "steps", "Numbered steps"
        TERMS = "terms", "Terms, each explained"
        TIMELINE = "timeline", "Timeline"
        FACTS = "facts", "At a glance"
        CARE = "care", "Care cards: when to call, and whom"
        REFERENCES = "references", "References"
        CALL_TO_ACTION = "call_to_action", "Invitation to call or write"

    class Meaning(models.TextChoices):
        """What a section tells, as schema.org's MedicalProcedure names it."""

        HOW_PERFORMED = "howPerformed", "How the procedure is done"
        PREPARATION = "preparation", "How to prepare"
        FOLLOW_UP = "followup", "What comes after"

    # The ids that templates around the sections give.
    RESERVED_SLUGS = {"main", "menu", "helping", "questions", "procedures", "conditions"}
    # Kinds that are nothing without items; kinds whose items each need a term.
    NEEDING_ITEMS = {
        Kind.BULLETS,
        Kind.STEPS,
        Kind.TERMS,
        Kind.TIMELINE,
        Kind.FACTS,
        Kind.CARE,
        Kind.REFERENCES,
    }
    NEEDING_TERMS = {Kind.STEPS, Kind.TERMS, Kind.TIMELINE, Kind.FACTS, Kind.CARE}

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sections")
    heading = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, help_text="Names the section in links to it.")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PROSE)
    intro = models.TextField(
        blank=True,
        help_text=f"Shown before the items. {MARKS}",
    )
    illustration = models.CharField(
        max_length=100,
        choices=illustrations.choices,
        blank=True,
        help_text="A drawing to show under the heading.",
    )
    linked_page = models.ForeignKey(
        Page,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="A page to read next, linked at the end of the section.",
    )
    link_text = models.CharField(
        max_length=200,
        blank=True,
        help_text="The words of that link, as a patient would say them; the page's title if left empty.",
    )
    meaning = models.CharField(
        max_length=20,
        choices=Meaning,
        blank=True,
        help_text="For search engines, on the page of a procedure: what the section tells.",
    )
    awaits_review = models.BooleanField(
        "awaits a clinician",
        default=False,
        help_text="Kept from patients, whatever is published, until a reviewer gives it to them.",
    )
    order = models.PositiveSmallIntegerField(default=100, help_text="The lowest number comes first.")
    draft_writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, editable=False
    )

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "slug"],
                name="section_slug_unique_on_page",
                violation_error_message="Another section of this page has this slug. Choose another.",
            ),
        ]

    def __str__(self) -> str:
        return self.heading

    def clean(self) -> None:
        if self.slug in self.RESERVED_SLUGS:
            raise ValidationError({"slug": "The page uses this name itself. Choose another."})
        if self.link_text and not self.linked_page_id and self.linked_page is None:
            problem = "These are the words of a link, and there is none. Link to a page, or leave them empty."
            raise ValidationError({"link_text": problem})


class Item(models.Model):
    """One step, bullet, term, fact, care card, reference or paragraph of a section."""

    class Urgency(models.TextChoices):
        EMERGENCY = "emergency", "Emergency: call 911"
        URGENT = "urgent", "Urgent: call today"
        ROUTINE = "routine", "Not urgent"

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    term = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True, help_text=f"{MARKS} In a care card, each paragraph is a point.")
    urgency = models.CharField(
        max_length=20, choices=Urgency, blank=True, help_text="For a care card: how soon to act."
    )
    illustration = models.CharField(
        max_length=100,
        choices=illustrations.choices,
        blank=True,
        help_text="A drawing; its caption and text alternative come with it.",
    )
    linked_page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=100, help_text="The lowest number comes first.")

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.term or self.text[:60]
