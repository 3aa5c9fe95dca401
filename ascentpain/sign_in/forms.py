"""allauth's forms in the practice's words, as plain fields without placeholders."""

from typing import Any, Final

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError

from ascentpain.encryption import Unreadable
from ascentpain.sign_in import second_factor

UNREADABLE: Final = (
    "Your second factor cannot be read, so no code can be right. Ask your practice manager to reset it, or "
    "whoever runs the server to run “manage.py reset_mfa” with your user name."
)
CODE_ATTRIBUTES: Final = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = "User name", "Password"
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        password.widget.attrs = {"autocomplete": "current-password"}


class PasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": "Your current password",
            "password1": "New password",
            "password2": "New password again",
        }
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["password1"].help_text = "12 characters or more. Three or four words in a row work well."


class CodeForm(AuthenticateForm):
    """A code from the app, or a recovery code. Each is taken once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs = dict(CODE_ATTRIBUTES)

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()
        except Unreadable as error:
            raise ValidationError(UNREADABLE) from error
        if not second_factor.use_once(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class ConfirmForm(CodeForm, ReauthenticateForm):
    """The same for who is signed in already."""

    save = ReauthenticateForm.save
    _emit_authentication_failed = ReauthenticateForm._emit_authentication_failed


class SetUpAppForm(ActivateTOTPForm):
    """Its secret waits in the session, sealed, and stays the same: the app may have it already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        self.secret = self._secret()
        self.fields["code"].label = "Code from the app"
        self.fields["code"].widget.attrs = dict(CODE_ATTRIBUTES)

    def _secret(self) -> str:
        session = context.request.session
        try:
            return second_factor.unseal(session.get(SECRET_SESSION_KEY, ""), self.user.pk)
        except Unreadable:
            secret = generate_totp_secret()
            session[SECRET_SESSION_KEY] = second_factor.seal(secret, self.user.pk)
            return secret

    def clean_code(self) -> str:
        code: str = super().clean_code()
        second_factor.use_once(self.user, code)
        return code


class AddPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "A name to tell it apart"
        self.fields["name"].help_text = "Like “work laptop” or “key on my ring”."
        self.initial["name"] = "My passkey"
