"""What patients send, what staff do about it, who looked at it, and the details of the practice."""

from contact.models.access_event import AccessEvent, ListedInquiry
from contact.models.alert import Alert
from contact.models.event import InquiryEvent
from contact.models.inquiry import Inquiry
from contact.models.note_draft import NoteDraft
from contact.models.practice import Closure, OpeningHours, Practice
from contact.models.request_draft import RequestDraft
from contact.models.search_term import SearchTerm

__all__ = [
    "AccessEvent",
    "Alert",
    "Closure",
    "Inquiry",
    "InquiryEvent",
    "ListedInquiry",
    "NoteDraft",
    "OpeningHours",
    "Practice",
    "RequestDraft",
    "SearchTerm",
]
