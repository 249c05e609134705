"""hawctl export: the metrics taken apart by a reader of its own, host by host against the profile; the summary against its schema; and
where the text goes."""
import collections
import json
import os
import pathlib
import random
import re
import stat
import subprocess

import jsonschema
import pytest

import hosts_arm
import hosts_intel
import hosts_kernel
import hosts_other
import hosts_xen
from exported import exported, why_no_devices
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
HOSTS = hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS + hosts_kernel.HOSTS
SUMMARY = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("summary.schema.json").read_text(encoding="utf-8"))
KINDS = {"cpu_physical": "cpuPhysicalBits", "host_physical": "hostPhysicalBits", "guest_physical": "guestPhysicalBits",
         "guest_mappable": "guestMappableBits", "iova": "iovaBits", "safe_guest": "safeGuestBits",
         "safe_guest_with_devices": "safeGuestBitsWithDevices"}


def run(*arguments, **more):
    return subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60, **more)


def export(form, *arguments, **more):
    done = run("export", form, *arguments, **more)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def profile_of(root):
    return json.loads(run("describe", f"--root={root}").stdout)


ESCAPES = {"n": "\n", "\\": "\\", '"': '"'}


def samples(text):
    """{metric: {labels: value}}, by the text format 0.0.4: each metric in one piece, with HELP and TYPE, no series twice, the
    last line with its newline."""
    assert text.endswith("\n")
    found, current = {}, None
    for line in text[:-1].split("\n"):
        if head := re.fullmatch(r"# HELP ([a-z_]+) ([^\\]+)", line):
            current = head[1]
            assert current not in found and not re.search("_bits", current)
            found[current] = None
        elif line == f"# TYPE {current} gauge":
            assert found[current] is None
            found[current] = {}
        else:
            name, labels, value = re.fullmatch(r'([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\[n"\\])*",?)+)\} (\d+)', line).groups()
            pairs = re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels)
            assert name == current and ",".join(f'{k}="{v}"' for k, v in pairs) == labels and len(dict(pairs)) == len(pairs)
            key = frozenset((k, re.sub(r"\\(.)", lambda m: ESCAPES[m[1]], v)) for k, v in pairs)
            assert key not in found[name], line
            found[name][key] = int(value)
    return found


def one(**labels):
    return frozenset(labels.items())


def wanted(profile):
    """From the document."""
    widths, units = exported(profile), profile["iommus"]
    known = {kind: widths[key][0] for kind, key in KINDS.items() if widths[key][0] is not None}
    groups = collections.Counter({True: "yes", False: "no", None: "unknown"}[group["assignable"]] for group in profile["groups"])
    result = {
        "hawd_address_width": {one(kind=kind): value for kind, value in known.items()},
        "hawd_address_width_unknown": {one(kind=kind, reason=widths[key][1]): 1 for kind, key in KINDS.items() if kind not in known},
        "hawd_iommu_width": {one(unit=u["name"], driver=u["kind"]): u["iovaBits"]["value"] for u in units if u["iovaBits"]["value"] is not None},
        "hawd_iommu_width_unknown": {one(unit=u["name"], driver=u["kind"], reason=u["iovaBits"]["reason"]): 1 for u in units if u["iovaBits"]["value"] is None},
        "hawd_iommu_groups": {one(assignable=word): groups[word] for word in ("yes", "no", "unknown")} if not profile["groupsReason"] else {},
        "hawd_iommu_groups_unknown": {one(reason=profile["groupsReason"]): 1} if profile["groupsReason"] else {},
        "hawd_findings": {one(id=name, severity=severity): n for (name, severity), n in
                          collections.Counter((f["id"], f["severity"]) for f in profile["findings"]).items()}}
    return result


def assert_metrics(text, profile):
    found = samples(text)
    (info, value), = found.pop("hawd_profile_info").items()
    assert found == wanted(profile) and value == 1
    host = profile["host"]
    assert {key: text for key, text in info if key not in ("class", "pool")} == {
        "digest": profile["digest"], "architecture": host["architecture"] or "", "cpu_vendor": host["cpuVendor"] or "",
        "cpu_model_name": host["cpuModelName"] or "", "kernel": host["kernel"] or "", "virtualised": host["virtualised"] or ""}
    return dict(info)


