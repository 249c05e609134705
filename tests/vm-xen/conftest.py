"""One build of hawd a run; machines that end with the tests that started them."""
import os

import pytest

import apparmor
import host as hosting
import hosts
import overlay
from image import Missing


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """hawd, as it is installed, confined by its AppArmor profiles where this system has the parser."""
    tmp = tmp_path_factory.mktemp("hawd")
    profiles = apparmor.archive(tmp)
    return [overlay.archive(overlay.build(), tmp), *([profiles] if profiles else [])]


@pytest.fixture(scope="session", params=hosts.EVERY + (hosts.ALL if os.environ.get("HAWD_TEST_ALL") else ()), ids=lambda host: host.name)
def booted(request, archives, tmp_path_factory):
    """One host at a time: pytest runs all tests of one before it goes to the next."""
    try:
        with hosting.start(request.param, archives, tmp_path_factory.mktemp(request.param.name)) as machine:
            yield hosting.Booted(request.param, machine)
    except Missing as why:
        pytest.skip(str(why))
