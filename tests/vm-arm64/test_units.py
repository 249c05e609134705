"""Unit tests that ask the kernel they run on, in an emulated host: user emulation cannot answer for it."""
import dataclasses
import os

import pytest

import booted
import cross
import hosts
import system
from image import Missing

PROGRAMS = ("root", "root-open", "sandbox")
HOST = dataclasses.replace(hosts.N1, name="units", guests=())
LIBRARY = "usr/lib/aarch64-linux-gnu/libcmocka.so.0"

pytestmark = pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"),
                                reason="builds hawd once more and boots one more machine: tools/test --all")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("units")
    try:
        built = cross.configure("arm64-release", "-Dtests=enabled", "-Dvm-tests=false", "-Dbuildtype=release")
        cross.run("ninja", "-C", built, *[f"tests/unit/test-{name}" for name in PROGRAMS])
        files = {f"usr/local/bin/test-{name}": built / f"tests/unit/test-{name}" for name in PROGRAMS}
        prepared = booted.prepare(HOST, [system.archive_of({**files, LIBRARY: cross.sysroot() / LIBRARY}, tmp / "units")], tmp)
    except Missing as why:
        pytest.skip(str(why))
    with booted.start(HOST, *prepared) as started:
        yield started


@pytest.mark.parametrize("name", PROGRAMS)
def test_unit(machine, name):
    status, text = machine.run(f"test-{name}", 300)
    assert status == 0, text
    # As on the machine that builds: nothing is left out for want of a system call filter.
    assert "SKIPPED" not in text and "no seccomp filters" not in text, text
