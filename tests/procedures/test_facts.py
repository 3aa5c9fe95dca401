"""Every fact that the practice wants told stands on the published page."""

import re

import pytest

HEADINGS = [
    "What Is a Vertebral Compression Fracture?",
    "How Kyphoplasty Works",
    "What to Expect After the Procedure",
    "Conditions Treated with Kyphoplasty",
    "Benefits of Kyphoplasty",
    "Is Kyphoplasty Right for You?",
    "Get Relief with Ascent Pain",
]
# By section (its id; "" is what stands above the first section): each fact in words that tell it.
FACTS = {
    "": {
        "K1": ["minimally invasive spine procedure", "painful vertebral compression fractures (VCFs)"],
        "K2": ["most often from osteoporosis", "trauma", "or cancer"],
        "K3": [
            "marked discomfort",
            "hard to move",
            "deform the spine",
            "visibly stooped",
            "everyday activity",
        ],
        "K4": ["stabilize the broken bone", "spine back into line", "relieve your pain, often at once"],
        "K5": ["usually", "outpatient", "among the most effective ways to get back function quickly"],
    },
    "at-a-glance": {
        "H5": ["under an hour for each vertebra", "Local or general"],
        "K5": ["Usually outpatient"],
        "A2": ["Usually not needed"],
        "A1": ["Significant for most within 24 to 48 hours"],
        "A3": ["again soon afterward"],
    },
    "what-is-a-vcf": {
        "V1": [
            "one of the bones of your spine",
            "collapses, or it is pressed together",
            "weak from osteoporosis",
        ],
        "V2": ["Trauma to the spine can break it", "cancer that weakens the bone"],
        "V3": [
            "starts suddenly",
            "stand or walk",
            "Loss of height",
            "kyphosis",
            "rounds forward",
            "Limited mobility",
        ],
        "V4": ["Without treatment", "chronic pain", "lasting deformity of the spine"],
    },
    "how-it-works": {
        "H0": [
            "stabilizes the broken vertebra",
            "helps to restore its height",
            "balloon first, and then bone cement",
        ],
        "H1": ["Imaging and Preparation", "fluoroscopy", "live X-ray", "exact place of the broken vertebra"],
        "H2": [
            "Balloon Insertion",
            "small cut, or incision",
            "narrow tube into the vertebra",
            "inflates it with care",
        ],
        "H3": ["Cavity Creation", "opens a space", "win back some of the height that was lost"],
        "H4": [
            "Bone Cement Application",
            "deflated and taken out",
            "fills the space",
            "hardens quickly",
            "steady",
        ],
        "H5": ["less than an hour for each vertebra", "local or general anesthesia"],
    },
    "after": {
        "A1": ["24 to 48 hours", "Most patients have significant pain relief"],
        "A2": ["incision is very small", "Stitches are usually not needed"],
        "A3": ["typically do light activities again", "Soon afterward"],
        "A4": ["several weeks", "Heavy lifting and intense exercise are discouraged"],
        "A5": ["Some patients benefit", "physical therapy", "osteoporosis", "prevent further fractures"],
    },
    "conditions-treated": {
        "C1": ["Osteoporosis", "weakens bones, so they break more easily"],
        "C2": ["Trauma", "Falls, car accidents and other accidents"],
        "C3": ["Cancer", "metastatic cancer", "multiple myeloma", "affects the spine"],
        "C4": ["Spinal deformities", "kyphosis", "collapsed"],
        "C5": ["Conditions Treated"],
    },
    "benefits": {
        "B1": ["Pain relief that comes fast and that lasts"],
        "B2": ["height and alignment"],
        "B3": ["Better mobility and posture"],
        "B4": ["Less need for pain medicine"],
        "B5": ["Minimally invasive", "quick recovery"],
        "B6": ["prevent further collapse or deformity"],
    },
    "right-for-you": {
        "R1": ["you have a VCF", "has not helped", "bracing, pain medicine and rest"],
        "R2": [
            "older adults",
            "people with osteoporosis",
            "not surgical candidates",
            "more invasive spine procedures",
        ],
    },
    "get-relief": {
        "G1": ["advanced interventional procedures", "relieve pain, restore function", "the life you love"],
        "G2": ["team is experienced", "safely and effectively", "state-of-the-art imaging and techniques"],
        "G3": ["(504) 249-7576", "fill out the online form", "schedule a consultation", "right for you"],
    },
}


@pytest.fixture
def page(content, read):
    return read("/procedures/kyphoplasty/")


def words(tag):
    return re.sub(r" ([.,:)])", r"\1", " ".join(tag.get_text(" ").split())).replace("( ", "(")


def text_of(page, section):
    if section:
        return words(page.find(id=section).find_parent("section"))
    for part in page.article.find_all(["section", "details", "aside"]):
        part.extract()
    return words(page.article)


@pytest.mark.parametrize(("section", "fact"), [(s, fact) for s in FACTS for fact in FACTS[s]])
def test_a_fact_stands_in_its_section(page, section, fact):
    text = text_of(page, section)
    missing = [part for part in FACTS[section][fact] if part not in text]
    assert not missing, text


def test_headings_are_kept_in_their_order_below_at_a_glance(page):
    assert [section.h2.text for section in page.article.find_all("section")] == ["At a glance", *HEADINGS]


def test_the_steps_are_four_and_numbered_by_the_document_itself(page):
    steps = page.find(id="how-it-works").find_parent("section").find("ol")
    assert len(steps.find_all("li", recursive=False)) == 4


def test_each_condition_links_to_its_page_and_that_page_back(page, read):
    terms = page.find(id="conditions-treated").find_parent("section")
    links = {a.text: a["href"] for a in terms.find_all("a")}
    assert links.pop("All Conditions Treated") == "/conditions/"
    assert links == {
        "Osteoporosis": "/conditions/osteoporosis/",
        "Trauma": "/conditions/trauma/",
        "Cancer": "/conditions/cancer/",
        "Spinal deformities": "/conditions/spinal-deformities/",
    }
    for path in links.values():
        back = read(path).article.find("a", href="/procedures/kyphoplasty/")
        assert back.text == "How kyphoplasty works, step by step"


def test_the_invitation_calls_and_opens_the_form_that_knows_the_page(page):
    invitation = page.find(id="get-relief").find_parent("section")
    assert [a["href"] for a in invitation.find_all("a")] == [
        "tel:+1-504-249-7576",
        "/contact/?about=kyphoplasty",
    ]
