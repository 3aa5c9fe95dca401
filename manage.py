#!/usr/bin/env python
"""Django's command line. `make help` lists the commands a person starts with."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run the named command; bad configuration ends it with one line, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascentpain.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The site does not start: {error}")


if __name__ == "__main__":
    main()