def assert_summary(text, profile):
    assert text.endswith("}\n") and text.count("\n") == 1 and len(text) < 2048
    summary = json.loads(text)
    jsonschema.Draft202012Validator(SUMMARY).validate(summary)
    assert summary["host"] == {key: profile["host"][key] for key in summary["host"]}
    assert set(KINDS.values()) | {"linearBits"} == set(summary["widths"])
    widths = {key: {part: profile["widths"][key][part] for part in ("value", "reason")} for key in summary["widths"]}
    why = why_no_devices(profile)
    if why and widths["safeGuestBitsWithDevices"]["value"]:
        words = {"not-assignable": "not-applicable", "direct-region": "ambiguous", "unreadable": "ambiguous"}
        widths["safeGuestBitsWithDevices"] = {"value": None, "reason": why if why == profile["groupsReason"] else words[why]}
    assert summary["widths"] == widths
    assert summary["digest"] == profile["digest"] and summary["findings"] == sorted({f["id"] for f in profile["findings"]})
    return summary


@pytest.mark.parametrize("build", HOSTS, ids=lambda build: build.__name__)
def test_hosts(build, tmp_path):
    build(Tree(tmp_path / "tree"))
    profile = profile_of(tmp_path / "tree")
    metrics, text = export("prometheus", f"--root={tmp_path / 'tree'}"), export("ansible", f"--root={tmp_path / 'tree'}")
    info, summary = assert_metrics(metrics, profile), assert_summary(text, profile)
    assert info["class"] == summary["class"] and info["pool"] == (summary["pool"] or "")
    # The same from the document as from the host.
    assert (export("prometheus", "-", input=json.dumps(profile)), export("ansible", "-", input=json.dumps(profile))) == (metrics, text)


@pytest.fixture(name="client")
def fixture_client(tmp_path):
    hosts_intel.client_46_39(Tree(tmp_path / "tree"))
    return tmp_path / "tree"


def test_by_hand(client):
    """tests/trees/hosts_intel.py: 46 bits, two units of 39, three groups, of which one has a bridge only."""
    text = export("prometheus", f"--root={client}")
    for line in ('hawd_address_width{kind="cpu_physical"} 46', 'hawd_address_width{kind="safe_guest_with_devices"} 39', 'hawd_iommu_groups{assignable="no"} 1',
                 'hawd_iommu_width{unit="dmar0",driver="intel-vtd"} 39', 'hawd_iommu_groups{assignable="yes"} 2', 'hawd_iommu_groups{assignable="unknown"} 0',
                 'hawd_findings{id="bar-above-iova",severity="warning"} 1'):
        assert line + "\n" in text


def test_hostile_document(client):
    """Text of others is escaped, findings may stand in any order and have unknown ids, and no series is there twice."""
    profile = profile_of(client)
    profile["host"] |= {"cpuModelName": 'a"b\\c\\n{} "} 1', "kernel": "Ünï", "hostname": "\\"}
    finding = profile["findings"][0]
    profile["findings"] = [finding | {"id": name, "severity": severity, "subject": str(n)} for n, (name, severity) in
                           enumerate(random.Random(1).choices([("b-b", "info"), ("a-a", "error"), ("a-a", "info"), ("new-one", "warning")], k=50))]
    text = export("prometheus", "-", input=json.dumps(profile))
    assert assert_metrics(text, profile)["cpu_model_name"] == 'a"b\\c\\n{} "} 1'
    assert len(samples(text)["hawd_findings"]) == 4
    assert assert_summary(export("ansible", "-", input=json.dumps(profile)), profile)["findings"] == ["a-a", "b-b", "new-one"]


def test_unknown_groups(client):
    profile = profile_of(client)
    profile |= {"groupsReason": "permission", "groups": [], "reservedIova": [], "usableIova": []}
    for device in profile["devices"]:
        device["group"] = None
    found = samples(export("prometheus", "-", input=json.dumps(profile)))
    assert found["hawd_iommu_groups"] == {} and found["hawd_iommu_groups_unknown"] == {one(reason="permission"): 1}


def lines_with_devices(profile):
    """What each format says of guests with devices, but removals and unknown widths."""
    lines = [line for form in ("prometheus", "nfd", "nova", "proxmox") for line in export(form, "-", input=json.dumps(profile)).splitlines()]
    return [line for line in lines if re.search("with.devices|with assigned", line, re.I) and not re.search("unknown|remove:|none", line)]


@pytest.mark.parametrize("assignable, why, reason", [
    (False, "no-interrupt-remapping", "not-assignable"), (False, "direct-region", "not-assignable"), (False, "bridges-only", "not-assignable"),
    (None, "direct-region", "direct-region"), (None, "unreadable", "unreadable")])
