"""What check proposes to change in a domain, put into it: libvirt takes it, keeps it when it prints the domain again, and then the
finding is gone. Releases before 9.3 pass over the limit= of maxphysaddr, so that a newer one judges."""
import json
import os
import subprocess

import pytest

from guests import intel
from recheck import verify
from tree import Tree
from virsh import Unavailable, Virsh

HAWCTL = os.environ["HAWCTL"]
NUMA = "<numa><cell id='0' cpus='0-1' memory='16' unit='GiB'/></numa>"
# libvirt defines this without KVM; the check is about the same guest with it.
DOMAIN = """<domain type='qemu'><name>vm</name><memory unit='GiB'>16</memory>{memory}<vcpu>2</vcpu>{sysinfo}
<os><type arch='x86_64' machine='pc-{machine}'>hvm</type><loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader></os>
<features><acpi/><apic/><ioapic driver='qemu'/></features>
<cpu mode='{mode}'>{cpu}</cpu><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{iommu}
<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev></devices></domain>"""
PLAIN = {"memory": "", "sysinfo": "", "machine": "q35-7.2", "mode": "maximum", "cpu": "", "iommu": ""}
# Its vendor and width are told without looking at this host's CPU.
NAMED = {"mode": "custom' match='exact' check='none", "cpu": "<model fallback='forbid'>EPYC</model>"}


@pytest.fixture(scope="module", name="virsh")
def fixture_virsh(tmp_path_factory):
    try:
        return Virsh(tmp_path_factory.mktemp("libvirt"), "trixie")
    except Unavailable as why:
        pytest.skip(str(why))


def kept(virsh, parts):
    """As libvirt prints the domain that it has defined."""
    done = virsh.of(DOMAIN.format(**(PLAIN | parts)), "define")
    assert done.returncode == 0, done.stderr
    printed, gone = virsh("dumpxml", "vm"), virsh("undefine", "vm")
    assert printed.returncode == 0 and gone.returncode == 0, printed.stderr + gone.stderr
    return printed.stdout


@pytest.mark.parametrize("host,given,rule,where,keep,setting,attribute", [
    (intel(46, 39), {"cpu": "<maxphysaddr mode='passthrough'/>"}, "R4", "cpu", "", "<maxphysaddr mode='passthrough' limit='39'/>", "limit='39'"),
    (intel(46, 39), NAMED | {"cpu": NAMED["cpu"] + "<maxphysaddr mode='emulate' bits='45'/>"}, "R4", "cpu", NAMED["cpu"],
     "<maxphysaddr mode='emulate' bits='39'/>", "bits='39'"),
    (intel(46, 39), {"iommu": "<iommu model='intel'><driver aw_bits='48'/></iommu>", "cpu": "<maxphysaddr mode='passthrough' limit='39'/>"}, "R5", "iommu", "",
     "<iommu model='intel'><driver aw_bits='39'/></iommu>", "aw_bits='39'"),
    # 16 GiB end at 18; 486 more and 8 of slots at 512, where 39 bits end, and the hole of 32 GiB is to come: 470 GiB at most.
    (intel(39, 39), {"memory": "<maxMemory slots='8' unit='GiB'>502</maxMemory>", "cpu": "<maxphysaddr mode='passthrough'/>" + NUMA}, "R1", "memory", "",
     f"<maxMemory slots='8' unit='KiB'>{470 << 20}</maxMemory>", f">{470 << 20}<"),
])
def test_proposed(virsh, tmp_path, host, given, rule, where, keep, setting, attribute):
    host(Tree(tmp_path / "host"))

    def ask(text):
        text = text.replace("<domain type='qemu'", "<domain type='kvm'", 1)
        done = subprocess.run([HAWCTL, "check", "-", f"--root={tmp_path}/host", "--json=short"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3), done.stderr
        return json.loads(done.stdout)

    before = ask(kept(virsh, given))
    finding = next(f for f in before["findings"] if f["rule"] == rule and f["verdict"] != "info")
    assert finding["libvirt"] == setting
    text = kept(virsh, given | {where: keep + finding["libvirt"] + (NUMA if NUMA in given.get(where, "") else "")})
    assert attribute in text, text
    verify(before, ask(text), finding)
