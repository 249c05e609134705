"""Two hosts that differ in one known thing: `hawctl diff` has exactly those rows, and the comparison the verdict that follows."""
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

import hosts_arm
import hosts_intel
import hosts_other
import hosts_xen
from tree import GIB, INTEL, MEMORY64, MSI, Tree, dmar, drhd, endpoint

HAWCTL = os.environ["HAWCTL"]
COMPARISON = os.environ["HAWD_COMPARISON"]
SCHEMA = pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("comparison.schema.json")
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
KVM = {"ept": "Y", "eptad": "Y"}
UNIT = (0xD2008C40660462, 0xF050DA)  # MGAW 39, SAGAW 48


def run(*arguments, status=0, stdin=b"", **environment):
    done = subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, timeout=60, check=False, input=stdin,
                          env=os.environ | environment)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done.stdout.decode() if status == 0 else done.stderr.decode()


def host(path, kernel="6.12.95", cmdline="", bits=46, driver="ice", second=False, region=None, devices=("0000:01:00.0",)):
    """One unit, group 14 with a card of one or two functions; each argument moves one thing."""
    t = Tree(path)
    t.base(kernel=kernel, cmdline=cmdline, name="one")
    t.cpuid(INTEL, bits, vmx=True)
    t.cpuinfo(INTEL, bits, flags="fpu lm vmx ept", vmx_flags="ept ept_1gb ept_ad")
    t.kvm("kvm_intel", bits, bits, KVM)
    t.interrupts(True)
    t.table("DMAR", dmar(39, drhd(0xFED91000)))
    t.memory([(0x1000, 0x9FFFF), (0x100000, 0x7FFFFFFF)] + ([(0x100000000, 0x17FFFFFFF)] if second else []))
    t.vtd("dmar0", 0xFED91000, *UNIT, devices)
    for i, device in enumerate(devices):
        t.pci(device, endpoint(multifunction=True), driver=driver, bars=[(0, 0x4000000000 + i * GIB, 1 << 20, MEMORY64)])
    t.group(14, devices, [MSI, *([region] if region else [])])
    return path


def table(*arguments, **environment):
    """The rows as (path, before, after), by where the headings stand; a wrapped cell is put together again."""
    lines = run("diff", *arguments, **environment).splitlines()
    if lines == ["No differences."]:
        return []
    places = [lines[0].index(name) for name in ("PATH", "BEFORE", "AFTER")]
    rows = []
    for line in lines[1:]:
        cells = [line[places[0]:places[1]].strip(), line[places[1]:places[2]].strip(), line[places[2]:].strip()]
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1] = [" ".join(filter(None, pair)) for pair in zip(rows[-1], cells)]
    return [tuple(row) for row in rows]


MSI_TEXT = "0xfee00000-0xfeefffff"
CASES = [
    ({"kernel": "6.1.0"}, {}, [("host.kernel", "6.1.0", "6.12.95")]),
    ({}, {"cmdline": "quiet iommu=pt"}, [("host.kernelParameters", "", "iommu=pt")]),
    ({}, {"driver": "vfio-pci"}, [("devices.0000:01:00.0.driver", "ice", "vfio-pci")]),
    ({}, {"driver": None}, [("devices.0000:01:00.0.driver", "ice", "none")]),
    ({}, {"second": True}, [("memory.ramTop", "0x80000000", "0x180000000"),
                            ("memory.ranges", "...", "0x100000000-0x17fffffff System RAM, ...")]),
    # Usable before: all below 2^39 less the MSI window.
    ({}, {"region": (0x80000000, 0x8000FFFF, "reserved")}, [
        ("groups.14.reservedRegions", "...", "0x80000000-0x8000ffff reserved, ..."),
        ("groups.14.usableIova", "0x0-0xfedfffff, ...", "0x0-0x7fffffff, 0x80010000-0xfedfffff, ..."),
        ("reservedIova", "...", "0x80000000-0x8000ffff, ..."),
        ("usableIova", "0x0-0xfedfffff, ...", "0x0-0x7fffffff, 0x80010000-0xfedfffff, ...")]),
    ({}, {"devices": ("0000:01:00.0", "0000:01:00.1")}, [
        ("iommus.dmar0.deviceCount", "1", "2"), ("iommus.dmar0.pciDeviceCount", "1", "2"),
        ("groups.14.devices", "...", "0000:01:00.1, ..."), ("devices.0000:01:00.1", "-", "added: 0x8086:0x1572")]),
    ({"devices": ("0000:01:00.0", "0000:01:00.1")}, {}, [
        ("iommus.dmar0.deviceCount", "2", "1"), ("iommus.dmar0.pciDeviceCount", "2", "1"),
        ("groups.14.devices", "0000:01:00.1, ...", "..."), ("devices.0000:01:00.1", "0x8086:0x1572", "removed")]),
    ({}, {}, []),
]


