"""One system and one build of hawd a run; machines that end with the tests that started them."""
import contextlib
import os
import pathlib
import shutil

import pytest

import cross
import hosts
import inner
import overlay
import release
import system
from booted import Booted
from image import Missing
from machine import Machine, Platform

KERNEL_TESTS = pathlib.Path(__file__).resolve().parents[1] / "kernel"


@pytest.fixture(scope="session")
def hawd(tmp_path_factory):
    """An archive of hawd as it is installed, and the judge of tests/kernel beside it."""
    tmp = tmp_path_factory.mktemp("hawd")
    try:
        archive = overlay.archive(cross.build(), tmp)
        return archive, system.archive_of({"usr/local/bin/judge": cross.judge(KERNEL_TESTS, tmp / "judge")}, tmp / "judge-tree")
    except Missing as why:
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def boot(hawd, tmp_path_factory):
    """boot(host): a context with a machine that has booted. tables: an archive of ACPI tables."""
    def prepare(host, tmp, tables):
        emulator = release.tree("trixie", release.QEMU_ARM)
        vmlinuz, modules = system.kernel(host.suite, host.package)
        parts = [*([tables] if tables else []), system.base(), modules, *hawd]
        whole = overlay.join(parts, tmp / "initramfs")
        platform = Platform(tuple(release.qemu(emulator, "qemu-system-aarch64")), ("-device", "pci-serial,chardev=control,addr=6"),
                            ("console=ttyAMA0",))
        arguments = host.arguments()
        if host.guests:
            arguments += inner.drive()
        if host.efi:
            variables = shutil.copy(emulator / "usr/share/AAVMF/AAVMF_VARS.fd", tmp / "variables")
            arguments += ["-drive", f"if=pflash,format=raw,readonly=on,file={emulator}/usr/share/AAVMF/AAVMF_CODE.fd",
                          "-drive", f"if=pflash,format=raw,file={variables}"]
        return vmlinuz, whole, arguments, platform

    @contextlib.contextmanager
    def start(host, tables=None):
        tmp = tmp_path_factory.mktemp(host.name)
        try:
            vmlinuz, whole, arguments, platform = prepare(host, tmp, tables)
        except Missing as why:
            pytest.skip(str(why))
        with Machine(vmlinuz, whole, arguments, host.append, memory="2G" if host.guests else "1G", platform=platform) as machine:
            whole.unlink()
            machine.wait_for_boot(600)
            print(f"{host.name}: booted in {machine.booted_in:.1f} s")
            yield machine

    return start


@pytest.fixture(scope="session", params=hosts.EVERY + (hosts.ALL if os.environ.get("HAWD_TEST_ALL") else ()), ids=lambda host: host.name)
def booted(request, boot):
    """One host at a time: pytest runs all tests of one before it goes to the next."""
    with boot(request.param) as machine:
        yield Booted(request.param, machine)
