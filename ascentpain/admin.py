"""The accounts of staff, as a practice manager looks after them."""

import logging
from http import HTTPStatus
from typing import Any

# Loaded here, so that what they register can be replaced.
import allauth.account.admin
import allauth.mfa.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, ManyToManyField, OuterRef, QuerySet
from django.forms import CheckboxSelectMultiple, Form, ModelForm, ModelMultipleChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from ascentpain import roles, sessions
from ascentpain.sign_in import notice, second_factor, views

logger = logging.getLogger(__name__)

# Factors hold secrets, and allauth's e-mail addresses are not used.
admin.site.unregister([Authenticator, EmailAddress, User])


@admin.register(User)
class StaffUserAdmin(UserAdmin):
    """Nobody is deleted, since the access log refers to them; who leaves is made inactive."""

    list_display = (
        "username",
        "full_name",
        "email",
        "role_names",
        "is_active",
        "has_second_factor",
        "last_login",
    )
    list_filter = ("is_active", "groups")
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("last_login", "date_joined")
    actions = None
    change_form_template = "admin/auth/user/change_form.html"
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email")}),
        ("Roles", {"fields": ("groups",), "description": "What this person may do."}),
        (
            "First password",
            {
                "fields": ("password1", "password2"),
                "description": "Tell it to the person yourself. They set up a second factor when they first "
                "sign in, and can then change it under their own name.",
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        access: tuple[str, ...] = ("is_active", "groups")
        if request.user.is_superuser:
            access += ("is_superuser", "user_permissions")
        return (
            (None, {"fields": ("username", "password")}),
            ("Who it is", {"fields": ("first_name", "last_name", "email")}),
            ("What they may do", {"fields": access}),
            ("When", {"fields": ("last_login", "date_joined")}),
        )

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        """A manager gives the roles that hold no more than their own, and no group that may."""
        if db_field.name == "groups":
            kwargs["widget"] = CheckboxSelectMultiple()
            if not request.user.is_superuser:
                kwargs["queryset"] = Group.objects.filter(name__in=roles.GIVEN_BY_MANAGERS)
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field and db_field.name == "groups":
            field.label, field.help_text = "Roles", ""
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_factor.TYPES)
        users: QuerySet[User] = super().get_queryset(request)
        return users.annotate(factor=Exists(factors)).prefetch_related("groups")

    @admin.display(description="name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="roles")
    def role_names(self, user: User) -> str:
        if user.is_superuser:
            return "Everything"
        return ", ".join(sorted(group.name for group in user.groups.all()))

    @admin.display(description="second factor", boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return bool(getattr(user, "factor", False))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser is changed by superusers only."""
        is_allowed = super().has_change_permission(request, obj)
        return is_allowed and (request.user.is_superuser or obj is None or not obj.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.is_staff = True
        before = User.objects.filter(pk=obj.pk).values_list("email", flat=True).first()
        super().save_model(request, obj, form, change)
        if before and "email" in form.changed_data:
            _tell(request, obj, "Your staff account has another e-mail address now.", to=before)
        if not obj.is_active:
            sessions.end_all(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups that the manager is not shown stay as they are."""
        shown = form.fields["groups"].queryset if "groups" in form.fields else Group.objects.all()
        hidden = list(form.instance.groups.exclude(pk__in=shown.values("pk")))
        super().save_related(request, form, formsets, change)
        form.instance.groups.add(*hidden)

    def get_urls(self) -> list[URLPattern]:
        steps = [
            path(
                "<int:pk>/end-sessions/",
                self.admin_site.admin_view(self.end_sessions),
                name="auth_user_end_sessions",
            ),
            path(
                "<int:pk>/reset-second-factor/",
                self.admin_site.admin_view(self.reset_second_factor),
                name="auth_user_reset_second_factor",
            ),
        ]
        return steps + super().get_urls()

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Of others only, by who has just shown that it is them."""
        user = self._changeable(request, id)
        if refusal := self._own_account(request, user) or views.confirmation(request):
            return refusal
        before = user.password
        response: HttpResponse = super().user_change_password(request, id, form_url)
        user.refresh_from_db(fields=["password"])
        if user.password != before:
            logger.warning("the password of account %s was set by account %s", user.pk, request.user.pk)
            _tell(request, user, "The password of your staff account was changed, and you are signed out.")
        return response

    def end_sessions(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._confirmed(
            request,
            pk,
            title="End all sessions",
            question="Signs this person out in every browser at once. They can sign in again.",
            button="End all sessions",
            act=lambda user: f"Ended all sessions ({sessions.end_all(user)}).",
        )

    def reset_second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Of others only, by who has just shown that it is them."""
        user = self._changeable(request, pk)
        if refusal := self._own_account(request, user) or views.confirmation(request):
            return refusal
        return self._confirmed(
            request,
            pk,
            title="Reset the second factor",
            question="Takes away their authenticator app, passkeys and recovery codes, and signs them out. "
            "With their password they then set up a new one. Make sure that it is this person who asks.",
            button="Reset the second factor",
            act=lambda user: _reset(request, user),
        )

    def _changeable(self, request: HttpRequest, pk: int | str) -> User:
        """Raises Http404, and PermissionDenied for who may not change this account."""
        user: User | None = self.get_object(request, unquote(str(pk)))
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def _own_account(self, request: HttpRequest, user: User) -> HttpResponse | None:
        """Whoever finds a desk unlocked must not take the account over: its own page asks for what it has."""
        if user.pk != request.user.pk:
            return None
        context = self.admin_site.each_context(request) | {"title": "Your own account", "opts": self.opts}
        return TemplateResponse(request, "admin/auth/user/own.html", context, status=HTTPStatus.FORBIDDEN)

    def _confirmed(
        self, request: HttpRequest, pk: int, title: str, question: str, button: str, act: Any
    ) -> HttpResponse:
        user = self._changeable(request, pk)
        if request.method == "POST":
            done = act(user)
            self.log_change(request, user, done)
            messages.success(request, done)
            # The own account's sessions are gone, this one too.
            return redirect("admin:auth_user_change", user.pk)
        context = self.admin_site.each_context(request) | {
            "title": f"{title}: {user.get_username()}",
            "question": question,
            "button": button,
            "opts": self.opts,
            "original": user,
            "form": Form(),
        }
        return TemplateResponse(request, "admin/auth/user/confirm.html", context)


def _reset(request: HttpRequest, user: User) -> str:
    second_factor.reset(user)
    _tell(request, user, "The second factor of your staff account was reset, and you are signed out.")
    return "Reset the second factor and ended all sessions."


def _tell(request: HttpRequest, user: User, what: str, to: str = "") -> None:
    """By mail, the person whose account a colleague changed."""
    if user.pk != request.user.pk or to:
        subject, by = "Your staff account was changed", request.user.get_username()
        notice.send(user, subject, "changed_by_other", to, what=what, by=by)
