"""What check proposes to change in a domain, put into it: libvirt takes it, keeps it when it prints the domain again, and then the
finding is gone. Releases before 9.3 pass over the limit= of maxphysaddr, so that a newer one judges."""
import json
import os
import subprocess

import pytest

import remedies
from guests import GIB, amd, intel
from recheck import verify_plan
from tree import MEMORY32, MEMORY64, Tree
from virsh import Unavailable, Virsh

HAWCTL = os.environ["HAWCTL"]
NUMA = "<numa><cell id='0' cpus='0-1' memory='16' unit='GiB'/></numa>"
# libvirt defines this without KVM; the check is about the same guest with it.
DOMAIN = """<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>vm</name><memory unit='GiB'>{ram}</memory>{memory}<vcpu>2</vcpu>{sysinfo}
<os><type arch='x86_64' machine='pc-{machine}'>hvm</type><loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader></os>
<features><acpi/><apic/><ioapic driver='qemu'/></features>
<cpu mode='{mode}'>{cpu}</cpu><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{iommu}
<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev></devices>{arguments}</domain>"""
PLAIN = {"ram": "16", "arguments": "", "memory": "", "sysinfo": "", "machine": "q35-7.2", "mode": "maximum", "cpu": "", "iommu": ""}
# Its vendor and width are told without looking at this host's CPU.
NAMED = {"mode": "custom' match='exact' check='none", "cpu": "<model fallback='forbid'>EPYC</model>"}


@pytest.fixture(scope="module", name="virsh")
def fixture_virsh(tmp_path_factory):
    try:
        return Virsh(tmp_path_factory.mktemp("libvirt"), "trixie")
    except Unavailable as why:
        pytest.skip(str(why))


def kept(virsh, text):
    """As libvirt prints the domain that it has defined."""
    done = virsh.of(text, "define")
    assert done.returncode == 0, done.stderr
    printed, gone = virsh("dumpxml", "vm"), virsh("undefine", "vm")
    assert printed.returncode == 0 and gone.returncode == 0, printed.stderr + gone.stderr
    return printed.stdout


def arguments(*words):
    return "<qemu:commandline>" + "".join(f"<qemu:arg value='{w}'/>" for w in words) + "</qemu:commandline>"


@pytest.mark.parametrize("host,given,rule,keeps", [
    (intel(46, 39), {"cpu": "<maxphysaddr mode='passthrough'/>"}, "R4", "limit='39'"),
    (intel(46, 39), NAMED | {"cpu": NAMED["cpu"] + "<maxphysaddr mode='emulate' bits='45'/><feature policy='disable' name='svm'/>"}, "R4", "name='svm'"),
    # Of the vIOMMU all that the domain says stays.
    (intel(46, 39), {"iommu": "<iommu model='intel'><driver intremap='on' caching_mode='on' aw_bits='48'/></iommu>",
                     "cpu": "<maxphysaddr mode='passthrough' limit='39'/>"}, "R5", "caching_mode='on'"),
    # 16 GiB end at 18; 486 more and 8 of slots at 512, where 39 bits end, and the hole of 32 GiB is to come: 470 GiB at most.
    (intel(39, 39), {"memory": "<maxMemory slots='8' unit='GiB'>502</maxMemory>", "cpu": "<maxphysaddr mode='passthrough'/>" + NUMA}, "R1", f">{470 << 20}<"),
    # The -cpu of <qemu:commandline> counts.
    (intel(46, 39), {"arguments": arguments("-cpu", "max,kvm=off")}, "R4", "max,kvm=off,host-phys-bits-limit=39"),
    # A BAR of 64 GiB and one of 32 MiB do not fit into 64 GiB, an eighth of 39 bits. <sysinfo> must not have this name.
    (intel(39, 39, functions=(("0000:01:00.0", "vfio-pci", ((0, 0xC0000000, 16 << 20, MEMORY32), (1, 0x4000000000, 64 * GIB, MEMORY64),
                                                            (3, 0x3000000000, 32 << 20, MEMORY64))),)),
     {"cpu": "<maxphysaddr mode='passthrough'/>"}, "R7", "X-PciMmio64Mb,string="),
    # 9 TiB want 44 bits, above what the host's cpuinfo has: no explicit width is proposed.
    (amd(48, sme=True, cpuinfo=43, c_bit=47, reduction=5),
     NAMED | {"memory": "", "ram": str(9 << 10), "cpu": NAMED["cpu"] + "<maxphysaddr mode='emulate' bits='36'/>"}, "R1", "mode='passthrough' limit='44'"),
])
def test_proposed(virsh, tmp_path, host, given, rule, keeps):
    """As proposed, and in the plan: put into what libvirt printed, defined anew, and asked about as libvirt then prints it."""
    host(Tree(tmp_path / "host"))

    def ask(text):
        text = text.replace("<domain type='qemu'", "<domain type='kvm'", 1)
        done = subprocess.run([HAWCTL, "check", "-", f"--root={tmp_path}/host", "--json=short"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3), done.stderr
        return json.loads(done.stdout)

    printed = kept(virsh, DOMAIN.format(**(PLAIN | given)))
    before = ask(printed)
    found = before["findings"] + [f for a in before["alternatives"] for f in a["findings"]]
    finding = next(f for f in found if f["rule"] == rule and f["verdict"] != "info")
    changed = kept(virsh, remedies.into_domain(printed, finding["libvirt"]))
    assert keeps in changed, changed
    after = ask(changed)
    assert rule not in [f["rule"] for f in after["findings"] + [f for a in after["alternatives"] for f in a["findings"]] if f["verdict"] != "info"]
    verify_plan(before, ask(kept(virsh, remedies.into_domain(printed, before["plan"]["libvirt"]))))
