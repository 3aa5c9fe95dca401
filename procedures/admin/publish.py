"""Giving a page to patients, now or later; taking back what is to come."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.utils import from_current_timezone
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contact import opening_hours
from procedures import advice, drafts, publishing, snapshots
from procedures.admin import changes, screens
from procedures.admin.changes import Changes
from procedures.admin.fields import DayInput, TimeInput
from procedures.models import Clinician, Page, Revision, Section
from procedures.models.revision import today

YEAR = timedelta(days=365)
LATEST = 2 * YEAR  # from today: the furthest day that a version may be scheduled for


class PublishForm(forms.Form):
    """What whoever publishes decides. The draft itself is as it is stored."""

    also = forms.ModelMultipleChoiceField(
        Page.objects.none(),
        required=False,
        label="Publish with it",
        help_text="Pages that this one links to, whose drafts patients do not have yet. All or none.",
        widget=forms.CheckboxSelectMultiple,
    )
    cleared = forms.ModelMultipleChoiceField(
        Section.objects.none(),
        required=False,
        label="Sections that await a clinician",
        help_text="Tick those that the clinician approved: patients get them. The others stay with staff.",
        widget=forms.CheckboxSelectMultiple,
    )
    reviewed_by = forms.ModelChoiceField(
        Clinician.objects.all(),
        label="Reviewed by",
        empty_label="Choose",
        error_messages={"required": "Choose the clinician who reviewed the page."},
    )
    reviewed_on = forms.DateField(
        label="Reviewed on",
        widget=DayInput,
        error_messages={"required": "Enter the day of the review."},
    )
    next_review_on = forms.DateField(
        label="Next review by",
        widget=DayInput,
        error_messages={"required": "Enter the day by which it is reviewed again."},
    )
    when = forms.ChoiceField(
        label="When patients get it",
        choices=[("now", "Now"), ("later", "At a time that I enter")],
        initial="now",
        widget=forms.RadioSelect,
    )
    day = forms.DateField(label="Day", required=False, widget=DayInput)
    at = forms.TimeField(label="Time (Central)", required=False, widget=TimeInput)
    replaces_scheduled = forms.BooleanField(
        label="Cancel what is scheduled for later than that", required=False, initial=True
    )
    note = forms.CharField(
        label="What changed, and why",
        max_length=200,
        error_messages={"required": "Write what changed, and why. The history shows it."},
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, changes: Changes, data: Any = None) -> None:
        self.changes = changes
        self.page = page = changes.page.page
        self.linked = [change.page for change in changes.linked]
        initial = {"reviewed_on": today(), "next_review_on": today() + YEAR}
        super().__init__(data, initial=initial)
        self.fields["also"].queryset = Page.objects.filter(pk__in=[p.pk for p in self.linked])  # type: ignore[attr-defined]
        held_back = page.sections.filter(awaits_review=True)
        self.fields["cleared"].queryset = held_back  # type: ignore[attr-defined]
        scheduled = Revision.objects.scheduled().filter(page__in=[page, *self.linked])
        if scheduled:
            self.fields["replaces_scheduled"].help_text = _replaced(scheduled)
        else:
            del self.fields["replaces_scheduled"]
        if not self.linked:
            del self.fields["also"]
        if not held_back:
            del self.fields["cleared"]
        if not page.is_medical:
            for name in ("reviewed_by", "reviewed_on", "next_review_on"):
                del self.fields[name]
        for name in self.fields:
            help_id = f"id_{name}_helptext" if self.fields[name].help_text else ""
            error_id = f"id_{name}_error" if data and name in self.errors else ""
            if described := " ".join(filter(None, [help_id, error_id])):
                self.fields[name].widget.attrs["aria-describedby"] = described

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        reviewed_on, next_on = cleaned.get("reviewed_on"), cleaned.get("next_review_on")
        if reviewed_on and reviewed_on > today():
            self.add_error("reviewed_on", "That day is still to come. Enter the day of the review.")
        elif reviewed_on and next_on and next_on <= max(reviewed_on, today()):
            self.add_error("next_review_on", "The next review must be later than today.")
        if cleaned.get("when") == "later":
            cleaned["live_from"] = self._live_from(cleaned.get("day"), cleaned.get("at"))
        if cleaned.get("seen") != self.changes.fingerprint:
            raise ValidationError(
                "Somebody changed a draft meanwhile. Look at the changes again, then publish."
            )
        return cleaned

    def _live_from(self, day: Any, at: time | None) -> datetime | None:
        if not day:
            self.add_error("day", "Enter the day on which patients get it.")
        if not at:
            self.add_error("at", "Enter the time at which patients get it.")
        if not (day and at):
            return None
        if day > today() + LATEST:
            self.add_error("day", "That day is too far off. Enter one within two years.")
            return None
        try:
            live_from: datetime = from_current_timezone(datetime.combine(day, at))
        except ValidationError:
            self.add_error("at", "The clocks are changed at that time. Enter an hour earlier or later.")
            return None
        if live_from <= timezone.now():
            self.add_error("day", "That time is over. Enter a later one, or choose “Now”.")
        return live_from

    @property
    def review(self) -> publishing.Review | None:
        if not self.page.is_medical:
            return None
        cleaned = self.cleaned_data
        return publishing.Review(cleaned["reviewed_by"], cleaned["reviewed_on"], cleaned["next_review_on"])


def _replaced(scheduled: Iterable[Revision]) -> str:
    """What would come later instead of what is published now, with all that is cancelled with it."""
    told = [screens.scheduled_in_words(revision) for revision in scheduled]
    return f"Otherwise it replaces what you publish when its time comes: {'; '.join(told)}."


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def show(request: HttpRequest, page: Page) -> HttpResponse:
    """What would change for patients, and the form that does it; for who may not, asking for a review."""
    user = cast(User, request.user)
    screens.refuse_who_may_not_change(request)
    if not publishing.may_publish(user, page) or publishing.needs_other_eyes(page, user):
        status = 403 if request.method == "POST" else 200
        return _screen(request, changes.of(page), None, status=status)
    if request.method != "POST":
        looked_at = changes.of(page)
        return _screen(request, looked_at, PublishForm(looked_at))
    list(Page.objects.select_for_update().order_by("pk"))  # what was looked at stays so until it is published
    looked_at = changes.of(page)
    form = PublishForm(looked_at, request.POST)
    if not form.is_valid():
        return _screen(request, looked_at, form)
    try:
        with transaction.atomic():
            made = _publish(page, form, user)
    except publishing.CannotPublish as error:
        for _, problem in error.problems:
            form.add_error(None, problem)
        return _screen(request, looked_at, form)
    for revision in made:
        screens.log(request, revision.page, _log_words(revision, user))
    messages.success(request, _success(made))
    return redirect(screens.path_of(page, "history"))


def _publish(page: Page, form: PublishForm, user: User) -> list[Revision]:
    cleaned = form.cleaned_data
    return publishing.publish(
        page,
        *cleaned.get("also", []),
        by=user,
        note=cleaned["note"],
        live_from=cleaned.get("live_from"),
        review=form.review,
        cleared=[section.pk for section in cleaned.get("cleared", [])],
        replaces_scheduled=cleaned.get("replaces_scheduled", False),
    )


def _log_words(revision: Revision, user: User) -> str:
    is_own = revision.page.is_medical and revision.writers.filter(pk=user.pk).exists()
    own = " By one who wrote it." if is_own else ""
    return f"Published{' for later' if revision.is_scheduled else ''}.{own}"


def _success(made: list[Revision]) -> str:
    titles = " and ".join(f"“{revision.page}”" for revision in made)
    if made[0].is_scheduled and made[0].live_from:
        return f"Patients get {titles} from {opening_hours.moment_in_words(made[0].live_from)} on."
    return f"Patients read {titles} now."


def _screen(
    request: HttpRequest, looked_at: Changes, form: PublishForm | None, status: int = 200
) -> HttpResponse:
    page = looked_at.page.page
    stored = snapshots.drafts().get(pk=page.pk)
    titles = snapshots.linked_titles([stored], timezone.now())
    return screens.render(
        request,
        page,
        "publish",
        f"Publish {page}",
        status=status,
        form=form,
        changes=looked_at,
        seen=looked_at.fingerprint,
        scheduled=page.revisions.scheduled(),
        problems=list(
            publishing.unfit(stored, titles | {p.pk: p.title for p in (form.linked if form else [])})
        ),
        advice=advice.for_page(page, looked_at.page.draft),
        may_publish=publishing.may_publish(page=page, user=cast(User, request.user)),
        is_own_work=publishing.is_own_work(page, cast(User, request.user)),
        has_clinicians=Clinician.objects.exists(),
    )


@require_POST
def ask(request: HttpRequest, page: Page) -> HttpResponse:
    """Put the draft before the reviewers."""
    screens.refuse_who_may_not_change(request)
    drafts.ask_for_review(page, cast(User, request.user), request.POST.get("note", "").strip())
    screens.log(request, page, "Asked for review.")
    messages.success(request, f"The reviewers see on their first page that “{page}” waits for them.")
    return redirect(screens.path_of(page, "publish"))


@require_POST
def restore(request: HttpRequest, page: Page, revision: int) -> HttpResponse:
    """Make the draft what a revision was; patients see nothing of it until it is published."""
    screens.refuse_who_may_not_change(request)
    old = get_object_or_404(page.revisions.restorable(), pk=revision)
    kept = drafts.restore(old, cast(User, request.user))
    screens.log(request, page, f"Draft restored from version {old.pk}.")
    also = " What the draft said before is kept below." if kept else ""
    messages.success(request, f"The draft is what it was in that version. Publish it when it is right.{also}")
    return redirect(screens.path_of(page, "history"))


@require_POST
def cancel(request: HttpRequest, page: Page, revision: int) -> HttpResponse:
    """Take back what patients would get later."""
    screens.refuse_who_may_not_change(request)
    made = get_object_or_404(page.revisions, pk=revision)
    try:
        cancelled = publishing.cancel(made, cast(User, request.user))
    except publishing.CannotPublish as error:
        messages.error(request, str(error))
        return redirect(screens.path_of(page, "history"))
    for other in cancelled:
        screens.log(request, other.page, "Scheduled version cancelled.")
    if cancelled:
        titles = " and ".join(f"“{other.page}”" for other in cancelled)
        messages.success(request, f"It is cancelled. Patients keep what they read now of {titles}.")
    else:
        messages.error(request, "It was too late: patients have it already, or somebody else cancelled it.")
    return redirect(screens.path_of(page, "history"))
