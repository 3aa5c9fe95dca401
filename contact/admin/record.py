"""One request on one screen: what the patient wrote, what was done, and what can be done next."""

import logging
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ascentpain import sessions
from ascentpain.encrypted_fields import is_readable
from contact import access, desk, plain_text, search, workflow
from contact.admin import due, typed_text
from contact.models import AccessEvent, Inquiry, InquiryEvent, NoteDraft
from contact.row_number import read_row_number

logger = logging.getLogger(__name__)

Screen = AccessEvent.Screen
NOTE_LENGTH = 5000  # characters
OTHERS_SHOWN = 10
LOG_SHOWN = 20
TAKING_A_NOTE = ("admin:contact_inquiry_act", "admin:contact_inquiry_draft")
MOST_PASSED = 50  # records that were looked at one after the other, and not called


def require(request: HttpRequest, *permissions: str) -> User:
    """The member of staff. Raises PermissionDenied without all of these."""
    if not isinstance(request.user, User) or not request.user.has_perms(permissions):
        raise PermissionDenied
    return request.user


@never_cache
@require_safe
def show(request: HttpRequest, object_id: str) -> HttpResponse:
    """The record, with the note that was kept for whoever opens it."""
    user = require(request, "contact.view_inquiry")
    inquiry = get_object_or_404(Inquiry.objects.select_related("owner"), pk=read_row_number(object_id))
    draft = NoteDraft.objects.filter(inquiry=inquiry, by=user).first()
    if draft and not is_readable(draft.text):
        access.record_unreadable(Screen.RECORD, user, inquiry, ["note draft"])
        draft = None
    return _page(request, inquiry, note=draft.text if draft else "", draft=draft)


@never_cache
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what the pressed button says. Whatever keeps it from being stored, what was typed comes back."""
    try:
        return _act(request, pk)
    except typed_text.DATABASE_ERRORS:
        logger.exception("record: the database did not store it")
    try:
        return _show_again(request, pk, typed_text.NOT_STORED, HTTPStatus.SERVICE_UNAVAILABLE)
    except typed_text.DATABASE_ERRORS:
        return typed_text.note_page(request, typed_text.NOT_STORED, HTTPStatus.SERVICE_UNAVAILABLE)


def _act(request: HttpRequest, pk: int) -> HttpResponse:
    user = require(request, "contact.view_inquiry", "contact.change_inquiry")
    inquiry = get_object_or_404(Inquiry, pk=pk)
    note = plain_text.clean_lines(request.POST.get("note", ""))
    if len(note) > NOTE_LENGTH:
        problem = (
            f"The note has {len(note):,} characters, {NOTE_LENGTH:,} fit. Shorten it; nothing was saved."
        )
        return _page(request, inquiry, note, problem=problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction.atomic():
            done = _do(request, user, inquiry, note)
            if done is not None:
                desk.forget_draft(pk, user, request.POST.get("draft", ""), note)
    except desk.Conflict as conflict:
        return _page(request, conflict.inquiry, note, conflict=True, status=HTTPStatus.CONFLICT)
    except workflow.NotPossible as error:
        raise BadRequest from error
    if done is None:
        problem = "Write the note first; nothing was saved."
        return _page(request, inquiry, problem=problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, done)
    if request.GET.get("from") == "list":
        return HttpResponseRedirect(f"{reverse('admin:contact_inquiry_changelist')}?status=quarantined")
    return HttpResponseRedirect(_address(inquiry))


@never_cache
def show_without_csrf(request: HttpRequest, pk: int) -> HttpResponse:
    """The record again, with the note that was typed and a fresh CSRF token. Nothing is stored."""
    if not admin.site.has_permission(request):
        return typed_text.note_page(request, typed_text.SIGNED_OUT, HTTPStatus.FORBIDDEN)
    return _show_again(request, pk, typed_text.TOO_OLD, HTTPStatus.FORBIDDEN)


def _show_again(request: HttpRequest, pk: int, problem: str, status: HTTPStatus) -> HttpResponse:
    require(request, "contact.view_inquiry", "contact.change_inquiry")
    inquiry = get_object_or_404(Inquiry, pk=pk)
    note = plain_text.clean_lines(request.POST.get("note", ""))
    return _page(request, inquiry, note, problem=problem, status=status)


def _do(request: HttpRequest, user: User, inquiry: Inquiry, note: str) -> str | None:
    """What was done, in words without a name; None for a note without words.

    Raises desk.Conflict, workflow.NotPossible, and BadRequest for what no button says.
    """
    version, sent = _version(request), request.POST
    if outcome := sent.get("outcome"):
        inquiry = desk.record_call(inquiry.pk, version, outcome, user, note)
        label = InquiryEvent.Outcome(outcome).label.lower()
        return f"{inquiry}: {label}. It is now {_status(inquiry)}."
    if to := sent.get("move"):
        inquiry = desk.move(inquiry.pk, version, to, user, note)
        return f"{inquiry} is now {_status(inquiry)}."
    if owner := sent.get("owner"):
        return _give(inquiry, version, owner, user, note)
    if hold := sent.get("hold"):
        require(request, "contact.hold_inquiry")
        desk.hold(inquiry.pk, version, hold == "on", user, note)
        return f"{inquiry} is {'on legal hold' if hold == 'on' else 'no longer on legal hold'}."
    if "add_note" not in sent:
        raise BadRequest
    if not note:
        return None
    desk.add_note(inquiry, note, user)
    return f"The note is on {inquiry}."


def _give(inquiry: Inquiry, version: int, owner: str, user: User, note: str) -> str:
    to = {"me": user, "nobody": None}.get(owner, user)
    if owner not in {"me", "nobody"}:
        to = colleagues(user).filter(username=owner).first()
        if to is None:
            raise BadRequest
    desk.give(inquiry.pk, version, to, user, note)
    return f"{inquiry} is {'yours' if to == user else f'{to}’s' if to else 'nobody’s'} to call now."


def colleagues(user: User) -> Any:
    """Others who may work requests."""
    staff = User.objects.with_perm(
        "contact.change_inquiry", backend="django.contrib.auth.backends.ModelBackend"
    )
    return staff.filter(is_staff=True).exclude(pk=user.pk).order_by("username")


@never_cache
def keep_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the note that is being written, for when its writer is back."""
    user = require(request, "contact.view_inquiry", "contact.change_inquiry")
    inquiry = get_object_or_404(Inquiry, pk=pk)
    desk.keep_draft(inquiry.pk, plain_text.clean_lines(request.POST.get("note", ""))[:NOTE_LENGTH], user)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@receiver(sessions.expired_with_post)
