"""A new world for each test of the API."""

import pytest

from tests.api.door import Door


@pytest.fixture
def door() -> Door:
    """The API over an empty deployment in memory."""
    return Door()
