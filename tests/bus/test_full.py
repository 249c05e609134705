"""Directories that are full, not there, or not ours: the bus is served all the same, and it is said once."""
import os
import subprocess

import pytest

import hosts_intel
from bus import NOBODY


def full(directory, size="16k"):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", directory], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small tmpfs cannot be mounted here: {done.stderr.strip()}")


@pytest.fixture
def service(serve):
    """Prepared, with what it mounted taken away afterwards."""
    it = serve(hosts_intel.client_46_39, start=False)
    yield it
    it.close()
    for directory in (it.runtime, it.state):
        subprocess.run(["umount", directory], capture_output=True, check=False)


def change(service, name):
    service.tree.write("proc/sys/kernel/hostname", name + "\n")
    service.reload()
    service.settle()


def test_full_runtime_directory(service, client):
    full(service.runtime)
    service.start()
    service.settle()
    # The small ones fit; the rest is left out as a whole.
    assert sorted(os.listdir(service.runtime)) == ["metrics.prom", "summary.json"]
    change(service, "two")
    change(service, "three")
    assert client.get("Hostname") == "three" and client.describe()
    lines = service.said().splitlines()
    assert len(lines) == 1 and "Cannot publish the profile as files" in lines[0] and "No space left" in lines[0]
    subprocess.run(["mount", "-o", "remount,size=4m", service.runtime], check=True)
    change(service, "four")
    assert (service.runtime / "current/generation").read_text(encoding="ascii") == "4\n"
    # Full again: what was published stays whole.
    room = os.statvfs(service.runtime)
    with open(service.runtime / "filler", "wb") as file:
        file.write(bytes(max(0, room.f_bavail * room.f_frsize - 8192)))
    before = (service.runtime / "current/profile.json").read_text(encoding="utf-8")
    change(service, "five")
    assert (service.runtime / "current/profile.json").read_text(encoding="utf-8") == before
    assert (service.runtime / "current/generation").read_text(encoding="ascii") == "4\n"
    assert client.get("Hostname") == "five" and len(service.said().splitlines()) == 2
    assert len([name for name in os.listdir(service.runtime) if name.startswith("generation-")]) <= 2


def test_full_state_directory(service, client):
    full(service.state)
    service.start()
    service.settle()
    change(service, "two")
    assert client.get("Hostname") == "two"
    assert not os.listdir(service.state)
    lines = service.said().splitlines()
    assert len(lines) == 1 and "Cannot store the profile" in lines[0] and "No space left" in lines[0]
    assert (service.runtime / "current/profile.json").exists()


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("what", ["missing", "a file", "not ours"])
def test_directories_that_cannot_be_used(serve, client, place, what):
    """Another user's, for a service that runs as nobody."""
    service = serve(hosts_intel.client_46_39, start=False)
    service.uid = NOBODY
    for name in ("runtime_directory", "state_directory"):
        path = place / f"other-{name}"
        if what == "a file":
            path.write_text("x", encoding="ascii")
        elif what == "not ours":
            path.mkdir(mode=0o755)
        service.options[name] = path
    service.start()
    service.settle()
    service.tree.write("proc/sys/kernel/hostname", "other\n")
    service.reload()
    service.settle()
    assert client.get("Hostname") == "other"
    lines = service.said().splitlines()
    assert len(lines) == 2 and all("other-" in line or "Cannot " in line for line in lines), lines
    assert service.stop() == 0
