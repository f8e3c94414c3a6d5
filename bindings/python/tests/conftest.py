"""Every test runs twice: with objects read by their layout, and by Python's published API only."""

import probelang._probelang as native
import pytest


@pytest.fixture(autouse=True, params=["direct", "published"])
def layout(request):
    direct = request.param == "direct"
    assert native._read_directly(direct) == (direct, direct, direct)
    yield request.param
    native._read_directly(True)
