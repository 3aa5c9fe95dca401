import gzip

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascentpain.page_bytes import PageBytes, best_encoding

BODY = b"<p>A page that says the same thing over and over.</p>" * 40
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Length", "2"),
    ("Vary", "Cookie"),
    ("Cache-Control", "public"),
    ("Content-Security-Policy", "default-src 'none'"),
]
PAGE = PageBytes(BODY, HEADERS)


def ask(page=PAGE, method="GET", **asked):
    """Status, headers and body; `accept_encoding="br"` asks with that header."""
    told = []
    environ = {"REQUEST_METHOD": method} | {f"HTTP_{name.upper()}": value for name, value in asked.items()}
    body = b"".join(page.answer(environ, lambda status, headers: told.append((status, dict(headers)))))
    [(status, headers)] = told
    return int(status.split()[0]), headers, body


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", "identity"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.0,*", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("identity", "identity"),
        ("zstd, ,;", "identity"),
    ],
)
def test_a_reader_gets_the_smallest_of_the_encodings_it_takes(accepted, encoding):
    assert best_encoding(accepted) == encoding
    status, headers, _ = ask(accept_encoding=accepted)
    assert status == 200
    assert headers.get("Content-Encoding", "identity") == encoding


def test_every_encoding_holds_the_same_page():
    assert ask()[2] == BODY
    assert gzip.decompress(ask(accept_encoding="gzip")[2]) == BODY
    assert brotli.decompress(ask(accept_encoding="br")[2]) == BODY


def test_each_encoding_has_a_strong_etag_of_its_own_and_its_length():
    answers = [ask(accept_encoding=encoding) for encoding in ("", "gzip", "br")]
    tags = [headers["ETag"] for _, headers, _ in answers]
    assert len(set(tags)) == 3 and all(tag.startswith('"') for tag in tags)
    assert all(int(headers["Content-Length"]) == len(body) for _, headers, body in answers)
    assert {headers["Vary"] for _, headers, _ in answers} == {"Accept-Encoding"}
    assert {headers["Content-Security-Policy"] for _, headers, _ in answers} == {"default-src 'none'"}


def test_another_page_has_another_etag_and_the_same_page_the_same():
    assert ask(PageBytes(BODY, HEADERS))[1]["ETag"] == ask()[1]["ETag"]
    assert ask(PageBytes(BODY + b".", HEADERS))[1]["ETag"] != ask()[1]["ETag"]


def test_what_did_not_change_is_not_compressed_again(monkeypatch):
    monkeypatch.setattr("ascentpain.page_bytes._compressed", lambda body: pytest.fail("compressed again"))
    again = PageBytes(BODY, [*HEADERS, ("X-New", "yes")], like=PAGE)
    assert ask(again, accept_encoding="br")[2] == ask(accept_encoding="br")[2]
    assert ask(again)[1]["X-New"] == "yes"


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_who_has_the_page_gets_a_304_without_it(encoding):
    tag = ask(accept_encoding=encoding)[1]["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        status, headers, body = ask(accept_encoding=encoding, if_none_match=known)
        assert (status, body) == (304, b"")
        assert headers == {"ETag": tag, "Cache-Control": "public", "Vary": "Accept-Encoding"}


def test_who_has_another_page_or_the_page_in_another_encoding_gets_it():
    for known in ('"other"', ask(accept_encoding="br")[1]["ETag"], "", '"'):
        assert ask(if_none_match=known)[0] == 200


def test_head_tells_what_get_would_and_sends_nothing():
    for asked in ({}, {"accept_encoding": "br"}, {"range": "bytes=0-9"}):
        status, headers, body = ask(method="HEAD", **asked)
        assert (status, body) == (200, b"")
        assert headers == ask(**{name: value for name, value in asked.items() if name != "range"})[1]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", BODY[:10]),
        ("bytes=10-", BODY[10:]),
        ("bytes=-10", BODY[-10:]),
        ("bytes=5-99999999", BODY[5:]),
        ("bytes=-99999999", BODY),
    ],
)
def test_a_range_gets_that_part(asked, part):
    status, headers, body = ask(range=asked)
    assert (status, body) == (206, part)
    start = len(BODY) - len(part) if asked != "bytes=0-9" else 0
    assert headers["Content-Range"] == f"bytes {start}-{start + len(part) - 1}/{len(BODY)}"
    assert int(headers["Content-Length"]) == len(part)


def test_a_range_of_the_compressed_page_is_of_its_compressed_bytes():
    whole = ask(accept_encoding="br")[2]
    assert ask(accept_encoding="br", range="bytes=3-")[2] == whole[3:]


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", "bytes=9-5"])
def test_a_range_with_nothing_in_it_gets_416(asked):
    status, headers, body = ask(range=asked)
    assert (status, body) == (416, b"")
    assert headers["Content-Range"] == f"bytes */{len(BODY)}"
    assert headers["Cache-Control"] == "no-store"  # or a cache could send it in the page's place


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=-", "lines=0-9", "bytes=a-b", "bytes=" + 5000 * "9" + "-", ""]
)
def test_a_range_that_is_not_understood_gets_the_whole(asked):
    assert ask(range=asked)[::2] == (200, BODY)


def test_a_range_of_an_older_page_gets_the_whole_new_one():
    assert ask(range="bytes=0-9", if_range='"older"')[::2] == (200, BODY)
    assert ask(range="bytes=0-9", if_range=ask()[1]["ETag"])[0] == 206


def test_who_wants_to_go_on_with_an_older_page_is_told_that_it_is_another():
    assert ask(if_match='"older"', range="bytes=10-")[::2] == (412, b"")
    assert ask(if_match=f"W/{ask()[1]['ETag']}")[0] == 412
    for same in ("*", ask()[1]["ETag"], f'"older", {ask()[1]["ETag"]}'):
        assert ask(if_match=same)[0] == 200


def test_other_headers_make_it_another_page():
    assert ask(PageBytes(BODY, [*HEADERS, ("X-New", "yes")]))[1]["ETag"] != ask()[1]["ETag"]


@given(accept_encoding=st.text(), if_none_match=st.text(), range=st.text())
def test_no_header_is_answered_with_an_error(**asked):
    status, headers, body = ask(**asked)
    assert status in {200, 206, 304, 416}
    assert status == 304 or int(headers["Content-Length"]) == len(body)
