from django.db import models

from contact.models.inquiry import Inquiry


class SearchTerm(models.Model):
    """By what an inquiry is found.

    A blind index, a keyed hash that tells nothing without its key (contact.search).
    """

    inquiry = models.ForeignKey(
        Inquiry, on_delete=models.CASCADE, related_name="search_terms", db_index=False
    )
    index = models.CharField(max_length=22)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["index", "inquiry"], name="search_term_once"),
        ]
        indexes = [models.Index(fields=["inquiry"], name="search_term_of_inquiry")]

    def __str__(self) -> str:
        return f"Search term {self.pk}"
