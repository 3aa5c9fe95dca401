"""Giving a page to patients, now or later; taking it back; moving it."""

import hashlib
import json
from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.forms.utils import from_current_timezone
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contact import opening_hours
from procedures import advice, comparison, drafts, publishing, snapshots
from procedures.admin import screens
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
    note = forms.CharField(
        label="What changed, and why",
        max_length=200,
        error_messages={"required": "Write what changed, and why. The history shows it."},
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, page: Page, data: Any = None) -> None:
        self.page = page
        self.linked = _linked_drafts(page)
        initial = {"reviewed_on": today(), "next_review_on": today() + YEAR}
        super().__init__(data, initial=initial)
        self.fields["also"].queryset = Page.objects.filter(pk__in=[p.pk for p in self.linked])  # type: ignore[attr-defined]
        held_back = page.sections.filter(awaits_review=True)
        self.fields["cleared"].queryset = held_back  # type: ignore[attr-defined]
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

    def fingerprint(self) -> str:
        """Changes with every word that would be published."""
        told = json.dumps([drafts.current(page) for page in (self.page, *self.linked)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        reviewed_on, next_on = cleaned.get("reviewed_on"), cleaned.get("next_review_on")
        if reviewed_on and reviewed_on > today():
            self.add_error("reviewed_on", "That day is still to come. Enter the day of the review.")
        elif reviewed_on and next_on and next_on <= max(reviewed_on, today()):
            self.add_error("next_review_on", "The next review must be later than today.")
        if cleaned.get("when") == "later":
            cleaned["live_from"] = self._live_from(cleaned.get("day"), cleaned.get("at"))
        if cleaned.get("seen") != self.fingerprint():
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


def _linked_drafts(page: Page) -> list[Page]:
    """The pages that this draft links to whose own drafts patients do not have."""
    linked = Page.objects.filter(pk__in=page.sections.values("linked_page"))
    linked |= Page.objects.filter(pk__in=page.sections.values("items__linked_page"))
    return [other for other in linked.distinct() if other != page and publishing.differs_from_live(other)]


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def show(request: HttpRequest, page: Page) -> HttpResponse:
    """What would change for patients, and the form that does it; for who may not, asking for a review."""
    user = cast(User, request.user)
    screens.refuse_who_may_not_change(request)
    if not publishing.may_publish(user, page) or publishing.needs_other_eyes(page, user):
        return _screen(request, page, None, status=403 if request.method == "POST" else 200)
    if request.method != "POST":
        return _screen(request, page, PublishForm(page))
    list(Page.objects.select_for_update().order_by("pk"))  # what was looked at stays so until it is published
    form = PublishForm(page, request.POST)
    if not form.is_valid():
        return _screen(request, page, form)
    try:
        with transaction.atomic():
            made = _publish(page, form, user)
    except publishing.CannotPublish as error:
        for _, problem in error.problems:
            form.add_error(None, problem)
        return _screen(request, page, form)
    for revision in made:
        _log(request, revision.page, _log_words(revision, user))
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
    )


def _log_words(revision: Revision, user: User) -> str:
    own = " By the one who wrote it." if publishing.is_own_work(revision.page, user) else ""
    return f"Published{' for later' if revision.is_scheduled else ''}.{own}"


def _success(made: list[Revision]) -> str:
    titles = " and ".join(f"“{revision.page}”" for revision in made)
    if made[0].is_scheduled and made[0].live_from:
        return f"Patients get {titles} from {opening_hours.moment_in_words(made[0].live_from)} on."
    return f"Patients read {titles} now."


def _screen(request: HttpRequest, page: Page, form: PublishForm | None, status: int = 200) -> HttpResponse:
    draft = drafts.current(page)
    live = Revision.objects.live().filter(page=page).first()
    stored = snapshots.drafts().get(pk=page.pk)
    titles = snapshots.linked_titles([stored], timezone.now())
    shown = snapshots.of(stored, titles)
    return screens.render(
        request,
        page,
        "publish",
        f"Publish {page}",
        status=status,
        form=form,
        live=live,
        scheduled=page.revisions.scheduled(),
        parts=[part for part in comparison.compare(live.snapshot if live else {}, shown) if part.is_changed],
        problems=list(
            publishing.unfit(stored, titles | {p.pk: p.title for p in (form.linked if form else [])})
        ),
        advice=advice.for_page(page, draft),
        may_publish=publishing.may_publish(page=page, user=cast(User, request.user)),
        is_own_work=publishing.is_own_work(page, cast(User, request.user)),
        has_clinicians=Clinician.objects.exists(),
    )


def _log(request: HttpRequest, page: Page, words: str) -> None:
    admin.site._registry[Page].log_change(request, page, words)


@require_POST
def ask(request: HttpRequest, page: Page) -> HttpResponse:
    """Put the draft before the reviewers."""
    screens.refuse_who_may_not_change(request)
    drafts.ask_for_review(page, cast(User, request.user), request.POST.get("note", "").strip())
    _log(request, page, "Asked for review.")
    messages.success(request, f"The reviewers see on their first page that “{page}” waits for them.")
    return redirect(screens.path_of(page, "publish"))


class WithdrawForm(forms.Form):
    note = forms.CharField(
        label="Why",
        max_length=200,
        error_messages={"required": "Write why. The history shows it."},
    )
    instead = forms.ModelChoiceField(
        Page.objects.none(),
        required=False,
        label="Where its readers are sent",
        empty_label="To the start page",
    )

    def __init__(self, page: Page, data: Any = None) -> None:
        super().__init__(data)
        live = Revision.objects.live().exclude(page=page)
        self.fields["instead"].queryset = Page.objects.filter(pk__in=live.values("page"))  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, page: Page) -> HttpResponse:
    """Take the page from patients at once."""
    screens.refuse_who_may_not_change(request)
    form = WithdrawForm(page, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publishing.withdraw(page, cast(User, request.user), **form.cleaned_data)
        except publishing.CannotPublish as error:
            form.add_error(None, str(error))
        else:
            _log(request, page, "Withdrawn.")
            messages.success(request, f"Patients no longer get “{page}”. Publish it to bring it back.")
            return redirect(screens.path_of(page, "history"))
    return screens.render(request, page, "withdraw", f"Withdraw {page}", form=form)


class AddressForm(forms.Form):
    slug = forms.SlugField(
        label="New address",
        max_length=100,
        error_messages={
            "required": "Enter the new address.",
            "invalid": "Use small letters, digits and hyphens only, like: back-pain.",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, page: Page) -> HttpResponse:
    """Move the page. Its old address leads to the new one."""
    screens.refuse_who_may_not_change(request)
    form = AddressForm(request.POST or None, initial={"slug": page.slug})
    before = page.get_absolute_url()
    if request.method == "POST" and form.is_valid():
        try:
            publishing.move(page, form.cleaned_data["slug"], cast(User, request.user))
        except publishing.CannotPublish as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error("slug", error.message_dict.get("slug") or error.message_dict[NON_FIELD_ERRORS])
        else:
            page.refresh_from_db()
            _log(request, page, f"Address changed from {before} to {page.get_absolute_url()}.")
            messages.success(request, f"{before} leads to {page.get_absolute_url()} now.")
            return redirect(screens.path_of(page, "change"))
    return screens.render(request, page, "address", f"Change the address of {page}", form=form)


@require_POST
def restore(request: HttpRequest, page: Page, revision: int) -> HttpResponse:
    """Make the draft what a revision was; patients see nothing of it until it is published."""
    screens.refuse_who_may_not_change(request)
    old = get_object_or_404(page.revisions.filter(is_withdrawal=False), pk=revision)
    kept = drafts.restore(old, cast(User, request.user))
    _log(request, page, f"Draft restored from version {old.pk}.")
    also = " What the draft said before is kept below." if kept else ""
    messages.success(request, f"The draft is what it was in that version. Publish it when it is right.{also}")
    return redirect(screens.path_of(page, "history"))


@require_POST
def cancel(request: HttpRequest, page: Page, revision: int) -> HttpResponse:
    """Take back what patients would get later."""
    screens.refuse_who_may_not_change(request)
    if not publishing.may_publish(cast(User, request.user), page):
        messages.error(request, "A reviewer cancels what a reviewer scheduled.")
    elif publishing.cancel(get_object_or_404(page.revisions, pk=revision), cast(User, request.user)):
        _log(request, page, "Scheduled version cancelled.")
        messages.success(request, "It is cancelled. Patients keep what they read now.")
    else:
        messages.error(request, "It was too late: patients have it already, or somebody else cancelled it.")
    return redirect(screens.path_of(page, "history"))