def test_no_device_can_be_assigned(client, assignable, why, reason):
    """VFIO refuses each group, or may: no number, label, trait or model promises a guest with devices. The IOMMU keeps its width."""
    profile = profile_of(client)
    assert len(lines_with_devices(profile)) == 1 + 3 + 2 + 1
    for group in profile["groups"]:
        group |= {"assignable": assignable, "assignableReason": why}
    assert lines_with_devices(profile) == []
    text = json.dumps(profile)
    metrics = samples(export("prometheus", "-", input=text))
    assert metrics["hawd_address_width_unknown"] == {one(kind="safe_guest_with_devices", reason=reason): 1}
    assert metrics["hawd_address_width"][one(kind="iova")] == 39 and metrics["hawd_address_width"][one(kind="safe_guest")] == 46
    assert f"hawd.org/safe-guest-bits-with-devices-unknown={reason}\n" in export("nfd", "-", input=text)
    nova = export("nova", "-", input=text)
    assert "# remove: CUSTOM_HAWD_GUEST_BITS_WITH_DEVICES_GE_36\n" in nova and "- CUSTOM_HAWD_GUEST_BITS_GE_46\n" in nova
    assert export("proxmox", "-", input=text).count("cpu-model:") == 1
    # Groups that could not be read.
    profile |= {"groupsReason": "permission", "groups": [], "reservedIova": [], "usableIova": []}
    for device in profile["devices"]:
        device["group"] = None
    assert lines_with_devices(profile) == []


def test_no_models_on_xen(tmp_path):
    """Proxmox VE runs guests by KVM, and phys-bits is an option of QEMU with it."""
    hosts_xen.xen_dom0_pv_amd(Tree(tmp_path / "dom0"))
    text = export("proxmox", str(tmp_path / "dom0"))
    assert "cpu-model:" not in text and text.endswith("# none: Xen runs this host, and Proxmox VE requires KVM\n")


FORMATS = ("prometheus", "nfd", "nova", "proxmox", "ansible")


def test_formats_are_in_help_and_completion():
    done = run("export", "x")
    assert done.returncode == 2 and done.stdout == "" and done.stderr == f"hawctl: unknown format 'x'; the formats are {', '.join(FORMATS)}\n"
    assert tuple(re.findall(r"^  ([a-z]+)  +\S", run("export", "--help").stdout.split("Options:")[0], re.M)) == FORMATS
    page = (TOP / "man/hawctl.1").read_text(encoding="utf-8").split(".BR export ")[1].split("\n.RE\n")[0]
    assert tuple(re.findall(r"^\.TP\n\.B ([a-z]+)$", page, re.M)) == FORMATS
    assert f'-W "{" ".join(FORMATS)}"' in (TOP / "ctl/completion/hawctl").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_output(form, client, tmp_path):
    """The same text as on standard output, in a file that is replaced as a whole."""
    text = export(form, f"--root={client}")
    assert text.endswith("\n") and text == export(form, f"--root={client}", "--output=-") == export(form, client)
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "file"
    os.symlink("elsewhere", tmp_path / "out" / "link")
    for target in (file, file, tmp_path / "out" / "link"):
        before = target.exists() and target.stat().st_ino
        assert run("export", form, f"--root={client}", f"--output={target}", umask=0o022).stdout == ""
        assert target.read_text(encoding="utf-8") == text and target.stat().st_ino != before and stat.S_IMODE(target.stat().st_mode) == 0o644
    assert sorted(os.listdir(file.parent)) == ["file", "link"]


def test_failures_leave_the_file(client, tmp_path):
    file = tmp_path / "file"
    file.write_text("before\n", encoding="ascii")
    (tmp_path / "half").write_text('{"schema": "hawd-profile/1"', encoding="ascii")
    for arguments in ([tmp_path / "missing"], [tmp_path / "half"], [f"--root={tmp_path / 'missing'}"]):
        done = run("export", "prometheus", *arguments, f"--output={file}")
        assert done.returncode == 1 and done.stdout == "" and (str(tmp_path) in done.stderr), done.stderr
        assert file.read_text(encoding="ascii") == "before\n" and sorted(os.listdir(tmp_path)) == ["file", "half", "tree"]
    done = run("export", "nfd", f"--root={client}", f"--output={tmp_path / 'missing' / 'file'}")
    assert done.returncode == 1 and "missing/file: No such file or directory" in done.stderr
    done = run("export", "nfd", f"--root={client}", "--output=/dev/full")
    assert done.returncode == 1 and "/dev/full: No space left on device" in done.stderr
    for option in ("--root=/", "--local", "--host=other", "--bus-address=unix:path=/x"):
        done = run("export", "nfd", client, option, f"--output={file}")
        assert done.returncode == 2 and "excludes" in done.stderr and file.read_text(encoding="ascii") == "before\n"
    assert run("export").returncode == 2 and run("export", "nfd", "a", "b").returncode == 2
