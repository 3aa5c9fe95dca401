"""What allauth asks this site: who the client is, where sign-in leads, what the pages say."""

import logging
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from ascentpain import sessions
from ascentpain.sign_in import new_device, second_factor
from contact.throttle import client_network

logger = logging.getLogger(__name__)

# What allauth tells after a step, in our words. The pages themselves say the rest.
MESSAGES: Final = {
    "account/messages/password_changed.txt": "Your password is changed. You are signed out everywhere else.",
    "mfa/messages/totp_deactivated.txt": "The authenticator app no longer opens your account.",
    "mfa/messages/webauthn_removed.txt": "That passkey no longer opens your account.",
    "mfa/messages/webauthn_added.txt": "Your passkey is set up.",
    "mfa/messages/totp_activated.txt": "Your authenticator app is set up.",
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "This user name and password do not go together. Check both.",
        "too_many_login_attempts": "There were too many wrong tries. Wait 5 minutes, then try again.",
        "enter_current_password": "That is not your current password. Type it again.",
        "rate_limited": "There were too many wrong tries. Wait 5 minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made at the desk, by a practice manager."""
        return False

    def is_safe_url(self, url: str) -> bool:
        return sessions.is_path(url or "")

    def get_client_ip(self, request: HttpRequest) -> str:
        """A name for the client's network, from which its address cannot be read: it stands in the cache.

        Another name for who is known: wrong tries of strangers in the same network do not keep them out.
        """
        network = client_network(request) or "unknown"
        if user := _known_user(request):
            network = f"{network} {user.pk}"
        return salted_hmac("ascentpain.sign_in", network, algorithm="sha256").hexdigest()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong tries count for this account from this network: those of others keep no colleague out."""
        account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{self.get_client_ip(request)}"

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        response = super().post_login(request, user, **kwargs)
        new_device.greet(request, response, user)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has a second factor shows it again before changing it; who has none can only set one up."""
        request = context.request
        return second_factor.is_set_up(request.user) and not second_factor.is_fresh(request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The second factor, never the password alone."""
        types = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
        methods = []
        if types & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}:
            methods.append({"id": "code", "url": reverse("mfa_reauthenticate")})
        if Authenticator.Type.WEBAUTHN in types:
            methods.append({"id": "passkey", "url": reverse("mfa_reauthenticate_webauthn")})
        if Authenticator.Type.TOTP not in types:
            methods.reverse()  # a recovery code is the last resort
        return methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if words := message or MESSAGES.get(message_template or ""):
            messages.add_message(request, level, words, extra_tags=extra_tags)


class MfaAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "This is your only second factor. Set up another one first.",
        "incorrect_code": "That code is wrong or was used already. Wait for the next one, and type it.",
    }

    def encrypt(self, text: str) -> str:
        return second_factor.seal(text, _owner().pk)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises encryption.Unreadable, which the forms and pages turn into words."""
        return second_factor.unseal(encrypted_text, _owner().pk)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def build_totp_svg(self, url: str) -> str:
        """Nothing: the page draws the code itself (procedures.qr_code); the policy allows no data: image."""
        return ""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=second_factor.TYPES)
        return others.exclude(pk=authenticator.pk).exists()

    def _get_site_name(self) -> str:
        return "Ascent Pain"


def _known_user(request: HttpRequest) -> User | None:
    """Who is signed in, or is signing in from a browser in which they did so before."""
    if isinstance(request.user, User):
        return request.user
    stage = getattr(request, "_login_stage", None)
    user = stage.login.user if stage else None
    if user is None and (name := request.POST.get("login", "").strip()):
        user = new_device.COOKIE in request.COOKIES and User.objects.filter(username=name).first()
    return user if user and new_device.is_known(request, user) else None


def _owner() -> Any:
    """Whose secrets are asked for: who is signed in, or is about to be."""
    request = context.request
    if request.user.is_authenticated:
        return request.user
    return request._login_stage.login.user
