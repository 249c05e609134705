"""What is proposed in the form of who manages the guest: the element as the domain has it, the whole option, Proxmox's command. That each
helps is held by conftest.py, which applies whatever is printed."""
import json
import os
import subprocess
import xml.etree.ElementTree as ET

import pytest

from forms import read
from guests import amd, intel
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
DOMAIN = """<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>vm</name><memory unit='{unit}'>{ram}</memory>{memory}{sysinfo}
<os firmware='efi'><type arch='x86_64' machine='pc-q35-{machine}'>hvm</type><loader readonly='yes' type='pflash'>/x/OVMF_CODE.fd</loader></os>
<cpu mode='{mode}'>{cpu}</cpu><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{iommu}{modules}
<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev></devices>{arguments}</domain>"""
PLAIN = {"unit": "GiB", "ram": "16", "memory": "", "sysinfo": "", "machine": "9.0", "mode": "host-passthrough", "cpu": "", "iommu": "", "modules": "",
         "arguments": ""}
CLIENT = intel(46, 39)
CUSTOM = {"mode": "custom' match='exact"}
MODEL = "<model fallback='forbid'>Skylake-Server</model><topology sockets='1' cores='4' threads='1'/>"


def ask(tmp_path, host, *guest, text=None):
    if not (tmp_path / "host").exists():
        host(Tree(tmp_path / "host"))
    done = subprocess.run([HAWCTL, "check", f"--root={tmp_path}/host", "--json=short", *(["--", *guest] if guest else ["-"])], input=text,
                          capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def domain(tmp_path, host, **parts):
    return ask(tmp_path, host, text=DOMAIN.format(**(PLAIN | parts)))


def found(answer, rule):
    """Where an image is not one of this host, some of it only holds for some versions."""
    return next(f for f in answer["findings"] + [f for a in answer["alternatives"] for f in a["findings"]] if f["rule"] == rule and f["verdict"] != "info")


def same(xml, expected):
    """But for blanks between elements."""
    assert [ET.canonicalize(f"<a xmlns:qemu='x'>{text}</a>", strip_text=True) for text in (xml,)] == \
        [ET.canonicalize(f"<a xmlns:qemu='x'>{text}</a>", strip_text=True) for text in (expected,)], xml


def module(model, size):
    return f"<memory model='{model}'><target><size unit='GiB'>{size}</size><node>0</node></target></memory>"


# ── libvirt ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("host,given,rule,expected", [
    (CLIENT, {"cpu": "<maxphysaddr mode='passthrough'/>"}, "R4", "<cpu mode='host-passthrough'><maxphysaddr mode='passthrough' limit='39'/></cpu>"),
    # The CPU keeps its features, the vIOMMU its caching_mode.
    (CLIENT, CUSTOM | {"cpu": MODEL + "<maxphysaddr mode='emulate' bits='45'/><feature policy='disable' name='x2apic'/>"}, "R4",
     f"<cpu mode='custom' match='exact'>{MODEL}<maxphysaddr mode='emulate' bits='39'/><feature policy='disable' name='x2apic'/></cpu>"),
    (intel(46, 46), {"machine": "9.2", "iommu": "<iommu model='intel'><driver intremap='on' caching_mode='on'/></iommu>"}, "R5",
     "<iommu model='intel'><driver intremap='on' caching_mode='on' aw_bits='39'/></iommu>"),
    # 16 GiB end at 18; 486 more and 8 of slots at 512, where 39 bits end, and the hole of 32 GiB is to come: 470 GiB at most.
    (intel(39, 39), {"memory": "<maxMemory slots='8' unit='GiB'>502</maxMemory>", "cpu": "<maxphysaddr mode='passthrough'/>"}, "R1",
     f"<maxMemory slots='8' unit='KiB'>{470 << 20}</maxMemory>"),
])
def test_element(tmp_path, host, given, rule, expected):
    answer = domain(tmp_path, host, **given)
    finding = found(answer, rule)
    same(finding["libvirt"], expected)
    assert not finding["option"] and not finding["proxmox"]


def test_libvirt_refuses_widths_above_cpuinfo(tmp_path):
    """9 TiB want 44 bits. Memory encryption leaves cpuinfo 43 of CPUID's 48, and libvirt goes by cpuinfo."""
    host = amd(48, sme=True, cpuinfo=43, c_bit=47, reduction=5)
    answer = domain(tmp_path, host, unit="TiB", ram="9", **CUSTOM, cpu=MODEL.replace("Skylake-Server", "EPYC") + "<maxphysaddr mode='emulate' bits='43'/>")
    assert "<maxphysaddr mode='passthrough' limit='44'/>" in found(answer, "R1")["libvirt"]
    assert "libvirt 9.3" in found(answer, "R1")["remedy"]
    # 42 bits are enough for 2 TiB, which AMD's hole moves up by one.
    answer = domain(tmp_path, host, unit="TiB", ram="2", **CUSTOM, cpu=MODEL.replace("Skylake-Server", "EPYC") + "<maxphysaddr mode='emulate' bits='41'/>")
    assert "<maxphysaddr mode='emulate' bits='42'/>" in found(answer, "R1")["libvirt"]


