from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "contact"

    def ready(self) -> None:
        from ascentpain import key_rotation
        from contact import checks, search  # noqa: F401 (registers the checks)

        key_rotation.also_write["contact.Inquiry"] = search.renew_indexes
