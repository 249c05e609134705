"""The picture of the address space: what has to hold of it for every host, and for any guest on it. Two guests are drawn for each host,
four with HAWD_TEST_ALL."""
import json
import os
import pathlib
import random
import re
import subprocess

import pytest

import hosts_arm
import hosts_intel
import hosts_other
import hosts_xen
import hosts_xen_guests
from svg import Picture
from tree import MSI, Tree

HAWCTL = os.environ["HAWCTL"]
XEN = [hosts_xen.xen_dom0_pv_amd, hosts_xen.xen_dom0_pv_intel, hosts_xen.xen_dom0_silent, hosts_xen_guests.xen_guest_pv]
HOSTS = hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS + XEN
SEED = int(os.environ.get("HAWD_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
GUESTS_A_HOST = 4 if os.environ.get("HAWD_TEST_ALL") else 2
MIB, GIB, TIB = 1 << 20, 1 << 30, 1 << 40


def run(*arguments, **environment):
    return subprocess.run([HAWCTL, "map", *map(str, arguments)], capture_output=True, timeout=60, check=False,
                          env=os.environ | {"LC_ALL": "C.UTF-8", "TERM": "xterm"} | environment)


def some_guest(rng):
    """Anything that may be written; most of it fits nowhere."""
    ram = rng.choice([rng.randrange(128, 4096) * MIB, rng.randrange(1, 64) * GIB, rng.randrange(64, 16384) * GIB])
    devices = [{"name": f"device{i}", "assigned": rng.random() < 0.7,
                "bars": [{"index": 2 * j, "size": 1 << rng.randrange(16, 40), "is64bit": True, "prefetchable": True}
                         for j in range(rng.randrange(0, 4))]} for i in range(rng.choice([0, 1, 2, 9, 40]))]
    guest = {"schema": "hawd-guest/1", "name": rng.choice(["web", "<&\"'>", "W" * 120]), "machine": rng.choice(["pc", "q35", "pc-q35-7.0"]),
             "accelerator": "kvm", "memory": {"ram": ram}, "devices": devices,
             "firmware": rng.choice([{"kind": "ovmf", "version": "202311"}, {"kind": "ovmf", "version": "202202"}, {"kind": "seabios", "version": "1.16.3"}]),
             "cpu": {"model": rng.choice(["host", "EPYC", "Skylake-Server"]), "physBits": rng.choice(["host", 36, 39, 40, 46, 48, 52])}}
    if rng.random() < 0.4:
        guest["memory"] |= {"max": 2 * ram, "slots": 4}
    return guest


def some_xl_guest(rng):
    """As a file for xl create."""
    bars = ",".join(f'"-device","pci-testdev,membar={1 << rng.randrange(4, 20)}M"' for _ in range(rng.randrange(0, 4)))
    return f"""type="hvm"
memory={rng.choice([128, 2048, 4096, 65536])}
device_model_args_hvm=[{bars}]
pci=[{rng.choice(['', '"0000:00:05.0"'])}]
"""


@pytest.fixture(params=HOSTS, ids=lambda host: host.__name__)
def pictures(request, tmp_path):
    """Arguments of `hawctl map` for a host: it alone, and guests on it. Says how to have the same guests again."""
    request.param(Tree(tmp_path / "tree"))
    print(f"HAWD_SEED={SEED}")
    rng = random.Random(f"{SEED} {request.param.__name__}")
    root = f"--root={tmp_path / 'tree'}"
    arguments = [[root]]
    for i in range(GUESTS_A_HOST):
        path = tmp_path / f"{i}.{'cfg' if request.param in XEN else 'json'}"
        path.write_text(some_xl_guest(rng) if request.param in XEN else json.dumps(some_guest(rng)), encoding="utf-8")
        arguments.append([path, root])
    return arguments


def svg_of(arguments):
    done = run(*arguments, "--svg")
    assert done.returncode == 0 and done.stderr == b"", (arguments, done.stderr)
    return Picture(done.stdout)


def check_labels(picture, arguments):
    for i, text in enumerate(picture.texts):
        assert 0 <= text.left and text.right <= picture.width and 0 <= text.top and text.bottom <= picture.height, (arguments, text)
        for other in picture.texts[:i]:
            assert not text.overlaps(other), (arguments, text, other)


def check_scale(picture, arguments):
    """One height for one address, a higher place for a higher address."""
    heights = {}
    for address, y in picture.edges():
        assert heights.setdefault(address, y) == y, (arguments, hex(address))
    ordered = [y for _, y in sorted(heights.items())]
    assert all(lower > upper for lower, upper in zip(ordered, ordered[1:])), arguments


def check_lanes(picture, arguments):
    for name, bands in picture.lanes().items():
        end = -1
        for band in bands:
            assert end < int(band.get("data-start"), 16) <= int(band.get("data-end"), 16), (arguments, name)
            end = int(band.get("data-end"), 16)
            assert float(band.get("height")) >= 20


def test_svg(pictures):
    for arguments in pictures:
        picture = svg_of(arguments)
        check_labels(picture, arguments)
        check_scale(picture, arguments)
        check_lanes(picture, arguments)
        assert not re.search(rb"<script|javascript:|\son\w+=|href=|<!ENTITY|@import|url\((?!#)", picture.content)
        lint = subprocess.run(["xmllint", "--noout", "--nonet", "-"], input=picture.content, capture_output=True, check=False)
        assert lint.returncode == 0, lint.stderr
        assert svg_of(arguments).content == picture.content


def widths_of(root):
    done = subprocess.run([HAWCTL, "describe", root, "--json=short"], capture_output=True, check=True)
    return json.loads(done.stdout)["widths"]


def test_limits_are_the_hosts(pictures):
    """A line at each width that the profile has, and no other; what it does not have is named."""
    root = pictures[0][-1]
    widths = widths_of(root)
    names = ["cpuPhysicalBits", "hostPhysicalBits", "guestPhysicalBits", "guestMappableBits", "iovaBits"]
    known = {widths[n]["value"] for n in names if widths[n]["value"]}
    units = json.loads(subprocess.run([HAWCTL, "iommus", root, "-j"], capture_output=True, check=True).stdout)
    lines = set(svg_of([root]).limits)
    assert known <= lines <= known | {u["iovaBits"]["value"] for u in units}
    missing = sum(1 for n in names if not widths[n]["value"])
    assert run(root).stdout.decode().count("no line for") == bool(missing)


def test_conflicts_are_the_checks(pictures):
    for guest, root in pictures[1:]:
        done = subprocess.run([HAWCTL, "check", guest, root, "-j"], capture_output=True, check=False)
        findings = [f for f in json.loads(done.stdout)["findings"] if f["verdict"] != "info"]
        marked = sorted((c.get("data-rule"), c.get("data-start")) for c in svg_of([guest, root]).conflicts)
        assert marked == sorted((f["rule"], f["range"]["start"]) for f in findings if f["range"])
        text = run(guest, root, COLUMNS="120").stdout.decode()
        assert all(f"[{f['rule']}]" in text for f in findings)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_terminal(pictures, width):
    for arguments in pictures:
        for more in ([], ["--ascii"]):
            done = run(*arguments, *more, COLUMNS=str(width))
            assert done.returncode == 0 and done.stderr == b""
            text = done.stdout.decode("ascii" if more else "utf-8")
            assert "\x1b" not in text
            picture = text.split("\n\n")[0].splitlines()
            rows = [line for line in picture if line.endswith(("│", "|", "━", "═", "=", "┘", "┐", "+"))]
            assert len(rows) > 5 and {len(line) for line in rows} == {width}, arguments
            settings = re.compile(r"^ +(libvirt|QEMU|option|Proxmox) |^ {19,}[<-]")
            assert not [line for line in text.splitlines() if len(line) > width and not settings.match(line)], arguments


def test_narrow_and_wide(tmp_path):
    """Less than 60 columns are drawn as 60, more than 200 as 200; a locale without UTF-8 is ASCII."""
    hosts_intel.client_46_39(Tree(tmp_path))
    for columns, width in (("20", 60), ("1000", 200)):
        text = run(f"--root={tmp_path}", COLUMNS=columns).stdout.decode()
        assert max(map(len, text.splitlines())) == width
    assert run(f"--root={tmp_path}", LC_ALL="C").stdout == run(f"--root={tmp_path}", "--ascii").stdout


def test_what_a_reader_looks_for(tmp_path):
    """By hand: 46 address bits, an IOMMU of 39, RAM at 4 GiB and above, the interrupt window."""
    hosts_intel.client_46_39(Tree(tmp_path))
    text = run(f"--root={tmp_path}").stdout.decode()
    assert re.search(r"^━━ 2\^46 = 64 TiB  .*CPU.*EPT", text, re.M) and re.search(r"^━━ 2\^39 = 512 GiB  IOMMU", text, re.M)
    assert re.search(r"^ *0xfee00000 .*interrupts 1 MiB", text, re.M) and "above limit" in text
    lines = text.splitlines()
    beyond, limit, reach = (next(i for i, line in enumerate(lines) if word in line) for word in ("above limit", "2^39", "reachable"))
    assert beyond < limit < reach


def test_xen(tmp_path):
    """By hand: Xen maps all that a guest has below the unit's width; the platform's interrupts and, on AMD, the 12 GiB below 1 TiB are not RAM to
    devices, though no group of the kernel says so. RMRRs are Xen's word."""
    def dma(build):
        build(Tree(tmp_path / build.__name__))
        document = json.loads(run(f"--root={tmp_path / build.__name__}", "-j").stdout)
        return [(band["kind"], int(band["start"], 16), int(band["end"], 16)) for band in document["lanes"]["dma"]]

    assert dma(hosts_xen.xen_dom0_pv_amd) == [("usable", 0, 0xFEDFFFFF), ("msi", 0xFEE00000, 0xFEEFFFFF), ("usable", 0xFEF00000, 0xFCFFFFFFFF),
                                              ("hypertransport", 0xFD00000000, TIB - 1), ("usable", TIB, (1 << 48) - 1)]
    intel = dma(hosts_xen.xen_dom0_pv_intel)
    assert ("direct", 0x60000000, 0x6000FFFF) in intel and ("usable", 0xFEF00000, (1 << 48) - 1) in intel
    assert not dma(hosts_xen_guests.xen_guest_pv)
    # NPT is not in use there.
    hosts_xen.xen_dom0_no_hap(Tree(tmp_path / "no-hap"))
    assert "2^44 = 16 TiB  guests' CPUs (Xen), shadow paging " in run(f"--root={tmp_path / 'no-hap'}").stdout.decode()


def test_many_ranges_become_few(tmp_path):
    """A thousand holes in RAM, and as many reserved regions, are still a picture."""
    tree = Tree(tmp_path)
    tree.base()
    tree.memory([(GIB + i * MIB, GIB + i * MIB + 0xEFFFF) for i in range(1000)], [(GIB + i * MIB + 0xF0000, GIB + i * MIB + 0xFFFFF, "Reserved") for i in range(1000)])
    tree.group(0, [], [MSI] + [(2 * GIB + i * MIB, 2 * GIB + i * MIB + 0xFFF, "direct") for i in range(400)])
    picture = svg_of([f"--root={tmp_path}"])
    check_labels(picture, "many")
    check_scale(picture, "many")
    assert len(picture.bands) < 20
    ram = [b for b in picture.bands if b.get("class") == "ram"]
    assert [(int(b.get("data-start"), 16), int(b.get("data-end"), 16)) for b in ram] == [(GIB, GIB + 999 * MIB + 0xEFFFF)]


def test_to_a_file(tmp_path):
    """Whole or not at all; what is no regular file is written into."""
    hosts_intel.client_46_39(Tree(tmp_path / "tree"))
    root = f"--root={tmp_path / 'tree'}"
    target = tmp_path / "map.svg"
    target.write_text("before", encoding="ascii")
    assert run(root, f"--svg={target}").stdout == b""
    assert target.read_bytes() == run(root, "--svg").stdout == run(root, "--svg=/dev/stdout").stdout
    assert not list(tmp_path.glob("map.svg.*"))
    done = run(root, f"--svg={tmp_path}/none/map.svg")
    assert done.returncode == 1 and b"none/map.svg" in done.stderr


def test_dark_and_light():
    """Each colour of the light page is said again for the dark one, unless it is drawn on nothing."""
    source = (pathlib.Path(os.environ["HAWD_SOURCE"]) / "ctl" / "show" / "map-svg-style.c").read_text(encoding="utf-8")
    style = "".join(re.findall(r'^ +"(.*)\\n"', source, re.M))
    light, dark = style.split("@media (prefers-color-scheme:dark){")

    def painted(css):
        return {selector.strip() for selectors, body in re.findall(r"([^{}]+)\{([^}]*)\}", css) if re.search(r"(fill|stroke):#", body)
                for selector in selectors.split(",")}
    assert painted(light) - painted(dark) <= {".cxl"} | {s for s in painted(light) if s in (".sgx", ".special")}


def test_json(pictures):
    for arguments in pictures[:2]:
        document = json.loads(run(*arguments, "-j").stdout)
        picture = svg_of(arguments)
        assert document["schema"] == "hawd-map/1"
        for name, bands in document["lanes"].items():
            assert [(b["kind"], b["start"], b["end"]) for b in bands] == \
                [(r.get("class"), r.get("data-start"), r.get("data-end")) for r in picture.lanes().get(name, [])]
        assert {limit["bits"] for limit in document["limits"]} == set(picture.limits)


def test_json_says_what_is_not_drawn(tmp_path):
    """Why a lane is empty, which limits have no line, and what each conflict is: as below the picture in a terminal."""
    hosts_intel.no_iommu_vmx_locked(Tree(tmp_path / "tree"))
    root = f"--root={tmp_path / 'tree'}"
    document = json.loads(run(root, "-j").stdout)
    text = " ".join(run(root, COLUMNS="200").stdout.decode().split())
    assert document["unknown"] and f"no line for: {document['unknown']}" in text
    assert document["notes"] and all(note in text for note in document["notes"].values())
    hosts_intel.client_46_39(Tree(tmp_path / "narrow"))
    root = f"--root={tmp_path / 'narrow'}"
    guest = tmp_path / "guest.json"
    guest.write_text(json.dumps({"schema": "hawd-guest/1", "name": "big", "machine": "q35", "accelerator": "kvm", "cpu": {"model": "host", "physBits": "host"},
                                 "firmware": {"kind": "ovmf", "version": "202311"}, "memory": {"ram": 4 * GIB},
                                 "devices": [{"name": "gpu", "assigned": True, "bars": [{"index": 0, "size": 64 * GIB, "is64bit": True, "prefetchable": True}]}]}),
                     encoding="utf-8")
    done = subprocess.run([HAWCTL, "check", guest, root, "-j"], capture_output=True, check=False)
    findings = {(f["rule"], f["range"]["start"]): f for f in json.loads(done.stdout)["findings"] if f["range"] and f["verdict"] != "info"}
    conflicts = json.loads(run(guest, root, "-j").stdout)["conflicts"]
    assert len(conflicts) == len(findings) > 0
    for conflict in conflicts:
        finding = findings[conflict["rule"], conflict["start"]]
        assert [conflict[key] for key in ("verdict", "subject", "summary")] == [finding[key] for key in ("verdict", "subject", "summary")]
