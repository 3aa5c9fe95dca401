"""Taking a page from patients."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from procedures import links, publishing
from procedures.admin import screens
from procedures.models import Page, Revision


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

    anyway = forms.BooleanField(
        label="Withdraw it all the same",
        help_text="Urgent, or you change those pages next.",
        error_messages={"required": "Other pages link to it. Change them first, or tick this."},
    )

    def __init__(self, page: Page, data: Any = None) -> None:
        super().__init__(data)
        self.linking = links.leading_to(page)
        if not self.linking:
            del self.fields["anyway"]
        live = Revision.objects.live().exclude(page=page)
        self.fields["instead"].queryset = Page.objects.filter(pk__in=live.values("page"))  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, page: Page) -> HttpResponse:
    """Take the page from patients at once."""
    screens.refuse_who_may_not_change(request)
    form = WithdrawForm(page, request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            publishing.withdraw(page, cast(User, request.user), chosen["note"], chosen["instead"])
        except publishing.CannotPublish as error:
            form.add_error(None, str(error))
        else:
            screens.log(request, page, "Withdrawn.")
            messages.success(request, f"Patients no longer get “{page}”. Publish it to bring it back.")
            return redirect(screens.path_of(page, "history"))
    scheduled = [screens.scheduled_in_words(made) for made in page.revisions.scheduled()]
    return screens.render(request, page, "withdraw", f"Withdraw {page}", form=form, scheduled=scheduled)
