"""What is done about a group on the host, and before a guest moves: in words that work there."""
import json
import os
import subprocess

import pytest

import remedies
from guests import GPU, INTEL, amd, base, capability, dmar, drhd, guest, intel
from tree import MEMORY32, Tree, endpoint, root_port

HAWCTL = os.environ["HAWCTL"]
QEMU = ["qemu-system-x86_64", "-accel", "kvm", "-M", "pc-q35-9.2", "-m", "16G", "-cpu", "host", "-bios", "OVMF.fd"]
DOMAIN = """<domain type='kvm'><name>vm</name><memory unit='GiB'>16</memory><os firmware='efi'><type arch='x86_64' machine='pc-q35-9.0'>hvm</type>
<loader readonly='yes' type='pflash'>/x/OVMF_CODE.fd</loader></os><cpu mode='host-passthrough' migratable='on'>{}</cpu></domain>"""


# ── a group ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

def group_with(*functions):
    """The GPU shares its group with its port and these: (address, configuration, driver)."""
    def build(t):
        base(t, INTEL, 46, None, None, False)
        t.table("DMAR", dmar(46, drhd(0xFED91000)))
        names = [GPU[0], *(f[0] for f in functions)]
        t.vtd("dmar0", 0xFED91000, capability(48), 0xF050DA, names)
        t.pci(GPU[0], endpoint(0x10DE, 0x2204, 0x030000), driver="vfio-pci", bars=GPU[2])
        for address, configuration, driver in functions:
            t.pci(address, configuration, driver=driver, bars=() if driver == "shpchp" else ((0, 0xC1000000, 16 << 10, MEMORY32),))
        t.group(0, names)
    return build


BRIDGE = ("0000:00:1c.0", root_port(), "shpchp")
AUDIO = ("0000:01:00.1", endpoint(0x10DE, 0x1AEF, 0x040300), "snd_hda_intel")
UNBIND = "echo 0000:00:1c.0 > /sys/bus/pci/drivers/shpchp/unbind"
OVERRIDE = "driverctl set-override 0000:01:00.1 vfio-pci"


@pytest.mark.parametrize("members,said,unsaid", [
    # vfio-pci refuses what is no endpoint (vfio_pci_core: header type); without a driver the bridge leaves the group viable.
    ([BRIDGE], [UNBIND], ["driverctl"]),
    ([AUDIO], [OVERRIDE], ["unbind"]),
    ([BRIDGE, AUDIO], [UNBIND, OVERRIDE], ["set-override 0000:00:1c.0"]),
])
def test_group(place, members, said, unsaid):
    answer = place.check(group_with(*members), guest(devs=[{"address": GPU[0], "assigned": True}]))
    finding = next(f for f in answer["findings"] if f["rule"] == "R12" and "host drivers use other devices" in f["summary"])
    assert all(word in finding["remedy"] for word in said) and not any(word in finding["remedy"] for word in unsaid), finding["remedy"]
    # Done.
    for path in ((place.path / "host/sys/bus/pci/devices").iterdir()):
        uevent = path / "uevent"
        uevent.write_text("".join(line for line in uevent.read_text().splitlines(True) if line not in ("DRIVER=shpchp\n", "DRIVER=snd_hda_intel\n")))
    for driver in (place.path / "host").rglob("driver"):
        if driver.is_symlink() and driver.readlink().name in ("shpchp", "snd_hda_intel"):
            driver.unlink()
    done = subprocess.run([HAWCTL, "check", place.path / "guest.json", f"--root={place.path}/host", "--json=short"], capture_output=True, text=True, check=False)
    assert "host drivers use other devices" not in done.stdout


# ── a move ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

def move(tmp_path, source, target, *words, text=None):
    for name, build in (("here", source), ("there", target)):
        if not (tmp_path / name).exists():
            build(Tree(tmp_path / name))
    done = subprocess.run([HAWCTL, "check", f"--root={tmp_path}/here", f"--for={tmp_path}/there", "--json=short", *(["--", *words] if words else ["-"])],
                          input=text, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return [f for f in json.loads(done.stdout)["targets"][0]["live"]["findings"] if f["rule"] == "R8" and f["verdict"] != "info"]


def test_narrower_target(tmp_path):
    """46 bits do not move to a host of 39: started with 39 they do."""
    finding = move(tmp_path, intel(46, 46), intel(39, 39), *QEMU)[0]
    assert finding["option"] == "-cpu host,host-phys-bits-limit=39" and "39 bits" in finding["remedy"]
    assert not move(tmp_path, intel(46, 46), intel(39, 39), *remedies.into_command(QEMU, finding["option"]))
    finding = move(tmp_path, intel(46, 46), intel(39, 39), text=DOMAIN.format("<feature policy='disable' name='x2apic'/>"))[0]
    assert "<maxphysaddr mode='passthrough' limit='39'/>" in finding["libvirt"] and "x2apic" in finding["libvirt"] and not finding["option"]
    text = remedies.into_domain(DOMAIN.format("<feature policy='disable' name='x2apic'/>"), finding["libvirt"])
    assert not move(tmp_path, intel(46, 46), intel(39, 39), text=text)


def test_hosts_that_differ(tmp_path):
    """The width is the host's, 39 bits here and 46 there: the limit that both have."""
    finding = move(tmp_path, intel(39, 39), intel(46, 46), *QEMU)[0]
    assert finding["verdict"] == "warning" and finding["option"] == "-cpu host,host-phys-bits-limit=39"
    assert not move(tmp_path, intel(39, 39), intel(46, 46), *remedies.into_command(QEMU, finding["option"]))


def test_encrypted_source(tmp_path):
    """The target offers 45 bits; of the source's 48 memory encryption leaves cpuinfo 43, above which libvirt takes no explicit width."""
    document = DOMAIN.replace("host-passthrough' migratable='on", "custom' match='exact").format(
        "<model fallback='forbid'>EPYC</model><maxphysaddr mode='emulate' bits='46'/>")
    finding = move(tmp_path, amd(48, sme=True, cpuinfo=43, c_bit=47, reduction=5), amd(45), text=document)[0]
    assert "<maxphysaddr mode='passthrough' limit='45'/>" in finding["libvirt"]
