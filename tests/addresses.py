"""The site's addresses with its shipped content. test_every_url.py holds them against the resolver."""

PUBLIC = [
    "/",
    "/procedures/",
    "/procedures/kyphoplasty/",
    "/conditions/",
    "/conditions/osteoporosis/",
    "/conditions/trauma/",
    "/conditions/cancer/",
    "/conditions/spinal-deformities/",
    "/contact/",
    "/contact/sent/",
    "/privacy/",
    "/accessibility/",
    "/nondiscrimination/",
    "/good-faith-estimate/",
    "/helping-someone-else/",
]
HANDOUT = "/procedures/kyphoplasty/handout/"
MACHINES = ["/healthz", "/readyz", "/robots.txt", "/sitemap.xml"]
