"""Taking a page from patients."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from procedures import publishing
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

    def __init__(self, page: Page, data: Any = None) -> None:
        super().__init__(data)
        live = Revision.objects.live().exclude(page=page)
        self.fields["instead"].queryset = Page.objects.filter(pk__in=live.values("page"))  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, page: Page) -> HttpResponse:
    """Take the page from patients at once."""
    screens.refuse_who_may_not_change(request)
    form = WithdrawForm(page, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publishing.withdraw(page, cast(User, request.user), **form.cleaned_data)
        except publishing.CannotPublish as error:
            form.add_error(None, str(error))
        else:
            screens.log(request, page, "Withdrawn.")
            messages.success(request, f"Patients no longer get “{page}”. Publish it to bring it back.")
            return redirect(screens.path_of(page, "history"))
    return screens.render(request, page, "withdraw", f"Withdraw {page}", form=form)
