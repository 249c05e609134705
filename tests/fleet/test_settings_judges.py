"""The settings with the programs that they are for: libvirt makes the options of them, QEMU starts with them, and libvirt's own
baseline, where it knows a width, has the width of hawd's."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest

import hosts_intel
import hosts_kernel
import hosts_other
from tree import Tree
from virsh import Unavailable, Virsh

sys.path.insert(0, str(pathlib.Path(os.environ["HAWD_SOURCE"]) / "tests" / "oracle"))
import release  # noqa: E402

HAWCTL, PRINT = os.environ["HAWCTL"], os.environ["PRINT_SETTINGS"]
DOMAIN = ("<domain type='kvm'><name>hawd</name><memory unit='MiB'>256</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>"
          "<cpu mode='host-passthrough'>{cpu}</cpu>{more}<devices/></domain>")


@pytest.fixture(scope="module", name="client")
def fixture_client(tmp_path_factory):
    place = tmp_path_factory.mktemp("host") / "client"
    hosts_intel.client_46_39(Tree(place))
    return place


def settings(client, consumer):
    done = subprocess.run([PRINT, "--devices", "--cpu-bits=46", "39", client], capture_output=True, text=True, timeout=60, check=True)
    return {one["name"]: one["text"] for one in json.loads(done.stdout)["settings"] if one["for"] == consumer}


# ── libvirt ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", name="virsh", params=["installed", "trixie"])
def fixture_virsh(request, tmp_path_factory):
    try:
        virsh = Virsh(tmp_path_factory.mktemp("libvirt"), None if request.param == "installed" else request.param)
    except Unavailable as why:
        pytest.skip(str(why))
    version = re.search(r"^(\d+)\.(\d+)\.", virsh("--version").stdout)
    virsh.version = int(version[1]), int(version[2])
    return virsh


def native(virsh, **parts):
    done = virsh.of(DOMAIN.format(**{"cpu": "", "more": ""} | parts), "domxml-to-native", "qemu-argv")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_libvirt_takes_it(virsh, client):
    """libvirt 9.3 makes the limit of it, older releases drop that (formatdomain: "since 9.3.0"), as the note says."""
    texts = settings(client, "libvirt")
    made = native(virsh, cpu=texts["in <cpu>"])
    assert "host-phys-bits=on" in made and ("host-phys-bits-limit=39" in made) is (virsh.version >= (9, 3)), made
    window = native(virsh, cpu=texts["in <cpu>"], more=texts["in <domain>, large BARs, OVMF before 202211"])
    assert "name=opt/ovmf/X-PciMmio64Mb,string=65536" in window
    passthrough = native(virsh, cpu=texts["in <cpu>, older releases"])
    assert "phys-bits=39" in passthrough and "host-phys-bits" not in passthrough


def test_what_old_libvirt_makes_of_it(client):
    """Emulated, without effect on -cpu host: so QEMU has it (host_cpu_realizefn: host-phys-bits overrides), and hawd's reader."""
    done = subprocess.run([HAWCTL, "check", f"--root={client}", "--json=short", "--", "qemu-system-x86_64", "-accel", "kvm", "-M", "q35", "-m", "1G",
                           "-cpu", "host,phys-bits=39"], capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(done.stdout)["layout"]["physBits"] == 46


# ── libvirt's baseline ──────────────────────────────────────────────────────────────────────────────────────

FLEETS = {
    "one": (["client"], 46), "two": (["client", "spr"], 46), "narrow": (["client", "narrow", "spr"], 39), "wide": (["spr"], 52), "amd": (["amd"], 48),
    "unknown": (["client", "unknown"], None),
}
MAKE = {"client": (hosts_intel.client_46_39, 46), "spr": (hosts_intel.sapphire_rapids, 52), "narrow": (hosts_intel.isa_bridge_group, 39),
        "amd": (hosts_kernel.amd_pgtbl_v2, 48), "unknown": (hosts_other.bare, None)}


def host_cpu(host):
    """As `virsh domcapabilities` of that host has it: libvirt has its width from /proc/cpuinfo, and none where that is missing."""
    width = MAKE[host][1]
    maxphysaddr = f"<maxphysaddr mode='passthrough' limit='{width}'/>" if width else ""
    return f"<cpu mode='host-model'><model fallback='forbid'>qemu64</model>{maxphysaddr}</cpu>"


@pytest.mark.parametrize("virsh", ["trixie"], indirect=True)
@pytest.mark.parametrize("fleet", FLEETS)
def test_baseline(virsh, tmp_path, fleet):
    """hypervisor-cpu-baseline has the smallest width; with one host that does not know its own it has none, as hawd's `bits` is null."""
    hosts, expected = FLEETS[fleet]
    for host in hosts:
        MAKE[host][0](Tree(tmp_path / host))
    done = subprocess.run([HAWCTL, "baseline", "--json=short", *(tmp_path / host for host in hosts)], capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(done.stdout)["guest"]["bits"] == expected, done.stderr
    made = virsh.of("".join(map(host_cpu, hosts)), "hypervisor-cpu-baseline", "--virttype", "qemu")
    assert made.returncode == 0, made.stderr
    limit = re.search(r"<maxphysaddr mode='passthrough' limit='(\d+)'/>", made.stdout)
    assert (int(limit[1]) if limit else None) == expected, made.stdout


# ── QEMU ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", name="qemu", params=["installed", "trixie"])
def fixture_qemu(request):
    if request.param == "installed":
        if not shutil.which("qemu-system-x86_64"):
            pytest.skip("no qemu-system-x86_64 here")
        return ["qemu-system-x86_64"]
    try:
        return release.qemu(release.tree(request.param, release.QEMU))
    except release.Missing as why:
        pytest.skip(f"{request.param}: {why}")


def starts(qemu, words):
    """Without KVM: "max" is what "host" is there. QEMU knows every property, or says so."""
    words = [word.replace("host", "max", 1) if words[i - 1] == "-cpu" and word.startswith("host") else word for i, word in enumerate(words)]
    return subprocess.run([*qemu, "-accel", "tcg", "-M", "q35", "-m", "64M", "-nodefaults", "-display", "none", "-S", "-qmp", "stdio", *words],
                          input='{"execute":"qmp_capabilities"}{"execute":"quit"}', capture_output=True, text=True, timeout=120, check=False)


def test_qemu_takes_it(qemu, client):
    version = subprocess.run([*qemu, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    number = tuple(int(part) for part in re.search(r"version (\d+)\.(\d+)", version).groups())
    for name, text in settings(client, "qemu").items():
        words = shlex.split(text.replace("\\\n", ""))
        done = starts(qemu, words)
        if "guest-phys-bits" in text and number < (9, 1):
            assert done.returncode != 0 and "guest-phys-bits" in done.stderr, (name, done.stderr)
        else:
            assert done.returncode == 0, (name, done.stderr)


def test_qemu_takes_proxmox_options(qemu, client):
    """qemu-server makes -cpu of a model by appending the flags and phys-bits (CPUConfig.pm, get_cpu_options)."""
    model = settings(client, "proxmox")["CPU model"]
    flags, bits = re.search(r"--flags '([^']+)'", model)[1], re.search(r"--phys-bits (\d+)", model)[1]
    done = starts(qemu, ["-cpu", "qemu64," + flags.replace(";", ",") + f",phys-bits={bits}"])
    assert done.returncode == 0, done.stderr
