from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ascentpain.sign_in import second_factor


class Command(BaseCommand):
    help = (
        "Take the second factor and the recovery codes away from a member of staff who lost them, and end "
        "all their sessions. The next sign-in asks for the password and sets up a new one. Make sure who "
        "asks: call them back on a number you know. What was done is logged with the account's number."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["username"]).first()
        if not user:
            raise CommandError(f"There is no account with the user name {options['username']!r}.")
        ended = second_factor.reset(user)
        self.stdout.write(f"Second factor removed. Sessions ended: {ended}.")
        self.stdout.write("The next sign-in asks for the password and sets up a new second factor.")
