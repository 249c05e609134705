"""The service runs as a user without privilege: whatever file it may not read, it starts, and says so."""
import json
import os

import pytest

import hosts_intel
import hosts_other
from bus import NOBODY, BusError

pytestmark = pytest.mark.usefixtures("root")

def files_of(tree):
    return sorted(str(path.relative_to(tree.root)) for path in tree.root.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.mark.parametrize("build", [hosts_intel.client_46_39, hosts_other.epyc_sme], ids=lambda build: build.__name__)
def test_each_file(serve, client, build):
    """A finding, and one line in the log, however often it reads again."""
    service = serve(build, start=False)
    service.uid = NOBODY
    files, silent, said = files_of(service.tree), [], 0
    service.start()
    whole = json.loads(client.describe())
    assert "permission" not in json.dumps(whole) and "profile-incomplete" not in json.dumps(whole)
    service.stop()
    assert len(files) > 20
    for name in files:
        os.chmod(service.tree.root / name, 0)
        service.start()
        text = client.describe()
        assert client.get("Digest") == json.loads(text)["digest"]
        service.reload()
        assert service.stop() == 0
        os.chmod(service.tree.root / name, 0o644)
        lines = service.said().splitlines()[said:]
        said += len(lines)
        if "profile-incomplete" in text:
            assert len(lines) == 1 and "Permission denied: " in lines[0], name
        else:
            assert not lines
            silent.append(name)
    print("nothing is missing without:", silent)
    assert all(harmless(name) for name in silent)
    service.start()
    assert json.loads(client.describe()) == whole


def harmless(name):
    """Read for nothing that the profile has, or where another says the same (a register, here)."""
    return name.endswith(("domains_used", "domains_supported", "hawd/format", "parameters/eptad", "misc/kvm/dev"))


def test_nothing_is_readable(serve, client):
    """Not even a directory: the profile has no number then, and a reason for each."""
    service = serve(hosts_intel.client_46_39, start=False)
    service.uid = NOBODY
    for name in ("proc", "sys", "hawd"):
        os.chmod(service.tree.root / name, 0)
    service.start()
    unknown = client.get("Unknown")
    assert {"CpuPhysicalBits", "HostPhysicalBits", "GuestPhysicalBits", "IovaBits", "RamTop"} <= unknown.keys()
    assert set(unknown.values()) == {"permission"} and client.get("IovaBits") == 0
    for name in ("proc", "sys", "hawd"):
        os.chmod(service.tree.root / name, 0o755)
    service.reload()
    assert client.get("IovaBits") == 39 and client.get("Unknown") == {}


def test_the_root_is_shut_later(serve, client):
    """What was known stays until something else is."""
    service = serve(hosts_intel.client_46_39, start=False)
    service.uid = NOBODY
    service.start()
    os.chmod(service.tree.root, 0)
    service.reload()
    assert client.get("IovaBits") in (0, 39)
    with pytest.raises(BusError):
        client.get("Nope")
    os.chmod(service.tree.root, 0o755)
    service.reload()
    assert client.get("IovaBits") == 39


def test_the_private_tree_is_shut(serve, client, place):
    """What the collector left cannot be read, though all else can: the published widths look right, and it is said once."""
    private = place / "private"
    private.mkdir(mode=0)
    service = serve(hosts_intel.client_46_39, start=False)
    service.uid = NOBODY
    service.options["private_directory"] = private
    service.start()
    assert client.get("IovaBits") == 39
    service.reload()
    assert service.stop() == 0
    line, = service.said().splitlines()
    assert f"Cannot read {private}: Permission denied" in line
    private.rmdir()
    service.start()
    assert service.stop() == 0 and len(service.said().splitlines()) == 1


@pytest.mark.parametrize("reason", ["unsupported-kernel", "permission"])
def test_a_sandbox_refuses_a_register(serve, client, reason):
    """ENOSYS, as a seccomp filter gives it, is a refusal; here as hawd/reasons (man hawd-root) replays it."""
    service = serve(hosts_intel.client_46_39, start=False)
    register = service.tree.root / "sys/class/iommu/dmar0/intel-iommu/cap"
    register.resolve().unlink()
    service.tree.write("hawd/reasons", f"{reason} sys/class/iommu/dmar0/intel-iommu/cap\n")
    service.start()
    found = {finding["id"]: finding for finding in json.loads(client.describe())["findings"]}
    assert "/sys/class/iommu" in found["profile-incomplete"]["detail"]
    assert service.stop() == 0
    line, = service.said().splitlines()
    assert "Permission denied: /sys/class/iommu." in line