@pytest.mark.parametrize("before,after,rows", CASES, ids=[str(i) for i in range(len(CASES))])
def test_one_thing(tmp_path, before, after, rows):
    a, b = host(tmp_path / "a", **before), host(tmp_path / "b", **after)
    assert table(a, b, LC_ALL="C", COLUMNS="200") == rows
    found = json.loads(run("diff", a, b, "-j"))
    kinds = {path: "added" if old == "-" else "removed" if new == "removed" else "changed" for path, old, new in rows}
    assert {d["path"]: d["kind"] for d in found} == kinds


def test_narrower_cpu(tmp_path):
    """46 bits become 39: every width that follows from the CPU, and the finding that the IOMMU is narrower goes."""
    a, b = host(tmp_path / "a"), host(tmp_path / "b", bits=39)
    rows = {path: (before, after) for path, before, after in table(a, b, LC_ALL="C", COLUMNS="200")}
    widths = ("cpuPhysicalBits", "hostPhysicalBits", "guestPhysicalBits", "guestMappableBits", "safeGuestBits", "cpuinfoMinBits", "cpuinfoMaxBits")
    expected = {f"widths.{name}": ("46", "39") for name in widths}
    removed = rows.pop("findings.iommu-narrower-than-cpu[host]")
    assert removed[0] and removed[1] == "removed"
    assert rows == expected


def test_documents_and_captures(tmp_path):
    """The same four answers, however the two profiles are given."""
    a, b = host(tmp_path / "a"), host(tmp_path / "b", driver="vfio-pci")
    expected = run("diff", a, b, "-j")
    assert [d["path"] for d in json.loads(expected)] == ["devices.0000:01:00.0.driver"]
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(run("describe", f"--root={tmp_path / name}"), encoding="utf-8")
        run("capture", tmp_path / f"{name}.tar.zst", f"--root={tmp_path / name}")
    assert run("diff", tmp_path / "a.json", tmp_path / "b.json", "-j") == expected
    assert run("diff", tmp_path / "a.tar.zst", tmp_path / "b.json", "-j") == expected
    assert run("diff", "-", tmp_path / "b.tar.zst", "-j", stdin=(tmp_path / "a.json").read_bytes()) == expected
    assert run("diff", tmp_path / "a.json", "-", "-j", stdin=(tmp_path / "b.json").read_bytes()) == expected
    assert json.loads(expected)[0] == {"path": "devices.0000:01:00.0.driver", "kind": "changed", "before": "ice", "after": "vfio-pci"}


def test_facts_are_whole(tmp_path):
    found = {d["path"]: d for d in json.loads(run("diff", host(tmp_path / "a"), host(tmp_path / "b", bits=39), "--json=pretty"))}
    fact = found["widths.cpuPhysicalBits"]
    assert (fact["before"]["value"], fact["after"]["value"], fact["after"]["provenance"]) == (46, 39, "measured")
    assert set(fact["after"]) == {"value", "provenance", "source", "reason"}


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_width(tmp_path, columns):
    """What has blanks is wrapped at the screen; paths and addresses stay whole, for whoever searches for them."""
    a, b = host(tmp_path / "a"), host(tmp_path / "b", region=(0x80000000, 0x8000FFFF, "reserved"), second=True)
    text = run("diff", a, b, LC_ALL="C", COLUMNS=str(columns))
    for path in ("groups.14.reservedRegions", "memory.ranges", "0x80010000-0xfedfffff"):
        assert path in text
    assert table(a, b, LC_ALL="C", COLUMNS=str(columns)) == table(a, b, LC_ALL="C", COLUMNS="200")
    longest = len("groups.14.reservedRegions") + 1 + len("0x0-0xfedfffff,") + 1 + len("0x100000000-0x17fffffff")
    assert all(len(line.rstrip()) <= max(columns, longest) for line in text.splitlines())


def test_legend(tmp_path):
    a, b = host(tmp_path / "a"), host(tmp_path / "b", driver="vfio-pci")
    assert run("diff", a, b, "--no-legend").split() == ["devices.0000:01:00.0.driver", "ice", "vfio-pci"]
    assert run("diff", a, a) == "No differences.\n" and run("diff", a, a, "--no-legend") == ""
    assert run("diff", a, a, "-j") == "[]\n"


