"""The addresses of sign-in and of one's own account: of allauth's, only those that this site needs."""

from allauth.account.views import login, password_change
from allauth.mfa.base.views import reauthenticate
from allauth.mfa.recovery_codes.views import generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import deactivate_totp
from allauth.mfa.webauthn.views import reauthenticate_webauthn
from django.urls import path

from ascentpain.sign_in import views
from ascentpain.sign_in.views import setting_up, signed_in

# allauth knows its pages by these names.
urlpatterns = [
    path("sign-in/", login, name="account_login"),
    path("sign-in/code/", views.CodePage.as_view(), name="mfa_authenticate"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("session/", views.session, name="staff_session"),
    path("account/", signed_in(views.AccountPage.as_view()), name="mfa_index"),
    path("account/password/", signed_in(password_change), name="account_change_password"),
    path("account/confirm/", signed_in(reauthenticate), name="mfa_reauthenticate"),
    path("account/confirm/passkey/", signed_in(reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("account/app/", setting_up(views.SetUpAppPage.as_view()), name="mfa_activate_totp"),
    path("account/app/remove/", signed_in(deactivate_totp), name="mfa_deactivate_totp"),
    path("account/passkeys/add/", setting_up(views.AddPasskeyPage.as_view()), name="mfa_add_webauthn"),
    path(
        "account/passkeys/<int:pk>/remove/",
        signed_in(views.RemovePasskeyPage.as_view()),
        name="mfa_remove_webauthn",
    ),
    path("account/recovery-codes/", signed_in(view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/recovery-codes/new/", signed_in(generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
]
