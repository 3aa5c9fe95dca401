"""allauth's pages, each behind what must come before it."""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ascentpain import sessions
from ascentpain.encryption import Unreadable
from ascentpain.sign_in import second_factor
from procedures import qr_code

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """For who has signed in with the second factor."""
    return _guarded(view, sets_up=False)


def setting_up(view: View) -> View:
    """The same, or for who has none yet."""
    return _guarded(view, sets_up=True)


def _guarded(view: View, sets_up: bool) -> View:
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not second_factor.is_done(request) and (step := first_step(request, sets_up)):
            return step
        try:
            return view(request, *args, **kwargs)
        except Unreadable:
            return render(request, "mfa/unreadable.html", status=503)

    return guarded


def first_step(request: HttpRequest, sets_up: bool = False) -> HttpResponse | None:
    """Where to go for who has not used a second factor in this session; None for who is setting it up."""
    if not request.user.is_authenticated:
        return sessions.to_sign_in(request.get_full_path())
    if not second_factor.is_set_up(request.user):
        return None if sets_up else redirect("mfa_activate_totp")
    # It was set up after this session began, elsewhere: the password alone opens nothing any more.
    auth.logout(request)
    return sessions.to_sign_in(request.get_full_path())


def confirmation(request: HttpRequest) -> HttpResponse | None:
    """Where the second factor is asked for again, for who used it too long ago for a grave step."""
    if second_factor.is_fresh(request):
        return None
    way = get_account_adapter().get_reauthentication_methods(request.user)[0]["url"]
    return redirect(f"{way}?{urlencode({'next': request.get_full_path()})}")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Also for who stops between password and code, and for the script that ends an idle session."""
    is_idle, path = "idle" in request.POST, request.POST.get("next", "")
    auth.logout(request)
    if is_idle:
        messages.warning(request, sessions.IDLE)
    else:
        messages.success(request, "You are signed out.")
    return sessions.to_sign_in(path if sessions.is_path(path) else "")


@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """How many seconds the session has left. A POST renews it (SessionLimitsMiddleware), a GET does not."""
    if not request.user.is_authenticated:
        return JsonResponse({"ends_in": 0})
    return JsonResponse({"ends_in": max(0, round(sessions.ends_in(request)))})


class CodePage(AuthenticateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        types = _types(self.stage.login.user)
        return super().get_context_data(**kwargs) | {
            "has_app": Authenticator.Type.TOTP in types,
            "has_passkey": Authenticator.Type.WEBAUTHN in types,
        }


class SetUpAppPage(ActivateTOTPView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {
            "code": qr_code.squares(context["totp_url"]),
            "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
            "is_first": not second_factor.is_set_up(self.request.user),
            "passkeys_work": passkeys_work(self.request),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor.remember(self.request, self.request.user)
        return response


class AddPasskeyPage(AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor.remember(self.request, self.request.user)
        return response


class RemovePasskeyPage(RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_go = get_adapter().can_delete_authenticator(self.object)
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[no-untyped-call]
        return context | {"may_go": may_go}

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)


class AccountPage(IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        return context | {
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "passkeys_work": passkeys_work(self.request),
        }


def passkeys_work(request: HttpRequest) -> bool:
    """A passkey belongs to a site's name: browsers make none for an address of numbers, like 127.0.0.1."""
    try:
        ipaddress.ip_address(request.get_host().rpartition(":")[0].strip("[]") or request.get_host())
    except ValueError:
        return True
    return False


def _types(user: Any) -> set[str]:
    return set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