def keep_note_of_expired_session(request: HttpRequest, user: User, **kwargs: Any) -> str:
    """What was typed on a record when its writer's session had ended. Returns the record to come back to."""
    match = resolve(request.path_info)
    if match.view_name not in TAKING_A_NOTE or not user.has_perm("contact.change_inquiry"):
        return ""
    inquiry = Inquiry.objects.get(pk=match.kwargs["pk"])
    desk.keep_draft(inquiry.pk, plain_text.clean_lines(request.POST.get("note", ""))[:NOTE_LENGTH], user)
    return _address(inquiry)


@never_cache
@require_safe
def next_to_call(request: HttpRequest) -> HttpResponse:
    """To the record that is due first, but for those in `after`: the record left, and those before it."""
    user = require(request, "contact.view_inquiry")
    typed = map(read_row_number, request.GET.getlist("after")[-MOST_PASSED:])
    passed = [pk for pk in typed if pk is not None]
    if found := desk.next_to_call(user, passed):
        before = "" if found.pk in passed else urlencode({"after": passed}, doseq=True)
        return HttpResponseRedirect(_address(found) + (f"?{before}" if before else ""))
    messages.success(request, "Nobody else waits for a call.")
    return HttpResponseRedirect(reverse("admin:contact_inquiry_changelist"))


@never_cache
@require_safe
def print_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The record on paper, for the patient's chart."""
    user = require(request, "contact.view_inquiry")
    inquiry = get_object_or_404(Inquiry.objects.select_related("owner"), pk=pk)
    access.record(AccessEvent.Kind.PRINTED, Screen.PRINT, user, inquiry)
    events = inquiry.events.select_related("by", "owner")
    access.record_unreadable(Screen.PRINT, user, inquiry, inquiry.unreadable_parts(events))
    context = {
        "inquiry": inquiry,
        "events": events,
        "now": timezone.now(),
    }
    return render(request, "admin/contact/inquiry/print.html", admin.site.each_context(request) | context)


def _page(
    request: HttpRequest,
    inquiry: Inquiry,
    note: str = "",
    problem: str = "",
    conflict: bool = False,
    draft: NoteDraft | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """The record, whatever led to it. That it was looked at is logged here, before it is shown."""
    user, now = require(request, "contact.view_inquiry"), timezone.now()
    access.record(AccessEvent.Kind.VIEWED, Screen.RECORD, user, inquiry)
    events = inquiry.events.select_related("by", "owner")
    unreadable = inquiry.unreadable_parts(events)
    access.record_unreadable(Screen.RECORD, user, inquiry, unreadable)
    may_change = user.has_perm("contact.change_inquiry")
    context = {
        "inquiry": inquiry,
        "opts": Inquiry._meta,
        "title": f"Request {inquiry.reference}",
        "note": note,
        "note_length": NOTE_LENGTH,
        "problem": problem,
        "conflict": conflict,
        "draft": draft,
        "due": due.in_words(inquiry.owed_by, now) if inquiry.owed_by else "",
        "is_overdue": bool(inquiry.owed_by and inquiry.owed_by < now),
        "events": events,
        "unreadable": unreadable,
        "others": search.others_from_the_same_person(inquiry)[:OTHERS_SHOWN],
        "outcomes": _choices(workflow.CALLS[inquiry.status]) if may_change else [],
        "moves": list(workflow.moves(inquiry).items()) if may_change else [],
        "may_change": may_change,
        "may_hold": may_change and user.has_perm("contact.hold_inquiry"),
        "colleagues": colleagues(user) if may_change else [],
    }
    if user.has_perm("contact.view_accessevent"):
        context["log"] = access.about(inquiry, LOG_SHOWN)
        context["seen_in_queue"] = access.seen_in_queue(inquiry, LOG_SHOWN)
    context = admin.site.each_context(request) | context
    return render(request, "admin/contact/inquiry/record.html", context, status=status)


def _choices(calls: Any) -> list[tuple[str, str]]:
    return [(outcome, InquiryEvent.Outcome(outcome).label) for outcome in calls]


def _version(request: HttpRequest) -> int:
    """The version that was shown: in the form, or in the address of a button of the list."""
    version = read_row_number(request.POST.get("version") or request.GET.get("version"))
    if version is None:
        raise BadRequest
    return version


def _status(inquiry: Inquiry) -> str:
    return f"“{inquiry.get_status_display()}”"


def _address(inquiry: Inquiry) -> str:
    return reverse("admin:contact_inquiry_change", args=[inquiry.pk])
