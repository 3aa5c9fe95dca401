from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from contact import access, workflow
from contact.admin import due, export, phone_request, record, search, typed_text
from contact.admin.lists import OfferedOnly
from contact.admin.queue_filters import FILTERS, end_of_today
from contact.models import AccessEvent, Inquiry
from contact.paging import LIMIT, BoundedPaginator, count_up_to

MOST_COUNTED = 1000


class Queue(OfferedOnly):
    """What the filters and the search select.

    `typed` is what was searched for, `q` in the address its seal.
    """

    typed: str | None = None

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.typed = search.unseal(self.query, request.user) if self.query else None
        return super().get_queryset(request, *args, **kwargs)

    @property
    def has_more(self) -> bool:
        return bool(self.paginator.has_more)

    @property
    def limit(self) -> int:
        return LIMIT


@admin.register(Inquiry)
class InquiryAdmin(admin.ModelAdmin):
    """The queue.

    Who to call next. What can be done with a request is on its record (contact.admin.record).
    """

    list_display = ("due", "who", "call", "state", "whose", "sent_at")
    list_display_links = None
    list_filter = FILTERS
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    sortable_by = ()
    search_fields = ("search_terms",)  # contact.search
    search_help_text = "A name, a phone number or its last four digits, an e-mail address, or a reference."
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inquiry]:
        return Inquiry.objects.select_related("owner").with_corrections()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    def get_ordering(self, request: HttpRequest) -> Any:
        """Who waits for a call by what is due first, all other lists by what is newest."""
        if request.GET.get(search.FIELD):
            return []  # as contact.search has them
        is_to_call = request.GET.get("status", "") in {"", *workflow.TO_CALL}
        return ["due_at", "pk"] if is_to_call else ["-sent_at", "-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Inquiry], search_term: str
    ) -> tuple[QuerySet[Inquiry], bool]:
        if not search_term:
            return queryset, False
        return search.find(queryset, search.unseal(search_term, request.user)), False

    def has_delete_permission(self, request: HttpRequest, obj: Inquiry | None = None) -> bool:
        return False

    @admin.display(description="due")
    def due(self, inquiry: Inquiry) -> str:
        if inquiry.owed_by is None:
            return "-"
        now = timezone.now()
        kind = "overdue" if inquiry.owed_by < now else "due"
        return format_html('<span class="{}">{}</span>', kind, due.in_words(inquiry.owed_by, now))

    @admin.display(description="request")
    def who(self, inquiry: Inquiry) -> str:
        address = reverse("admin:contact_inquiry_change", args=[inquiry.pk])
        return format_html(
            '<a href="{}">{}</a><span class="note">{}</span>', address, inquiry.name, inquiry.reference
        )

    @admin.display(description="phone")
    def call(self, inquiry: Inquiry) -> str:
        """The number to call, and what to know before."""
        notes = ["corrected by the sender"] if inquiry.corrections else []
        if inquiry.best_time != Inquiry.BestTime.ANY:
            notes.append(f"best time: {inquiry.get_best_time_display().lower()}")
        link = '<a href="{}">{}</a>' if inquiry.phone_is_readable else "{1}"
        number = format_html(link, inquiry.current_phone_uri, inquiry.phone_display)
        return number + format_html_join("", '<span class="note">{}</span>', ((note,) for note in notes))

    @admin.display(description="status")
    def state(self, inquiry: Inquiry) -> str:
        """A request that is held says why."""
        notes = inquiry.suspicions_in_words if inquiry.is_quarantined else []
        reasons = format_html_join("", '<span class="note">{}</span>', ((note,) for note in notes))
        return format_html("{}{}", inquiry.get_status_display(), reasons)

    @admin.display(description="owner", empty_value="nobody’s")
    def whose(self, inquiry: Inquiry) -> Any:
        return inquiry.owner

    @admin.display(description="move to")
    def accept(self, inquiry: Inquiry) -> str:
        """Whether it is spam is seen in the list itself.

        The buttons submit its form, which carries the CSRF token.
        """
        address = reverse("admin:contact_inquiry_act", args=[inquiry.pk])
        return format_html_join(
            " ",
            '<button type="submit" class="button" name="move" value="{}" formaction="{}?{}">{}'
            '<span class="visually-hidden"> ({})</span></button>',
            (
                (
                    to,
                    address,
                    f"version={inquiry.version}&from=list",
                    label,
                    inquiry.reference,
                )
                for to, label in workflow.moves(inquiry).items()
            ),
        )

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        is_held = request.GET.get("status") == Inquiry.Status.QUARANTINED
        columns = tuple(super().get_list_display(request))
        return (*columns, "accept") if is_held and self.has_change_permission(request) else columns

    def get_urls(self) -> list[URLPattern]:
        view, kept = self.admin_site.admin_view, typed_text.kept_for_who_is_signed_out
        act = kept(view(require_POST(record.act)), typed_text.note_page)
        add = kept(view(self.add_view), phone_request.typed_page)
        return [
            path("search/", view(require_POST(self.search)), name="contact_inquiry_search"),
            path("export/", view(self.export), name="contact_inquiry_export"),
            path("next/", view(record.next_to_call), name="contact_inquiry_next"),
            path("add/", add, name="contact_inquiry_add"),
            path(
                "add/draft/",
                view(require_POST(phone_request.keep_draft)),
                name="contact_inquiry_add_draft",
            ),
            path("<int:pk>/act/", act, name="contact_inquiry_act"),
            path("<int:pk>/draft/", view(require_POST(record.keep_draft)), name="contact_inquiry_draft"),
            path("<int:pk>/print/", view(record.print_view), name="contact_inquiry_print"),
            *super().get_urls(),
        ]

    def search(self, request: HttpRequest) -> HttpResponse:
        """To the list of what is found, by an address that tells nobody what was typed."""
        record.require(request, "contact.view_inquiry")
        queue = reverse("admin:contact_inquiry_changelist")
        typed = request.POST.get("typed", "").strip()
        if not typed:
            return HttpResponseRedirect(queue)
        access.record(AccessEvent.Kind.SEARCHED, AccessEvent.Screen.QUEUE, request.user)
        return HttpResponseRedirect(f"{queue}?{urlencode({search.FIELD: search.seal(typed, request.user)})}")

    def export(self, request: HttpRequest) -> Any:
        """What the queue at the same query string shows, and all that its pages do not reach."""
        record.require(request, "contact.view_inquiry", "contact.export_inquiry")
        try:
            queue: Any = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        in_words = {
            str(spec.title): str(choice["display"])
            for spec in queue.filter_specs
            for choice in spec.choices(queue)
            if choice["selected"]
        }
        filters = logged_filters(queue)
        if "searched" in filters:
            in_words = {"status": "All requests", **in_words, "searched for": queue.typed}
        return export.download(request, queue.queryset, in_words, filters)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": "Requests", "counts": counts(request)}
        response = super().changelist_view(request, context | (extra_context or {}))
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            self._log(request, response.context_data["cl"])
        return response

    def _log(self, request: HttpRequest, queue: Any) -> None:
        """Names and numbers are in the list, so that listing is looking."""
        if queue.query and queue.typed is None:
            messages.warning(request, "This search is no longer open. Please search again.")
        listed = [inquiry.pk for inquiry in queue.result_list]
        kind, screen, user = AccessEvent.Kind.VIEWED, AccessEvent.Screen.QUEUE, request.user
        access.record_several(kind, screen, user, len(listed), listed, logged_filters(queue))
        for inquiry in queue.result_list:
            access.record_unreadable(screen, user, inquiry, inquiry.unreadable_in_a_list)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return phone_request.add(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return record.show(request, object_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What happened is on the record itself."""
        return HttpResponseRedirect(reverse("admin:contact_inquiry_change", args=[object_id]))


def logged_filters(queue: Any) -> dict[str, str]:
    """By what the list was chosen, where the desk offers the choice: an address may hold any words.

    Of a search only that there was one.
    """
    filters = {
        spec.parameter_name: spec.value() if spec.value() in dict(spec.lookup_choices) else "other"
        for spec in queue.filter_specs
        if spec.value()
    }
    return filters | ({"searched": "yes"} if queue.query else {})


def counts(request: HttpRequest) -> list[tuple[str, str, str, str]]:
    """Above the queue: what of, how many (MOST_COUNTED at most), the list of them, and how it looks."""
    now, inquiries = timezone.now(), Inquiry.objects.all()
    queue = reverse("admin:contact_inquiry_changelist")
    found = [
        ("New", inquiries.new(), "?status=new", ""),
        ("Overdue", inquiries.overdue(now), "?due=overdue", "overdue"),
        ("Due later today", inquiries.due_between(now, end_of_today(now)), "?due=today", ""),
        ("Held: may be spam", inquiries.quarantined(), "?status=quarantined", ""),
        ("Mine to call", inquiries.to_call().owned_by(request.user), "?owner=me", ""),
    ]
    return [(label, _counted(some), queue + query, look) for label, some, query, look in found]


def _counted(some: QuerySet[Inquiry]) -> str:
    number = count_up_to(some, MOST_COUNTED + 1)
    return f"{MOST_COUNTED:,}+" if number > MOST_COUNTED else str(number)
