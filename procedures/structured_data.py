"""What a page tells search engines, in schema.org's terms: nothing but what it shows people."""

import re
from typing import Any

from django.conf import settings

from contact.models import Practice
from procedures.citations import without_marks
from procedures.models import Page, Revision, Section, Snapshot
from procedures.site_map import trail
from procedures.snapshots import texts
from procedures.templatetags.content import plain

Node = dict[str, Any]

# What a page of this kind is about, in schema.org's terms.
SUBJECTS = {Page.Kind.PROCEDURE: "MedicalProcedure", Page.Kind.CONDITION: "MedicalCondition"}


def graph(revision: Revision, practice: Practice) -> Node:
    """One JSON-LD graph; nodes refer to each other by @id."""
    nodes: list[Node] = [_web_page(revision), _practice(practice)]
    subject = SUBJECTS.get(Page.Kind(revision.page.kind))
    if subject:
        nodes.append(_subject(subject, revision))
    if crumbs := trail(revision):
        nodes.append(
            {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {
                        "@type": "ListItem",
                        "position": position,
                        "name": crumb.title,
                        "item": settings.SITE_URL + crumb.path,
                    }
                    for position, crumb in enumerate(crumbs, start=1)
                ],
            }
        )
    return {"@context": "https://schema.org", "@graph": nodes}


def _web_page(revision: Revision) -> Node:
    url = settings.SITE_URL + revision.get_absolute_url()
    is_medical = revision.page.kind in SUBJECTS
    node: Node = {
        "@type": "MedicalWebPage" if is_medical else "WebPage",
        "@id": url,
        "url": url,
        "name": revision.snapshot["title"],
        "description": plain(revision.snapshot["summary"]),
        "inLanguage": "en-US",
        "publisher": {"@id": _practice_id()},
    }
    if is_medical:
        node["about"] = {"@id": f"{url}#subject"}
    if revision.reviewed_by and revision.reviewed_on:
        node["lastReviewed"] = revision.reviewed_on.isoformat()
        node["reviewedBy"] = {
            "@type": "Person",
            "name": revision.reviewer_name,
            "honorificSuffix": revision.reviewer_degree,
        }
    return node


def _subject(kind: str, revision: Revision) -> Node:
    node = {
        "@type": kind,
        "@id": f"{settings.SITE_URL}{revision.get_absolute_url()}#subject",
        "name": revision.snapshot["title"],
        "description": plain(revision.snapshot["summary"]),
    }
    return node | (_procedure(revision.snapshot) if kind == "MedicalProcedure" else {})


def _procedure(snapshot: Snapshot) -> Node:
    """What sections tell that staff marked with their meaning, in the page's own words."""
    node = {"bodyLocation": snapshot["body_location"]}
    for meaning in Section.Meaning.values:
        told = [_in_words(section) for section in snapshot["sections"] if section["meaning"] == meaning]
        node[meaning] = " ".join(told)
    return {key: value for key, value in node.items() if value}


def says(snapshot: Snapshot, words: str) -> bool:
    """Whether the page itself uses these words, in whatever case."""
    whole = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
    return any(whole.search(plain(text)) for text in texts(snapshot))


def _in_words(section: Snapshot) -> str:
    texts = [section["intro"]]
    for item in section["items"]:
        texts += [item["term"], item["text"]]
    return " ".join(" ".join(without_marks(plain(text)).split()) for text in texts if text)


def _practice(practice: Practice) -> Node:
    """Only what staff have filled in, since only that is on the page."""
    node: Node = {
        "@type": "MedicalBusiness",
        "@id": _practice_id(),
        "name": practice.name,
        "url": f"{settings.SITE_URL}/",
        "telephone": practice.telephone.removeprefix("tel:"),
        "address": practice.address,
        "email": practice.email,
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{hours.get_weekday_display()}",
                "opens": f"{hours.opens:%H:%M}",
                "closes": f"{hours.closes:%H:%M}",
            }
            for hours in practice.weekly_hours
        ],
    }
    return {key: value for key, value in node.items() if value}


def _practice_id() -> str:
    return f"{settings.SITE_URL}/#practice"
