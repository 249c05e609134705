"""Profiles of former boots. The boot id is the machine's own, so a former boot is a file under another id."""
import json
import os
import stat

import pytest

import hosts_intel
from bus import PATH
from change import digest_of
from tree import INTEL

FORMER = "changed-since-last-boot"
OTHER = "0123456789abcdef0123456789abcdef"


def found(client):
    """The finding, as the document has it; nothing when there is none."""
    on_bus = [finding for finding in client.get("Findings") if finding[0] == FORMER]
    in_document = [finding for finding in json.loads(client.describe())["findings"] if finding["id"] == FORMER]
    assert len(on_bus) == len(in_document) <= 1
    return in_document[0] if in_document else None


def boots(service):
    return sorted(os.listdir(service.state))


def leave(service, number, identifier):
    """Ends the service and makes its boot a former one."""
    own, = (name for name in boots(service) if identifier_of(name) not in service.former)
    assert service.stop() == 0
    os.rename(service.state / own, service.state / f"{number:04d}-{identifier}.json")
    service.former.add(identifier)


def identifier_of(name):
    return name.split("-")[1].removesuffix(".json")


def test_three_boots(serve, client):
    """46 bits, then 45, then 44, then 44: each boot is held against the one before it, and the digest is the host's alone."""
    service = serve(hosts_intel.client_46_39)
    service.former = set()
    assert found(client) is None
    service.settle()
    leave(service, 1, "1" * 32)
    for number, (before, now) in enumerate(((46, 45), (45, 44)), 2):
        service.tree.cpuid(INTEL, now, vmx=True)
        service.start()
        finding = found(client)
        text = json.dumps(finding)
        assert finding["severity"] in ("info", "warning") and str(before) in text and str(now) in text and "cpuPhysicalBits" in text
        assert "46" not in finding["summary"] + finding["detail"] or before == 46
        assert client.get("Digest") == digest_of(service.tree) and client.get("CpuPhysicalBits") == now
        # Still there after a change of something else, and after a restart within the boot, which keeps no second profile.
        service.settle()
        kept = boots(service)
        service.tree.write("proc/sys/kernel/hostname", f"name-{number}\n")
        service.reload()
        assert found(client) == finding
        service.settle()
        service.stop()
        service.start()
        assert found(client) == finding
        service.settle()
        assert boots(service) == kept and len(kept) == number
        leave(service, number, str(number) * 32)
    service.start()
    assert found(client) is None
    service.settle()
    assert [name[:5] for name in boots(service)] == ["0001-", "0002-", "0003-", "0004-"]


def test_the_first_profile_of_a_boot_counts(serve, client):
    """What is kept is what was read first: a later change does not rewrite it."""
    service = serve(hosts_intel.client_46_39)
    service.settle()
    first = (service.state / boots(service)[0]).read_bytes()
    service.tree.cpuid(INTEL, 45, vmx=True)
    service.reload()
    service.settle()
    assert (service.state / boots(service)[0]).read_bytes() == first and len(boots(service)) == 1


def test_sixteen_are_kept(serve, client):
    service = serve(hosts_intel.client_46_39)
    service.settle()
    own, = boots(service)
    assert service.stop() == 0
    text = (service.state / own).read_bytes()
    os.unlink(service.state / own)
    for number in range(1, 21):
        (service.state / f"{number:04d}-{number:032x}.json").write_bytes(text)
    (service.state / "notes.txt").write_text("mine", encoding="ascii")
    (service.state / "0001-x.json").write_text("mine", encoding="ascii")
    service.start()
    service.settle()
    assert found(client) is None
    names = [name for name in boots(service) if name not in ("notes.txt", "0001-x.json")]
    assert [int(name[:4]) for name in names] == list(range(6, 22))
    assert identifier_of(names[-1]) == own.split("-")[1].removesuffix(".json")
    assert (service.state / "notes.txt").exists() and (service.state / "0001-x.json").exists()


def truncated(path, good):
    path.write_bytes(good[:len(good) // 2])


def garbage(path, good):
    path.write_bytes(bytes(range(256)) * 20)


def empty(path, good):
    path.write_bytes(b"")


def huge(path, good):
    path.write_bytes(good)
    os.truncate(path, 33 << 20)


def link(path, good):
    target = path.parent.parent / "elsewhere.json"
    target.write_bytes(good)
    path.symlink_to(target)


def fifo(path, good):
    os.mkfifo(path)


def directory(path, good):
    path.mkdir()


def deep(path, good):
    path.write_bytes(b'{"schema":"hawd-profile/1","x":' + b"[" * 100000 + b"]" * 100000 + b"}")


def another_schema(path, good):
    path.write_bytes(good.replace(b"hawd-profile/1", b"hawd-profile/2"))


def a_number(path, good):
    path.write_bytes(b"7")


@pytest.mark.parametrize("spoil", [truncated, garbage, empty, huge, link, fifo, directory, deep, another_schema, a_number], ids=lambda f: f.__name__)
def test_spoilt(serve, client, spoil):
    """Passed over with one message; this boot's profile is kept all the same."""
    service = serve(hosts_intel.client_46_39)
    service.settle()
    own, = boots(service)
    assert service.stop() == 0
    good = (service.state / own).read_bytes()
    os.unlink(service.state / own)
    name = f"0007-{OTHER}.json"
    spoil(service.state / name, good)
    mode = os.lstat(service.state / name).st_mode
    service.start()
    service.settle()
    service.reload()
    assert client.get("IovaBits") == 39 and found(client) is None
    lines = service.said().splitlines()
    assert len(lines) == 1 and name in lines[0] and "is ignored" in lines[0], lines
    assert stat.S_IFMT(os.lstat(service.state / name).st_mode) == stat.S_IFMT(mode)
    assert [n[:5] for n in boots(service)] == ["0007-", "0008-"]
    json.loads((service.state / boots(service)[1]).read_text(encoding="utf-8"))


def test_members_of_another_kind(serve, client):
    """A former profile that has the schema and nonsense in it is compared as far as it goes, and ends nothing."""
    service = serve(hosts_intel.client_46_39)
    service.settle()
    own, = boots(service)
    document = json.loads((service.state / own).read_text(encoding="utf-8"))
    assert service.stop() == 0
    os.unlink(service.state / own)
    for key in document:
        for wrong in (7, [], {}, [7], "x", None):
            (service.state / f"0001-{OTHER}.json").write_text(json.dumps(document | {key: wrong}), encoding="utf-8")
            service.start()
            assert client.get("IovaBits") == 39 and client.get("Digest") == document["digest"]
            found(client)
            assert service.stop() == 0
            for name in boots(service):
                os.unlink(service.state / name)


def test_numbers_at_the_edge(serve, client):
    """File names that only look like ours."""
    service = serve(hosts_intel.client_46_39, start=False)
    for name in (f"0000-{OTHER}.json", f"99999999-{OTHER}.json", f"-1-{OTHER}.json", f"4294967297-{OTHER}.json", "0001-.json", "0001-0123.json.bak"):
        (service.state / name).write_text("{}", encoding="ascii")
    service.start()
    service.settle()
    assert client.get_all(PATH)["IovaBits"] == 39
