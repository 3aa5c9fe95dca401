"""Guards over the files of the project itself."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLESHEETS = sorted((ROOT / "static" / "css").rglob("*.css"))
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|lab|color)a?\(", re.IGNORECASE)


def test_no_model_has_changed_without_its_migration(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_nothing_inline_and_mark_nothing_safe(path):
    source = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", source)
    assert not re.search(r"\|\s*safe\b|autoescape off", source)


@pytest.mark.parametrize("path", STYLESHEETS, ids=lambda path: str(path.relative_to(ROOT)))
def test_stylesheets_take_their_colours_from_the_tokens_and_stay_short(path):
    source = path.read_text()
    assert len(source.splitlines()) <= 150
    assert "!important" not in source
    if path.name != "tokens.css":
        assert not COLOUR.search(source)


def imported_by(bundle):
    return set(re.findall(r'@import "([^"]+)";', (ROOT / "static/css" / bundle).read_text()))


def test_a_bundle_names_every_stylesheet():
    there = {str(path.relative_to(ROOT / "static/css")) for path in STYLESHEETS}
    of_the_desk = {name for name in there if name.startswith("desk/")}
    of_the_admin = {"admin.css", "admin-targets.css", "desk.css"}
    assert imported_by("site.css") == there - of_the_desk - of_the_admin - {"site.css", "handout.css"}
    assert imported_by("desk.css") == of_the_desk
    assert of_the_admin - {"admin.css"} <= imported_by("admin.css")


def test_every_make_target_is_explained_by_make_help():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    explained = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert targets
    assert all(f"make {target}" in explained for target in targets)


def test_every_locked_package_has_its_hash():
    for path in ROOT.glob("requirements*.txt"):
        blocks = re.split(r"\n(?=[a-z])", path.read_text())
        assert all("--hash=sha256:" in block for block in blocks), path.name
        assert "://" not in path.read_text(), path.name
