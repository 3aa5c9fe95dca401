"""Headings outline every page: one h1, and no level is skipped on the way down."""

from itertools import pairwise

import pytest

from tests.addresses import HANDOUT, PUBLIC

pytestmark = pytest.mark.usefixtures("content")


@pytest.mark.parametrize("path", [*PUBLIC, HANDOUT])
def test_headings_outline_the_page(read, path):
    levels = [int(tag.name[1]) for tag in read(path).body.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
