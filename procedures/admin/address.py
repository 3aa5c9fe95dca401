"""Moving a page to another address."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from procedures import publishing
from procedures.admin import screens
from procedures.models import Page


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
def show(request: HttpRequest, page: Page) -> HttpResponse:
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
            screens.log(request, page, f"Address changed from {before} to {page.get_absolute_url()}.")
            messages.success(request, f"{before} leads to {page.get_absolute_url()} now.")
            return redirect(screens.path_of(page, "change"))
    return screens.render(request, page, "address", f"Change the address of {page}", form=form)
