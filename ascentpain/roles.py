"""Who may do what. Made by a migration; what a manager adds to a role by hand stays."""

from typing import Any, Final

FRONT_DESK: Final = (
    "contact.view_inquiry",
    "contact.add_inquiry",
    "contact.change_inquiry",
    "contact.view_alert",
    "contact.view_practice",
    "contact.view_openinghours",
    "contact.view_closure",
)
CONTENT: Final = (
    "procedures.view_page",
    "procedures.view_section",
    "procedures.view_item",
    "procedures.view_revision",
    "procedures.view_clinician",
)
ROLES: Final = {
    # Works inquiries.
    "Front desk": FRONT_DESK,
    # Also exports, keeps what must be kept, and looks after staff and the practice's details.
    "Practice manager": (
        *FRONT_DESK,
        "contact.export_inquiry",
        "contact.hold_inquiry",
        "contact.view_accessevent",
        "contact.change_practice",
        "contact.add_openinghours",
        "contact.change_openinghours",
        "contact.delete_openinghours",
        "contact.add_closure",
        "contact.change_closure",
        "contact.delete_closure",
        "auth.view_user",
        "auth.add_user",
        "auth.change_user",
    ),
    # Writes pages, and reads no inquiry.
    "Content editor": (
        *CONTENT,
        "procedures.add_page",
        "procedures.change_page",
        "procedures.delete_page",
        "procedures.add_section",
        "procedures.change_section",
        "procedures.delete_section",
        "procedures.add_item",
        "procedures.change_item",
        "procedures.delete_item",
    ),
    # Decides what medical content patients read, and reads no inquiry. What is said of a clinician is live at
    # once, so that no editor writes it.
    "Reviewer": (
        *CONTENT,
        "procedures.add_clinician",
        "procedures.change_clinician",
        "procedures.change_page",
        "procedures.change_section",
        "procedures.change_item",
        "procedures.publish_page",
    ),
}

# What a practice manager gives; the others a superuser gives.
GIVEN_BY_MANAGERS: Final = ("Front desk",)


def make(apps: Any) -> None:
    """Give each role what it lacks of its permissions. `apps` is Django's registry, or a migration's.

    On a new database permissions are made after all migrations: here they are made under the names by which
    they are found then.
    """
    group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    content_type = apps.get_model("contenttypes", "ContentType")
    for role, names in ROLES.items():
        made, _ = group.objects.get_or_create(name=role)
        for name in names:
            app, codename = name.split(".")
            kind, _ = content_type.objects.get_or_create(app_label=app, model=codename.partition("_")[2])
            words = {"name": f"Can {codename.replace('_', ' ')}"}
            allowed, _ = permission.objects.get_or_create(
                content_type=kind, codename=codename, defaults=words
            )
            made.permissions.add(allowed)
