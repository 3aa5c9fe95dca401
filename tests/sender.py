"""A patient's browser, as plain as can be: for tests that send many requests to a running site."""

import re
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|token)" value="([^"]+)"')
REFERENCE = re.compile(r'class="reference">([^<]+)<')
FORM = "application/x-www-form-urlencoded"


class Sender:
    """Each has an address of its own behind the proxy that the site trusts."""

    def __init__(self, port: int, address: str) -> None:
        self.port, self.address = port, address
        self.cookies: dict[str, str] = {}

    def open_form(self) -> dict[str, str]:
        """The fields that the form holds for itself. Raises OSError or HTTPException, as does `request`."""
        status, _, body = self.request("GET", "/contact/")
        if status != 200:
            raise HTTPException(f"the form answered {status}")
        return dict(HIDDEN.findall(body))

    def send(self, fields: dict[str, str]) -> str | None:
        """The address of the receipt, or None where it was not acknowledged."""
        status, headers, _ = self.request("POST", "/contact/", urlencode(fields))
        return headers["Location"] if status == 302 else None

    def reference(self, receipt: str) -> str:
        _, _, body = self.request("GET", receipt)
        found = REFERENCE.search(body)
        if not found:
            raise HTTPException("the receipt shows no reference")
        return found[1]

    def request(self, method: str, path: str, body: str | None = None):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"X-Forwarded-For": self.address, "Cookie": cookies, "Content-Type": FORM}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value.strip('"')
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()
