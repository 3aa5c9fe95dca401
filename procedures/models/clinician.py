import re
from typing import Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

NEEDS_BOARD: Final = (
    "“Board certified” needs the board’s full name and the specialty (La. R.S. 37:1285(A)(32))."
)
CLAIM: Final = re.compile(r"\bboard[\W_]*certif|\bdiplomates?\b", re.IGNORECASE)


class ClinicianQuerySet(models.QuerySet["Clinician"]):
    def listed(self) -> "ClinicianQuerySet":
        """Those whom patients may meet."""
        return self.filter(is_listed=True)


class Clinician(models.Model):
    """Who reviews what the site says, and whom patients may meet. Only what the practice enters is shown.

    The degree stands with every name (La. R.S. 51:413); who is called board certified is so with the full
    name of the board and the specialty (La. R.S. 37:1285(A)(32)).
    """

    name = models.CharField(max_length=200, help_text="As patients read it, without the degree.")
    degree = models.CharField(max_length=50, help_text="Shown after the name, like: MD.")
    is_board_certified = models.BooleanField(
        "board certified", default=False, help_text="Needs the board and the specialty."
    )
    board = models.CharField(
        max_length=200, blank=True, help_text="Its full name, like: American Board of …, never initials."
    )
    specialty = models.CharField(max_length=200, blank=True, help_text="In which the board certified them.")
    about = models.TextField(
        blank=True, help_text="A few sentences for patients. An empty line starts a new paragraph."
    )
    is_listed = models.BooleanField(
        "listed", default=True, help_text="On the page “Our clinicians”. Untick it when they leave."
    )
    order = models.PositiveSmallIntegerField(default=100, help_text="The lowest number comes first.")

    objects = ClinicianQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="clinician_has_degree",
                condition=~Q(degree="") & ~Q(name=""),
                violation_error_message="A clinician has a name and a degree.",
            ),
            models.CheckConstraint(
                name="clinician_certified_by_a_named_board",
                condition=Q(is_board_certified=False) | (~Q(board="") & ~Q(specialty="")),
                violation_error_message=NEEDS_BOARD,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.degree}"

    def clean(self) -> None:
        for name in ("name", "degree", "board", "specialty"):
            setattr(self, name, getattr(self, name).strip())
        if self.is_board_certified and not (self.board and self.specialty):
            raise ValidationError({"is_board_certified": NEEDS_BOARD})
        claiming = [name for name in ("name", "degree", "about") if CLAIM.search(getattr(self, name))]
        if claiming and not self.certification:
            words = f"This claims a board certification. {NEEDS_BOARD} Tick it below, and enter both."
            raise ValidationError(dict.fromkeys(claiming, words))
        if self.board and self.board.isupper() and " " not in self.board:
            raise ValidationError({"board": "Write the board’s full name, not its initials."})

    @property
    def certification(self) -> str:
        """The claim in full, or nothing."""
        if not self.is_board_certified:
            return ""
        board = self.board.removeprefix("The ").removeprefix("the ")
        return f"Board certified in {self.specialty} by the {board}"
