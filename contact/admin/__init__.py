"""The desk: requests, the mail about them, who looked at them, and the practice's details."""

from contact.admin import access_event, alert, inquiry, practice  # noqa: F401 (each registers its own)
