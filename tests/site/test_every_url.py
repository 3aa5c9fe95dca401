"""Guards over every address the site answers, the admin's and other included ones too."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from contact import access
from contact.models import Closure
from procedures.models import Item, Page, Revision, Section
from tests.addresses import HANDOUT, MACHINES, PUBLIC
from tests.contact.sending import make_inquiry
from tests.procedures.pages import make_clinician
from tests.staff import make_staff

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
SETTING_A_COOKIE = {"/contact/"}  # the form's own two, and nothing else anywhere

# An example for each pattern with arguments: a pattern that is missing here fails the walk.
SLUGS = {
    "procedures/<slug:slug>/": "procedures/kyphoplasty/",
    "procedures/<slug:slug>/handout/": HANDOUT[1:],
    "conditions/<slug:slug>/": "conditions/cancer/",
    "<slug:slug>/": "privacy/",
    "clinicians/": "procedures/kyphoplasty/",  # there is no such page until one is entered
    "preview/<str:token>/": "procedures/kyphoplasty/",  # opened with a link alone (test_preview)
    "contact/sent/<slug:key>/": "contact/sent/",  # where it leads who holds no receipt
}
# What the admin answers staff where it does not answer a GET with a page: by the end of the pattern.
ADMIN_NOT_PAGES = {
    "admin/login/": 302,  # who is signed in already goes on to the desk
    "admin/logout/": 405,
    "admin/password_change/": 302,
    "admin/auth/user/<path:object_id>/delete/": 403,
    "admin/autocomplete/": 404,  # no form uses it
    "admin/r/<path:content_type_id>/<path:object_id>/": 302,
    "admin/contact/alert/add/": 403,
    "admin/contact/alert/<path:object_id>/delete/": 403,
    "admin/contact/inquiry/search/": 405,
    "admin/contact/inquiry/next/": 302,
    "admin/contact/inquiry/<int:pk>/act/": 405,
    "admin/contact/inquiry/<int:pk>/draft/": 405,
    "admin/contact/inquiry/add/draft/": 405,
    "admin/contact/inquiry/<path:object_id>/history/": 302,  # it stands on the record
    "admin/contact/accessevent/add/": 403,
    "admin/contact/accessevent/<path:object_id>/delete/": 403,
    "admin/contact/inquiry/<path:object_id>/delete/": 403,
    "admin/contact/practice/": 302,
    "admin/contact/practice/add/": 403,
    "admin/contact/practice/<path:object_id>/delete/": 403,
    "admin/procedures/page/<path:object_id>/delete/": 403,
    "admin/procedures/section/": 302,
    "admin/procedures/section/add/": 403,
    "admin/procedures/section/<int:pk>/shift/": 405,
    "admin/procedures/section/item/<int:pk>/shift/": 405,
    "admin/procedures/page/<int:pk>/ask/": 405,
    "admin/procedures/page/<int:pk>/link/": 405,
    "admin/procedures/page/<int:pk>/restore/<int:revision>/": 405,
    "admin/procedures/page/<int:pk>/cancel/<int:revision>/": 405,
    "admin/procedures/revision/add/": 403,
    "admin/procedures/revision/<path:object_id>/delete/": 403,
    "admin/(?P<url>.*)$": 404,
}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, here)
        elif isinstance(pattern, URLPattern):
            yield here


EVERY_PATTERN = list(patterns(get_resolver()))
PUBLIC_PATTERNS = [p for p in EVERY_PATTERN if not p.startswith(("admin/", "staff/"))]
ADMIN_PATTERNS = [p for p in EVERY_PATTERN if p.startswith("admin/")]


def test_the_resolver_holds_the_public_addresses_and_no_others():
    assert {"/" + SLUGS.get(pattern, pattern) for pattern in PUBLIC_PATTERNS} <= {*PUBLIC, *MACHINES, HANDOUT}
    assert len(ADMIN_PATTERNS) > 40


@pytest.fixture
def rows(content, admin_user):
    """One row of everything, so that each pattern of the admin has something to show."""
    inquiry = make_inquiry()
    return {
        "inquiry": inquiry.pk,
        "alert": inquiry.alerts.create().pk,
        "closure": Closure.objects.create(ends_at=timezone.now() + timedelta(days=1)).pk,
        "practice": 1,
        "page": Page.objects.get(slug="kyphoplasty").pk,
        "section": Section.objects.first().pk,
        "item": Item.objects.first().pk,
        "revision": Revision.objects.get(page__slug="kyphoplasty").pk,
        "accessevent": access.record("viewed", "record", admin_user, inquiry).pk,
        "user": make_staff("ben").pk,  # one's own is changed elsewhere
        "clinician": make_clinician().pk,
        "group": Group.objects.get(name="Front desk").pk,
    }


APP_LISTS = "^(?P<app_label>auth|procedures|contact)/$"


def example(pattern: str, rows: dict[str, int]) -> str:
    """An address that the pattern matches. A new kind of argument fails here until it is given an example."""
    model = pattern.split("/")[2] if pattern.count("/") > 2 else ""
    arguments = {
        "<path:content_type_id>": ContentType.objects.get_for_model(Page).pk,
        "<path:object_id>": rows["page"] if pattern.startswith("admin/r/") else rows.get(model),
        "item/<int:pk>": f"item/{rows['item']}",
        "<int:pk>": rows.get(model),
        "<int:revision>": rows["revision"],
        "<id>": rows["user"],
        APP_LISTS: "procedures/",
        "(?P<url>.*)$": "no-such-page",
    }
    for argument, value in arguments.items():
        pattern = pattern.replace(argument, str(value))
    assert not set("<>^$?") & set(pattern) and "None" not in pattern, pattern
    return f"/{pattern}"


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_one_whole_document(content, client, path):
    response = client.get(path)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 200
    assert [page.html["lang"], len(page.find_all("h1")), len(page.find_all("main"))] == [
        "en-US",
        1,
        1,
    ]
    assert page.title.text.strip()
    assert page.find("a", href="tel:+1-504-249-7576")
    assert page.body.find("a")["href"] == "#main"


@pytest.mark.parametrize("path", [*PUBLIC, HANDOUT])
def test_every_id_is_unique_and_every_reference_to_one_leads_somewhere(content, client, path):
    page = BeautifulSoup(client.get(path).content, "html.parser")
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    references = {a["href"][1:] for a in page.select("a[href^='#']")}
    for attribute in ("for", "aria-labelledby", "aria-describedby"):
        references |= {
            name for tag in page.find_all(attrs={attribute: True}) for name in tag[attribute].split()
        }
    assert references <= set(ids)


@pytest.mark.parametrize("path", [*PUBLIC, HANDOUT])
def test_every_link_to_the_site_leads_to_a_page(content, client, path):
    page = BeautifulSoup(client.get(path).content, "html.parser")
    links = {a["href"].split("#")[0] for a in page.select("a[href^='/']")}
    assert links
    for link in links:
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("path", [*PUBLIC, HANDOUT])
def test_nothing_inline_and_nothing_from_elsewhere(content, client, path):
    page = BeautifulSoup(client.get(path).content, "html.parser")
    assert not page.find_all("style") and not page.find_all(style=True)
    assert [tag.get("type") for tag in page.find_all("script")] in ([], ["application/ld+json"])
    assert not [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
    loaded = [
        tag.get("src") or tag.get("href")
        for tag in page.select("[src], link[rel~=stylesheet], link[rel~=icon]")
    ]
    assert loaded and all(address.startswith("/static/") for address in loaded)


@pytest.mark.parametrize("path", [*PUBLIC, *MACHINES, HANDOUT])
def test_every_public_answer_is_200_with_the_exact_headers(content, client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert_headers(response)


@pytest.mark.parametrize("path", sorted({*PUBLIC, *MACHINES, HANDOUT} - SETTING_A_COOKIE))
def test_no_cookie_where_there_is_no_form(content, client, path):
    response = client.get(path)
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_the_form_sets_its_csrf_cookie_and_its_token_and_nothing_else(content, client):
    cookies = client.get("/contact/").cookies
    assert set(cookies) == {"csrftoken", "request_token"}
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in cookies.values())
    assert (cookies["request_token"]["path"], cookies["request_token"]["max-age"]) == ("/contact/", 1800)


@pytest.mark.parametrize("pattern", sorted(set(ADMIN_PATTERNS) - {"admin/login/"}))
def test_an_address_of_the_admin_is_closed_to_strangers(rows, client, pattern):
    response = client.get(example(pattern, rows))
    assert response.status_code == 302
    target = response["Location"]
    assert target.startswith("/admin/login/?next=") or (pattern, target) == (
        "admin/logout/",
        "/admin/",
    )
    assert_headers(response)


@pytest.mark.parametrize("pattern", ADMIN_PATTERNS)
def test_an_address_of_the_admin_answers_staff_with_one_whole_page(rows, admin_client, pattern):
    is_short_form = pattern.endswith("<path:object_id>/")
    expected = ADMIN_NOT_PAGES.get(pattern, 302 if is_short_form else 200)
    response = admin_client.get(example(pattern, rows))
    assert response.status_code == expected
    assert_headers(response, POLICIES.get(pattern, (CSP, "DENY")))
    if expected == 200 and response["Content-Type"].startswith("text/html"):
        page = BeautifulSoup(response.content, "html.parser")
        assert len(page.find_all("h1")) == 1
        assert not page.find_all("style") and not page.find_all(style=True)
        kinds = {"application/json", "application/ld+json"}
        assert all(s.get("src") or s["type"] in kinds for s in page.find_all("script"))


# The preview of a draft stands in frames of the desk itself, and nowhere else.
FRAMED = (CSP - {"frame-ancestors 'none'"}) | {"frame-ancestors 'self'"}
FRAMING = CSP | {"frame-src 'self'"}
POLICIES = {
    "admin/procedures/page/<int:pk>/preview/": (FRAMED, "SAMEORIGIN"),
    "admin/procedures/page/<int:pk>/phone/": (FRAMING, "DENY"),
    "admin/procedures/page/<int:pk>/paper/": (FRAMING, "DENY"),
}


def assert_headers(response, policy=(CSP, "DENY")):
    sent = set(response["Content-Security-Policy"].split("; ")), response["X-Frame-Options"]
    assert sent == policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
