"""One system and one build of hawd a run; machines that end with the tests that started them."""
import contextlib
import os

import pytest

import booted as host_booted
import hosts
from image import Missing


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The archives with hawd and with the tests' own programs."""
    try:
        return host_booted.archives(tmp_path_factory.mktemp("hawd"))
    except Missing as why:
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def boot(installed, tmp_path_factory):
    """boot(host): a context with a machine that has booted. tables: an archive of ACPI tables."""
    @contextlib.contextmanager
    def start(host, tables=None):
        tmp = tmp_path_factory.mktemp(host.name)
        try:
            prepared = host_booted.prepare(host, installed, tmp, tables)
        except Missing as why:
            pytest.skip(str(why))
        with host_booted.start(host, *prepared) as machine:
            yield machine

    return start


@pytest.fixture(scope="session", params=hosts.EVERY + (hosts.ALL if os.environ.get("HAWD_TEST_ALL") else ()), ids=lambda host: host.name)
def booted(request, boot):
    """One host at a time: pytest runs all tests of one before it goes to the next."""
    with boot(request.param) as machine:
        yield host_booted.Booted(request.param, machine)
