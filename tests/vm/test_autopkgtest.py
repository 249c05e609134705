"""The tests of the Debian packages, run by autopkgtest over ssh in an emulated machine."""
import os
import shutil
import socket
import subprocess

import pytest

import debian
import image
import overlay
import packages
from machine import Machine
from machines import HOTPLUG

# autopkgtest has modules of its own.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(name="key")
def fixture_key(tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    return tmp_path / "key"


@pytest.mark.skipif(not os.environ.get("HAWD_TEST_ALL"), reason="takes two minutes: HAWD_TEST_ALL=1 runs it")
@pytest.mark.skipif(not shutil.which("autopkgtest"), reason="autopkgtest is not installed")
def test_autopkgtest(tmp_path, key):
    made = debian.built()
    (tmp_path / "authorized_keys").write_bytes(key.with_suffix(".pub").read_bytes())
    try:
        kernel, initramfs = debian.initramfs(overlay.build(), tmp_path, ssh=[tmp_path / "authorized_keys"])
    except image.Missing as why:
        pytest.skip(str(why))
    tree = tmp_path / "tree"
    shutil.copytree(packages.TOP / "debian", tree / "debian")
    # As in a tree that was built: autopkgtest has nothing to unpack or to build.
    (tree / "debian" / "files").touch()
    port = free_port()
    network = ["-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:22", "-device", "virtio-net-pci,netdev=net"]
    with Machine(kernel, initramfs, [*HOTPLUG, *network], ("intel_iommu=on", "systemd.mask=ssh.service"), memory="1536M") as machine:
        machine.wait_for_boot(480)
        machine.output("install -D -m 600 /srv/ssh/authorized_keys /root/.ssh/authorized_keys && mkdir -p /run/sshd && "
                       "ip address add 10.0.2.15/24 dev eth0 && ip link set eth0 up && /usr/sbin/sshd")
        done = subprocess.run(["autopkgtest", *made.values(), f"{tree}/", "--", "ssh", "--hostname=127.0.0.1", f"--port={port}", "--login=root",
                               f"--identity={key}", "--capability=isolation-machine"],
                              capture_output=True, text=True, errors="replace", check=False, timeout=1200, env=ENVIRONMENT)
        said = done.stdout + done.stderr
        print(said)
        assert done.returncode == 0, said[-8000:]
        summary = said[said.rindex("summary"):]
        for name in ("service", "hawctl"):
            assert any(line.split()[:2] == [name, "PASS"] for line in summary.splitlines()), summary
