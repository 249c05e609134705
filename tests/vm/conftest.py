"""One initramfs a run; machines that end with the test that started them."""
import contextlib

import pytest

import apparmor
import image
import overlay
from machine import Machine


@pytest.fixture(scope="session")
def guest(tmp_path_factory):
    """Kernel and initramfs with this build of hawd in it, confined by its AppArmor profiles where this system has the parser."""
    directory, tmp = overlay.build(), tmp_path_factory.mktemp("guest")
    profiles = apparmor.archive(tmp)
    try:
        return overlay.initramfs(directory, tmp, [profiles] if profiles else [])
    except image.Missing as why:
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def with_daemon(guest):
    if not (overlay.build() / "daemon" / "hawd").exists():
        pytest.skip("this build has no daemon")


@pytest.fixture(scope="session")
def boot(guest):
    """boot(qemu arguments, kernel arguments): a context with a machine that has booted. In the end, the profiles of AppArmor must
    have refused nothing."""
    kernel, initramfs = guest

    @contextlib.contextmanager
    def start(arguments, append=(), **sizes):
        with Machine(kernel, initramfs, arguments, append, **sizes) as machine:
            machine.wait_for_boot()
            print(f"booted in {machine.booted_in:.1f} s")
            if apparmor.PARSER:
                assert set(apparmor.PROFILES) <= apparmor.enforced(machine)
            yield machine
            assert apparmor.denials(machine) == []

    return start