def arguments(*words):
    return "<qemu:commandline>" + "".join(f"<qemu:arg value='{w}'/>" for w in words) + "</qemu:commandline>"


def test_cpu_of_the_command_line(tmp_path):
    """QEMU takes the last -cpu whole: <maxphysaddr> counts for nothing."""
    answer = domain(tmp_path, CLIENT, arguments=arguments("-cpu", "host,kvm=off,hv_vendor_id=x", "-rtc", "base=utc"))
    assert found(answer, "R4")["libvirt"] == "<qemu:arg value='-cpu'/>\n<qemu:arg value='host,kvm=off,hv_vendor_id=x,host-phys-bits-limit=39'/>"
    # Only what stands there.
    answer = domain(tmp_path, CLIENT, cpu="<maxphysaddr mode='passthrough'/>", arguments=arguments("-rtc", "base=utc"))
    assert "<maxphysaddr mode='passthrough' limit='39'/>" in found(answer, "R4")["libvirt"]


def test_device_of_the_command_line(tmp_path):
    answer = domain(tmp_path, intel(46, 46), machine="9.2", arguments=arguments("-device", "intel-iommu,intremap=on,caching-mode=on"))
    assert found(answer, "R5")["libvirt"] == "<qemu:arg value='-device'/>\n<qemu:arg value='intel-iommu,intremap=on,caching-mode=on,aw-bits=39'/>"


@pytest.mark.parametrize("model", ["dimm", "nvdimm", "virtio-mem"])
def test_plugged_memory_stays(tmp_path, model):
    """480 GiB are plugged in: below 496 GiB <maxMemory> does not go, nor away. 18 GiB, 480 and 8 of slots end at 506 GiB: 6 are left
    below 512, where 39 bits end, for the hole that QEMU counts."""
    given = {"memory": "<maxMemory slots='8' unit='GiB'>502</maxMemory>", "modules": module(model, 480), "ram": "496",
             "cpu": "<maxphysaddr mode='passthrough'/>"}
    finding = found(domain(tmp_path, intel(39, 39), **given), "R1")
    assert "maxMemory" not in finding["libvirt"] and "hot-plug" not in finding["remedy"], finding
    # Of 64 GiB there is room to give.
    given |= {"modules": module(model, 64), "ram": "80"}
    same(found(domain(tmp_path, intel(39, 39), **given), "R1")["libvirt"], f"<maxMemory slots='8' unit='KiB'>{470 << 20}</maxMemory>")


def test_texts_of_the_domain_stay_texts(tmp_path):
    """Markup and what a terminal would obey comes out as numbers."""
    cpu = "<model fallback='forbid'>Skylake-Server</model><vendor>&lt;x&gt;&#233;&amp;'</vendor><maxphysaddr mode='emulate' bits='45'/>"
    xml = found(domain(tmp_path, CLIENT, **CUSTOM, cpu=cpu), "R4")["libvirt"]
    assert xml.isascii() and "&#60;x&#62;&#233;&#38;&#39;" in xml


def test_a_domain_too_large_to_repeat(tmp_path):
    """Of 300 features none is shown: the changed part alone, and where it belongs."""
    features = "".join(f"<feature policy='disable' name='f{i}'/>" for i in range(300))
    finding = found(domain(tmp_path, CLIENT, cpu=features), "R4")
    assert finding["libvirt"] == "<maxphysaddr mode='passthrough' limit='39'/>" and "<maxphysaddr> belongs in <cpu>" in finding["remedy"]


# ── QEMU ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

QEMU = ["qemu-system-x86_64", "-accel", "kvm", "-M", "pc-q35-9.2", "-m", "16G", "-bios", "OVMF.fd", "-device", "vfio-pci,host=01:00.0"]


@pytest.mark.parametrize("host,more,rule,expected", [
    (CLIENT, ["-cpu", "host,migratable=off,+invtsc"], "R4", "-cpu host,migratable=off,+invtsc,host-phys-bits-limit=39"),
    (CLIENT, ["-cpu", "host,host-phys-bits-limit=45,l3-cache=on"], "R4", "-cpu host,host-phys-bits-limit=39,l3-cache=on"),
    (CLIENT, ["-cpu", "EPYC,host_phys_bits=on"], "R4", "-cpu EPYC,host_phys_bits=on,host-phys-bits-limit=39"),
    (CLIENT, ["-cpu", "EPYC,phys-bits=45,-svm"], "R4", "-cpu EPYC,phys-bits=39,-svm"),
    # Whatever a shell would run is quoted.
    (CLIENT, ["-cpu", "Evil$(touch x)`id`,phys-bits=45"], "R4", "-cpu 'Evil$(touch x)`id`,phys-bits=39'"),
    (CLIENT, ["-cpu", "It's,phys-bits=45"], "R4", "-cpu 'It'\"'\"'s,phys-bits=39'"),
    (intel(46, 46), ["-device", "intel-iommu,intremap=on,caching-mode=on"], "R5", "-device intel-iommu,intremap=on,caching-mode=on,aw-bits=39"),
    (intel(46, 46), ["-device", '{"driver":"intel-iommu","id":"iommu0","caching-mode":true,"aw-bits":48}'], "R5",
     '-device \'{"driver":"intel-iommu","id":"iommu0","caching-mode":true,"aw-bits":39}\''),
    # See test_element: 470 GiB at most.
    (intel(39, 39), ["-cpu", "host", "-m", "16384,slots=8,maxmem=502G"], "R1", f"-m 16384,slots=8,maxmem={470 << 10}M"),
])
def test_option(tmp_path, host, more, rule, expected):
    finding = found(ask(tmp_path, host, *QEMU, *more), rule)
    assert finding["option"] == expected and not finding["proxmox"]


