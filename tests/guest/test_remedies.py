"""Settings that are proposed, taken at their word: put into the guest's description here, by hand, and asked about again."""
import copy
import json
import os
import re
import subprocess

import pytest

import test_cases
import test_field
from guests import intel
from test_cases import check
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
RANK = {"info": 0, "safe": 0, "warning": 1, "unsafe": 2}
MIB = 1 << 20


def width(document, number, mode):
    cpu = document["cpu"]
    cpu.pop("hostPhysBitsLimit", None)
    if mode == "limit":
        cpu |= {"physBits": "host", "hostPhysBitsLimit": int(number)}
    else:
        cpu["physBits"] = int(number) if mode == "bits" else "host"


def memory(document, size, slots=None, maximum=None):
    document["memory"] = {k: v for k, v in document["memory"].items() if k not in ("max", "slots")} | {"ram": int(size) * MIB}
    if maximum:
        document["memory"] |= {"max": int(maximum) * MIB, "slots": int(slots)}


# An option, and what it is in a document.
OPTIONS = [
    (r"-cpu [\w.-]+,host-phys-bits=on,host-phys-bits-limit=(\d+)", lambda d, n: width(d, n, "limit")),
    (r"-cpu [\w.-]+,host-phys-bits=on", lambda d: width(d, None, "host")),
    (r"-cpu [\w.-]+,phys-bits=(\d+)", lambda d, n: width(d, n, "bits")),
    (r"-cpu [\w.-]+,pdpe1gb=on", lambda d: d["cpu"].update(pdpe1gb=True)),
    (r"-m size=(\d+)M,slots=(\d+),maxmem=(\d+)M", memory),
    (r"-m size=(\d+)M", memory),
    (r"-machine ([\w.-]+)", lambda d, name: d.update(machine=name)),
    (r"-device intel-iommu,aw-bits=(\d+)", lambda d, n: d["viommu"].update(awBits=int(n))),
    (r"-device intel-iommu,dma-translation=off", lambda d: d["viommu"].update(dmaTranslation=False)),
    (r"-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=(\d+)", lambda d, n: d["firmware"].update(pciMmio64Mb=int(n))),
    (r"-object sev(?:-snp)?-guest,reduced-phys-bits=(\d+)", lambda d, n: d.update(reducedPhysBits=int(n))),
    (r"-global (?:q35|i440FX)-pcihost.pci-hole64-size=(\d+)M", lambda d, n: d.update(pciHole64Size=int(n) * MIB)),
    (r"--cpus max_phys_bits=(\d+)", lambda d, n: d.update(maxPhysBits=int(n))),
    (r"--platform iommu_address_width=(\d+)", lambda d, n: d["viommu"].update(awBits=int(n))),
    (r"--platform vfio_p2p_dma=off", lambda d: d.update(p2pFatal=False)),
    (r"--memory size=(\d+)M", memory),
]


def applied(document, option):
    changed = copy.deepcopy(document)
    for pattern, change in OPTIONS:
        match = re.fullmatch(pattern, option)
        if match:
            change(changed, *match.groups())
            return changed
    raise AssertionError(f"{option}: no such option is known")


def rank(answer, rule):
    return max((RANK[f["verdict"]] for f in answer["findings"] if f["rule"] == rule), default=0)


def verify(before, after, finding):
    """What docs/check.md promises of a change."""
    assert rank(after, finding["rule"]) == 0, after["findings"]
    assert len(after["missing"]) <= len(before["missing"])
    for other in after["findings"]:
        new = RANK[other["verdict"]] > rank(before, other["rule"])
        assert not new or RANK[other["verdict"]] < rank(before, finding["rule"]), (finding, other)
        assert not new or other["rule"] in finding["remedy"], (finding["remedy"], other)
    rest = max((rank(before, f["rule"]) for f in before["findings"] if f["rule"] != finding["rule"]), default=0)
    assert RANK[after["verdict"]] <= max(rest, rank(before, finding["rule"]) - 1, 1 if after["missing"] else 0)


ALL = [(c[0], c[1], c[2]) for c in test_cases.CASES + test_field.CASES]


@pytest.mark.parametrize("host,document", [c[1:] for c in ALL], ids=[c[0] for c in ALL])
def test_option(tmp_path, host, document):
    before = check(tmp_path, host, document)
    tried = set()
    for finding in before["findings"]:
        if not finding["option"] or finding["option"] in tried:
            continue
        tried.add(finding["option"])
        place = tmp_path / str(len(tried))
        place.mkdir()
        verify(before, check(place, host, applied(document, finding["option"])), finding)


# ── libvirt's form ───────────────────────────────────────────────────────────────────────────────────────────────────────

DOMAIN = """<domain type='kvm'><name>vm</name><memory unit='GiB'>16</memory>{memory}{sysinfo}
<os firmware='efi'><type arch='x86_64' machine='pc-q35-{machine}'>hvm</type><loader readonly='yes' type='pflash'>/x/OVMF_CODE.fd</loader></os>
<cpu mode='{mode}'>{cpu}</cpu><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{iommu}
<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev></devices></domain>"""
PLAIN = {"memory": "", "sysinfo": "", "machine": "9.0", "mode": "host-passthrough", "cpu": "", "iommu": ""}


@pytest.mark.parametrize("host,given,rule,where,setting", [
    (intel(46, 39), {"cpu": "<maxphysaddr mode='passthrough'/>"}, "R4", "cpu", "<maxphysaddr mode='passthrough' limit='39'/>"),
    (intel(46, 46), {"machine": "9.2", "iommu": "<iommu model='intel'/>"}, "R5", "iommu", "<iommu model='intel'><driver aw_bits='39'/></iommu>"),
    # 16 GiB end at 18; 486 more and 8 of slots at 512, where 39 bits end, and the hole of 32 GiB is to come: 470 GiB at most.
    (intel(39, 39), {"memory": "<maxMemory slots='8' unit='GiB'>502</maxMemory>", "cpu": "<maxphysaddr mode='passthrough'/>"}, "R1", "memory",
     f"<maxMemory slots='8' unit='KiB'>{470 << 20}</maxMemory>"),
])
def test_libvirt(tmp_path, host, given, rule, where, setting):
    host(Tree(tmp_path / "host"))

    def ask(parts):
        (tmp_path / "vm.xml").write_text(DOMAIN.format(**(PLAIN | parts)), encoding="utf-8")
        done = subprocess.run([HAWCTL, "check", tmp_path / "vm.xml", f"--root={tmp_path}/host", "--json=short"], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3), done.stderr
        return json.loads(done.stdout)

    before = ask(given)
    # The image is not one of this host: some of it only holds for some versions.
    found = before["findings"] + [f for a in before["alternatives"] for f in a["findings"]]
    finding = next(f for f in found if f["rule"] == rule and f["verdict"] != "info")
    assert finding["libvirt"].startswith(setting)
    verify(before, ask(given | {where: finding["libvirt"]}), finding)