def document(**members):
    return json.dumps({"schema": "hawd-profile/1", **members}).encode()


@pytest.mark.parametrize("content,words", [
    (b"", ["line 1", "more"]), (b"{\n  \"schema\": \"hawd-profile/1\",\n  oops\n}", ["line 3, column 6", "JSON"]),
    (b"{\"schema\":\"hawd-profile/1\",\"a\":1,\"a\":2}", ["line 1", "only once"]), (b"[]", ["hawctl describe"]),
    (b"{}", ["schema", "hawctl describe"]), (b"{\"schema\":\"hawd-comparison/1\"}", ["schema", "hawctl describe"]),
    (document() + b"x", ["line 1, column 29", "nothing after"]), (b"\x1b[31m", ["line 1, column 1"]),
    (b"[" * 17, ["line 1, column 17", "16 levels"]), (b"\xff\xfe", ["line 1", "UTF-8"]),
])
def test_bad_documents(tmp_path, content, words):
    bad, good = tmp_path / "bad.json", tmp_path / "good.json"
    bad.write_bytes(content)
    good.write_bytes(document())
    for arguments in ((bad, good), (good, bad)):
        error = run("diff", *arguments, status=1)
        assert error.startswith("hawctl: ") and str(bad) in error and "\x1b" not in error
        assert all(word in error for word in words), error
    error = run("diff", "-", good, status=1, stdin=content)
    assert "standard input" in error and all(word in error for word in words), error


def test_errors(tmp_path):
    good = tmp_path / "good.json"
    good.write_bytes(document())
    assert "/no/such" in run("diff", good, "/no/such", status=1)
    assert "not a host tree" in run("diff", "/usr/bin", good, status=1)
    assert "too few" in run("diff", good, status=2) and "too many" in run("diff", good, good, good, status=2)
    assert "standard input" in run("diff", "-", "-", status=2)
    huge = tmp_path / "huge.json"
    with huge.open("wb") as f:
        f.truncate((64 << 20) + 1)
    assert "67108864" in run("diff", huge, good, status=1)
    (tmp_path / "bad.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd" + b"rubbish" * 9)
    assert "bad.tar.zst: Zstd decompression failed" in run("diff", tmp_path / "bad.tar.zst", good, status=1)


def test_hostile_texts(tmp_path):
    """Nothing of a foreign document moves the cursor or floods the screen."""
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    a.write_bytes(document(host={"kernel": "\x1b[31m\x9b2J\n\xe4", "x\x1by": 1, "long": "y" * 100000}))
    b.write_bytes(document(host={"kernel": "6.1", "long": "y" * 100001}))
    text = run("diff", a, b, LC_ALL="C.UTF-8")
    assert not {c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160}
    assert r"\x1b[31m\u009b2J\x0a" + "\xe4" in text and len(text) < 10000


def test_deep_texts(tmp_path):
    """Lists within lists within lists are shown only so far."""
    wide = "1"
    for _ in range(6):
        wide = '{"devices":[' + ",".join([wide] * 7) + "]}"
    (tmp_path / "a").write_bytes(document(x=[]))
    (tmp_path / "b").write_text(f'{{"schema":"hawd-profile/1","x":[{wide}]}}', encoding="utf-8")
    assert len(run("diff", tmp_path / "a", tmp_path / "b")) < 20000


def test_objects(tmp_path):
    """Large objects are shown by their plain members, not as JSON."""
    hosts_arm.ampere_like(Tree(tmp_path / "tree"))
    iort = json.loads(run("describe", f"--root={tmp_path}/tree"))["firmware"]["iort"]["table"]
    (tmp_path / "a").write_bytes(document(x=None))
    (tmp_path / "b").write_bytes(document(x={"table": iort} | {f"member{i:03}": i for i in range(100)}))
    text = " ".join(run("diff", tmp_path / "a", tmp_path / "b", COLUMNS="200").split())
    for part in (f"table revision {iort['revision']}", "units (2)", "rootComplexes (2)", "nodeCount 5", "checksumValid yes", ", ..."):
        assert part in text, text
    assert not set('{}[]"') & set(text) and "namedComponents" not in text and len(text) < 1000


def test_many(tmp_path):
    for name, value in (("a", 1), ("b", 2)):
        (tmp_path / name).write_bytes(document(host={f"m{i}": value for i in range(5000)}))
    done = subprocess.run([HAWCTL, "diff", tmp_path / "a", tmp_path / "b", "-j"], capture_output=True, check=True, timeout=60)
    assert len(json.loads(done.stdout)) == 4096 and done.stderr == b"hawctl: 904 more differences are not listed\n"


