"""The notices that a practice must give, and every page links to."""

from typing import Final

# By address, with the words of the link. `manage.py check --deploy` refuses the site while one is missing.
LINKED: Final = {
    "helping-someone-else": "Helping someone else?",
    "privacy": "Privacy",
    "nondiscrimination": "Equal treatment and language help",
    "good-faith-estimate": "Good faith estimate",
    "accessibility": "Accessibility",
}
# Those that take effect on a day: 45 CFR 164.520(b)(1)(viii) asks for it in the notice of privacy practices.
DATED: Final = frozenset(LINKED) - {"helping-someone-else"}
