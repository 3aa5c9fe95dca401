"""Staff of each role, signed in with a second factor, for the tests."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from ascentpain.sign_in import second_factor


def make_staff(username: str = "rosa", *roles: str, permissions: tuple[str, ...] = (), **fields) -> User:
    user = User.objects.create_user(username, is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=roles))
    assert user.groups.count() == len(roles)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def make_app(user: User) -> str:
    """Set up an authenticator app as the second factor. Returns its secret."""
    secret = generate_totp_secret()
    sealed = {"secret": second_factor.seal(secret, user.pk)}
    Authenticator.objects.update_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": sealed})
    return secret


def sign_in(client: Client, user: User) -> Client:
    """With the second factor done, which is set up if there is none."""
    client.force_login(user)
    if not second_factor.is_set_up(user):
        make_app(user)
    session = client.session
    session[second_factor.SESSION_KEY] = {"user": user.pk, "at": time.time()}
    session.save()
    return client