def test_a_log_of_libvirt_is_about_a_domain(tmp_path):
    answer = ask(tmp_path, CLIENT, *QEMU, "-cpu", "host", "-chardev", "socket,id=m,path=/var/lib/libvirt/qemu/domain-1-vm/monitor.sock")
    assert found(answer, "R4")["libvirt"] == "<maxphysaddr mode='passthrough' limit='39'/>" and not found(answer, "R4")["option"]


# ── Proxmox ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

PROXMOX = ["/usr/bin/kvm", "-id", "107", "-pidfile", "/var/run/qemu-server/107.pid", "-m", "16384", "-machine", "type=q35+pve0", "-device",
           "vfio-pci,host=0000:01:00.0"]
PVE_OVMF = ["-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/pve-edk2-firmware//OVMF_CODE_4M.secboot.fd"]
HOST_CPU = ["-cpu", "host,kvm=off,+kvm_pv_eoi,+kvm_pv_unhalt,+pcid"]


@pytest.mark.parametrize("host,more,rule,expected", [
    # SeaBIOS heeds nothing but the width, and phys-bits counts for nothing beside "host".
    (CLIENT, ["-bios", "bios-256k.bin", *HOST_CPU], "R4", "qm set 107 --args '-global cpu.host-phys-bits-limit=39'"),
    (intel(46, 46), PVE_OVMF + HOST_CPU + ["-device", "intel-iommu,intremap=on,caching-mode=on"], "R5", "qm set 107 --machine q35,viommu=intel,aw-bits=39"),
    (CLIENT, PVE_OVMF + ["-cpu", "qemu64,+aes,enforce,+kvm_pv_eoi,+pni,+popcnt,+sse4.1,+sse4.2,+ssse3,phys-bits=46,+pdpe1gb"], "R4",
     "qm set 107 --cpu x86-64-v2-AES,flags=+pdpe1gb,phys-bits=39"),
])
def test_proxmox(tmp_path, host, more, rule, expected):
    finding = found(ask(tmp_path, host, *PROXMOX, *more), rule)
    words = finding["proxmox"].replace("'", "")
    assert words == expected.replace("'", ""), finding
    assert not finding["libvirt"]


def test_proxmox_versions_are_named(tmp_path):
    """OVMF 202411 heeds guest-phys-bits, which QEMU has since 9.1."""
    document = read("--", *PROXMOX, *PVE_OVMF, *HOST_CPU)
    document["firmware"]["version"], document["vmmVersion"] = "202411", "9.2"
    finding = found(ask(tmp_path, CLIENT, text=json.dumps(document)), "R4")
    assert finding["proxmox"] == "qm set 107 --cpu host,flags=+pcid,hidden=1,guest-phys-bits=39" and "qemu-server 9.0.18" in finding["remedy"]


def test_proxmox_where_no_version_is_known(tmp_path):
    answer = ask(tmp_path, CLIENT, *PROXMOX, *PVE_OVMF, *HOST_CPU)
    # Which OVMF it is nobody says: what older ones heed as well is the plan.
    assert answer["plan"]["proxmox"] == "qm set 107 --args '-global cpu.host-phys-bits-limit=39'" and "qm config 107" in answer["plan"]["note"]


# ── one plan ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_one_plan_for_two_findings(tmp_path):
    """44 bits would do for what paging maps (R2), 39 for the device (R4): 39 is enough for both."""
    answer = ask(tmp_path, intel(46, 39, mappable=44), *QEMU, "-cpu", "host")
    assert answer["plan"]["changes"] == ["set the guest's address width to 39 bits"]
    assert answer["plan"]["option"] == "-cpu host,host-phys-bits-limit=39" and answer["plan"]["remaining"] == 0
    findings = [f for f in answer["findings"] + [f for a in answer["alternatives"] for f in a["findings"]] if f["verdict"] != "info"]
    assert all(f["plan"] for f in findings) and {"R2", "R4"} <= {f["rule"] for f in findings}


def test_a_plan_of_two_changes(tmp_path):
    answer = ask(tmp_path, CLIENT, *QEMU, "-cpu", "host", "-device", "intel-iommu,caching-mode=on")
    assert sorted(answer["plan"]["option"].splitlines()) == ["-cpu host,host-phys-bits-limit=39", "-device intel-iommu,caching-mode=on,aw-bits=39"]
    assert answer["plan"]["remaining"] == 0


def test_no_plan_without_findings(tmp_path):
    assert ask(tmp_path, intel(46, 48), *QEMU, "-cpu", "host")["plan"] is None