def compare(tmp_path, here, there):
    for name, build in (("here", here), ("there", there)):
        build(Tree(tmp_path / name))
        (tmp_path / f"{name}.json").write_text(run("describe", f"--root={tmp_path / name}"), encoding="utf-8")
    done = subprocess.run([COMPARISON, tmp_path / "here.json", tmp_path / "there.json"], capture_output=True, check=True, timeout=60)
    comparison = json.loads(done.stdout)
    VALIDATOR.validate(comparison)
    return comparison


def test_comparison_of_two_hosts(tmp_path):
    """A 46-bit client with a 39-bit IOMMU beside a 52-bit server with LA57."""
    found = compare(tmp_path, hosts_intel.client_46_39, hosts_intel.sapphire_rapids)
    assert found["common"] == {"guestPhysicalBits": 46, "guestMappableBits": 46, "iovaBits": 39, "safeGuestBits": 46, "safeGuestBitsWithDevices": 39}
    assert found["toHere"]["verdict"] == "unsafe" and not found["sameDigest"]
    assert any("may have 52 bits, but KVM here offers only 46" in reason for reason in found["toHere"]["reasons"])
    assert any("iovaBits 57 there, 39 here" in reason for reason in found["toHere"]["reasons"])
    assert found["toThere"] == {"verdict": "safe", "reasons": []}
    assert found["reservedIova"] == [{"start": "0xfee00000", "end": "0xfeefffff"}]
    assert {"path": "host.hostname", "kind": "changed", "here": "client", "there": "spr"} in found["differences"]


@pytest.mark.parametrize("version, to_there, to_here", [
    ("4.17.2", "safe", "safe"), ("4.18.0", "safe", "unsafe"), ("4.19.0", "warning", "unsafe"), ("4.14.6", "unsafe", "warning"), ("5.0.0", "warning", "unsafe")])
def test_comparison_of_xen_versions(tmp_path, version, to_there, to_here):
    """Xen takes guests of the same release and of the one before (docs/features/migration.pandoc)."""
    def there(t):
        hosts_xen.xen_dom0_pv_amd(t)
        path = t.root / "hawd/xen"
        release, extra = version.rsplit(".", 1)
        path.write_text(path.read_text(encoding="utf-8").replace("version 4.17\nextra-version .5", f"version {release}\nextra-version .{extra}"), encoding="utf-8")

    found = compare(tmp_path, hosts_xen.xen_dom0_pv_amd, there)
    assert (found["toThere"]["verdict"], found["toHere"]["verdict"]) == (to_there, to_here), found
    assert not any("unknown" in reason for reason in found["toThere"]["reasons"] + found["toHere"]["reasons"])


@pytest.mark.parametrize("build", hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS, ids=lambda build: build.__name__)
def test_comparison_with_itself(tmp_path, build):
    """The same host twice is the same digest, no differences, and safe where all that the rules look at is known."""
    found = compare(tmp_path, build, build)
    assert found["sameDigest"] and found["differences"] == [] and found["differencesDropped"] == 0
    assert all(width["here"] == width["there"] for width in found["widths"])
    host_, widths, paging, groups, groups_reason = (json.loads((tmp_path / "here.json").read_text(encoding="utf-8"))[key]
                                                    for key in ("host", "widths", "paging", "groups", "groupsReason"))
    without_iommu = widths["iovaBits"]["reason"] == "absent"
    arm64 = host_["architecture"] == "aarch64"
    known = {
        "host.architecture": host_["architecture"], "host.cpuVendor": host_["cpuVendor"],
        "widths.guestPhysicalBits": widths["guestPhysicalBits"]["value"], "widths.guestMappableBits": widths["guestMappableBits"]["value"],
        "paging.la57.capable": arm64 or paging["la57"]["capable"]["value"] is not None,
        "widths.iovaBits": without_iommu or widths["iovaBits"]["value"],
        # A guest with the host's CPU model moves between equal cores only.
        **{name: not arm64 or host_[name[5:]]["value"] is not None for name in ("host.cpuImplementer", "host.cpuPart")},
        "reserved": without_iommu or groups_reason is None and all(group["regionsReason"] is None for group in groups),
    }
    missing = [name for name, value in known.items() if value in (None, False)]
    for direction, places in (("toHere", ("there", "here")), ("toThere", ("here", "there"))):
        assert found[direction]["verdict"] == ("unknown" if missing else "safe")
        named = [(reason.split(" ")[0], place) for reason in found[direction]["reasons"] for place in places if f" {place}" in reason]
        assert sorted(named) == sorted((name, place) for name in missing for place in places)
