"""The settings that are printed for a width: their texts, by libvirt's formatdomain, QEMU's options, Nova's and qemu-server's
manuals; each pasted into a guest here, apart from hawd's own templates, and checked on each host; and what is not offered."""
import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest

import hosts_arm
import hosts_intel
import hosts_kernel
import hosts_other
from tree import Tree

HAWCTL, PRINT = os.environ["HAWCTL"], os.environ["PRINT_SETTINGS"]
EXAMPLE = pathlib.Path(os.environ["HAWD_SOURCE"]) / "examples" / "kubevirt-hook.yaml"
HOSTS = {"client": hosts_intel.client_46_39, "narrow": hosts_intel.isa_bridge_group, "spr": hosts_intel.sapphire_rapids, "sme": hosts_other.epyc_sme,
         "mktme": hosts_intel.xeon_mktme, "arm": hosts_arm.arm64_smmuv3, "first": hosts_kernel.amd_pgtbl_v2}


@pytest.fixture(scope="module", name="trees")
def fixture_trees(tmp_path_factory):
    place = tmp_path_factory.mktemp("trees")
    for name, make in HOSTS.items():
        make(Tree(place / name))
    return place


def printed(trees, *words, hosts=()):
    done = subprocess.run([PRINT, *map(str, words), *(trees / host for host in hosts)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def settings(trees, *words, hosts=()):
    document = json.loads(printed(trees, *words, hosts=hosts))
    return {(one["for"], one["name"]): one for one in document["settings"]}


def test_texts(trees):
    found = settings(trees, "--devices", "--cpu-bits=46", 39, hosts=["client"])
    texts = {key: one["text"] for key, one in found.items()}
    assert texts["libvirt", "in <cpu>"] == "<maxphysaddr mode='passthrough' limit='39'/>"
    assert texts["libvirt", "in <cpu>, older releases"] == "<maxphysaddr mode='emulate' bits='39'/>"
    assert texts["qemu", "-cpu host"] == "-cpu host,host-phys-bits-limit=39"
    assert texts["qemu", "any CPU model"] == "-global cpu.host-phys-bits=on -global cpu.host-phys-bits-limit=39"
    assert texts["qemu", "-cpu host, wider than devices"] == "-cpu host,host-phys-bits-limit=46,guest-phys-bits=39"
    # An eighth of 512 GiB.
    assert texts["qemu", "-cpu host, large BARs, OVMF before 202211"] == "-cpu host,host-phys-bits-limit=39 \\\n  -fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=65536"
    assert re.sub(r"\s*\n\s*", "", texts["libvirt", "in <domain>, large BARs, OVMF before 202211"]) == \
        "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-fw_cfg'/>" \
        "<qemu:arg value='name=opt/ovmf/X-PciMmio64Mb,string=65536'/></qemu:commandline>"
    assert shlex.split(texts["nova", "image"].replace("\\\n", "")) == \
        "openstack image set --property hw_maxphysaddr_mode=emulate --property hw_maxphysaddr_bits=39 IMAGE".split()
    assert shlex.split(texts["nova", "flavor"].replace("\\\n", "")) == \
        "openstack --os-compute-api-version 2.85 flavor set --property hw:maxphysaddr_mode=emulate --property hw:maxphysaddr_bits=39 FLAVOR".split()
    model, use = texts["proxmox", "CPU model"].replace("\\\n", "").splitlines()
    assert shlex.split(model) == ["pvesh", "create", "/cluster/qemu/custom-cpu-models", "--cputype", "hawd39", "--reported-model", "qemu64", "--phys-bits", "39",
                                  "--flags", "+aes;+popcnt;+pni;+sse4.1;+sse4.2;+ssse3"]
    assert use == "qm set VMID --cpu custom-hawd39"
    assert texts["proxmox", "one guest"] == "qm set VMID --cpu x86-64-v2-AES,phys-bits=39"
    assert texts["proxmox", "one guest of type host"] == "qm set VMID --cpu host,guest-phys-bits=39"
    assert found["proxmox", "one guest of type host"]["needs"] == "qemu-server 9.0.18 and OVMF 202408"
    # OVMF uses 40 bits at most without 1 GiB pages.
    wide = settings(trees, 46, hosts=["client"])
    assert "+pdpe1gb" in wide["proxmox", "CPU model"]["text"] and "flags=+pdpe1gb," in wide["proxmox", "one guest"]["text"]
    assert not any("devices" in name or "BARs" in name or "type host" in name for _, name in wide)


# ── each pasted into a guest and checked ────────────────────────────────────────────────────────────────────


def pasted(one, width, tmp_path):
    """The words of hawctl check for a guest with that setting, or None for what is no guest's alone."""
    def domain(mode, cpu="", more=""):
        (tmp_path / "domain.xml").write_text(f"<domain type='kvm'><name>g</name><memory unit='GiB'>8</memory><os firmware='efi'><type machine='q35'>hvm</type></os>"
                                             f"<cpu mode='{mode}'>{cpu}</cpu>{more}<devices/></domain>", encoding="utf-8")
        return [tmp_path / "domain.xml"]
    text, name = one["text"], one["name"]
    if one["for"] == "libvirt":
        limit = re.search(r"<maxphysaddr mode='passthrough' limit='\d+'/>", width)[0]
        return domain("host-passthrough", limit, text) if name.startswith("in <domain>") else domain("host-model", cpu=text)
    if one["for"] == "qemu":
        words = shlex.split(text.replace("\\\n", "")) + ([] if "-cpu" in text else ["-cpu", "Nehalem,+pdpe1gb"])
        return ["--", "qemu-system-x86_64", "-accel", "kvm", "-M", "q35", "-m", "8G", "-bios", "OVMF.fd", *words]
    if one["for"] == "nova":
        properties = dict(re.findall(r"hw[:_]maxphysaddr_(mode|bits)=(\w+)", text))
        return domain("host-model", "<maxphysaddr " + " ".join(f"{key}='{value}'" for key, value in properties.items()) + "/>")
    if one["for"] == "proxmox":
        width = re.search(r"(guest-)?phys-bits[ =](\d+)", text)
        return ["--", "/usr/bin/kvm", "-id", "100", "-machine", "type=q35+pve0", "-m", "8192", "-bios", "OVMF.fd", "-cpu",
                ("host" if width[1] else "qemu64,+pdpe1gb") + f",{width[0].replace(' ', '=')}"]
    script = hook_script(text)
    done = subprocess.run(["sh", "-c", script, "onDefineDomain", "--vmi", "{}", "--domain", domain("host-model")[0].read_text(encoding="utf-8")],
                          capture_output=True, text=True, timeout=60, check=True)
    (tmp_path / "domain.xml").write_text(done.stdout, encoding="utf-8")
    return [tmp_path / "domain.xml"]


@pytest.mark.parametrize("words,hosts", [((39,), ["client", "narrow", "spr", "sme", "mktme", "first"]), ((46,), ["client", "spr", "mktme"]), ((48,), ["spr", "sme", "first"]),
                                         (("--devices", "--cpu-bits=46", 39), ["client", "spr", "mktme"]), (("--devices", 47), ["first", "spr"])],
                         ids=["39", "46", "48", "39-devices", "47-devices"])
def test_what_is_offered_is_not_unsafe(trees, tmp_path, words, hosts):
    """By hawctl check, with a text that this test pasted; and what check says is unsafe is not offered."""
    offered = 0
    found = settings(trees, *words, hosts=hosts)
    for one in found.values():
        assert one["hosts"] == len(hosts)
        assert (one["text"] is None) is (one["unsafe"]["hosts"] > 0)
        if one["text"] is None:
            continue
        offered += 1
        guest = pasted(one, found["libvirt", "in <cpu>"]["text"], tmp_path)
        for host in hosts:
            done = subprocess.run([HAWCTL, "check", f"--root={trees / host}", "--json=short", *guest], capture_output=True, text=True, timeout=60, check=False)
            answer = json.loads(done.stdout)
            assert answer["verdict"] != "unsafe", (one, host, answer["findings"])
            if not re.search("type host|wider than", one["name"]):
                assert answer["layout"]["physBits"] == words[-1], (one, host)
    assert offered >= 6


# ── what is not offered ─────────────────────────────────────────────────────────────────────────────────────


def test_encrypted_hosts(trees):
    """Memory encryption: /proc/cpuinfo shows 43 of 48 bits, and libvirt compares an emulated width with that."""
    found = settings(trees, 48, hosts=["sme", "first"])
    for key in (("libvirt", "in <cpu>, older releases"), ("nova", "image"), ("nova", "flavor")):
        assert found[key]["text"] is None and found[key]["unsafe"]["hosts"] == 1 and found[key]["unsafe"]["host"] == "sme"
        assert "libvirt rejects this width" in found[key]["unsafe"]["text"] and "43" in found[key]["unsafe"]["text"]
    assert found["libvirt", "in <cpu>"]["text"] and found["qemu", "-cpu host"]["text"] and found["proxmox", "one guest"]["text"]
    # All hosts have 48 bits: Nova's other mode gives them that.
    assert found["nova", "image, the width of the hosts"]["text"] == "openstack image set --property hw_maxphysaddr_mode=passthrough IMAGE"


def test_widths_that_hosts_do_not_have(trees):
    found = settings(trees, 46, hosts=["client", "narrow"])
    assert "the guest has 39 address bits, not 46" in found["qemu", "-cpu host"]["unsafe"]["text"] and found["qemu", "-cpu host"]["text"] is None
    # Nova's passthrough gives each host's own.
    own = settings(trees, 46, hosts=["client", "spr"])["nova", "image, the width of the hosts"]
    assert own["text"] is None and own["unsafe"]["text"] == "the guest has 52 address bits, not 46" and own["unsafe"]["host"] == "spr"


def test_other_architecture(trees):
    found = settings(trees, 44, hosts=["arm"])
    assert all(one["text"] is None and "does not run x86 guests" in one["unsafe"]["text"] for one in found.values())


def test_no_host(trees):
    assert all(one["text"] is None and one["hosts"] == 0 for one in settings(trees, 39).values())
    assert printed(trees, "--text", 39).count("not offered: no host is known to hold this width") == 2


@pytest.mark.parametrize("bits", [0, 31, 53, 255])
def test_widths_that_are_none(trees, bits):
    done = subprocess.run([PRINT, str(bits), trees / "client"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and done.stdout == "" and done.stderr == f"expected a width of 32 to 52 bits, not {bits}\n"


# ── the screen ──────────────────────────────────────────────────────────────────────────────────────────────


def test_screen(trees):
    few, every = printed(trees, "--text", 48, hosts=["sme", "first"]), printed(trees, "--all", 48, hosts=["sme", "first"])
    assert few.splitlines()[0] == every.splitlines()[0] == "Settings for 48 bits, without assigned devices"
    assert "limit='48'" in few and "host-phys-bits-limit=48" in few and "Nova" not in few and len(few.splitlines()) <= 8
    assert "not offered: unsafe on 1 host: sme: libvirt rejects this width" in " ".join(every.split()) and "mode=passthrough IMAGE" in every
    long = [line for line in every.splitlines() if len(line) > 80]
    assert all(line.startswith("    ") and re.search(r"printf|\{", line) for line in long), long
    devices = printed(trees, "--all", "--devices", "--cpu-bits=46", 39, hosts=["client"]).splitlines()
    assert all(len(line) <= 80 for line in devices if not line.startswith("    "))
    # Not offered, and not needed.
    assert "mode=passthrough IMAGE" not in printed(trees, "--all", 39, hosts=["client", "narrow"])


# ── KubeVirt ────────────────────────────────────────────────────────────────────────────────────────────────


def hook_script(text):
    """Of the ConfigMap: the indented block behind "width.sh: |"."""
    block = re.search(r"^  width\.sh: \|\n((?:    .*\n)+)", text, re.M)[1]
    return re.sub(r"^    ", "", block, flags=re.M)


@pytest.mark.parametrize("cpu,expected", [
    ('<cpu mode="host-model"><topology sockets="1"/></cpu>', "<cpu mode=\"host-model\"><maxphysaddr mode='passthrough' limit='39'/><topology sockets=\"1\"/></cpu>"),
    ('<cpu mode="host-passthrough"></cpu>', "<cpu mode=\"host-passthrough\"><maxphysaddr mode='passthrough' limit='39'/></cpu>"),
    ('<cpu mode="host-passthrough"/>', "<cpu mode=\"host-passthrough\"><maxphysaddr mode='passthrough' limit='39'/></cpu>"),
    ("<cpu><numa/></cpu>", "<cpu><maxphysaddr mode='passthrough' limit='39'/><numa/></cpu>"), ("<cpu/>", "<cpu><maxphysaddr mode='passthrough' limit='39'/></cpu>"),
])
def test_hook(trees, cpu, expected):
    """The script changes <cpu> and nothing else."""
    around = '<domain type="kvm"><vcpu placement="static">2</vcpu>{}<cputune><vcpupin vcpu="0" cpuset="1"></vcpupin></cputune><name>a b  c\'"\\n%s</name></domain>'
    script = hook_script(settings(trees, 39, hosts=["client"])["kubevirt", "hook sidecar"]["text"])
    done = subprocess.run(["sh", "-c", script, "onDefineDomain", "--vmi", "{}", "--domain", around.replace("{}", cpu)], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == around.replace("{}", expected) + "\n" and done.stderr == ""


def test_example_has_the_same_hook(trees):
    text = settings(trees, 39, hosts=["client"])["kubevirt", "hook sidecar"]["text"]
    example = EXAMPLE.read_text(encoding="utf-8")
    assert hook_script(text) == hook_script(example)
    value = r"hooks\.kubevirt\.io/hookSidecars: >-\n((?: +.*(?:\n|$)){2})"
    hooks = [json.loads(re.search(value, part)[1]) for part in (text, example)]
    assert hooks[0] == hooks[1] == [{"args": ["--version", "v1alpha2"], "configMap": {"name": "hawd-width-39", "key": "width.sh", "hookPath": "/usr/bin/onDefineDomain"}}]


# ── export proxmox ──────────────────────────────────────────────────────────────────────────────────────────


def sections(text):
    """As qemu-server reads cpu-models.conf (PVE::SectionConfig): sections with indented properties, comments and blank lines."""
    found, name = {}, None
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        header = re.fullmatch(r"cpu-model: (\S+)", line)
        if header:
            name = header[1]
            found[name] = {}
        else:
            key, value = re.fullmatch(r"[ \t]+(\S+) (.*)", line).groups()
            found[name][key] = value
    return found


@pytest.mark.parametrize("host,expected", [("client", {"hawd46": "46", "hawd39": "39"}), ("sme", {"hawd48": "48"}), ("arm", {}), ("first", {"hawd48": "48", "hawd47": "47"})])
def test_export_proxmox(trees, host, expected):
    done = subprocess.run([HAWCTL, "export", "proxmox", trees / host], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = sections(done.stdout)
    assert {name: model["phys-bits"] for name, model in found.items()} == expected
    for name, model in found.items():
        assert model["reported-model"] == "qemu64" and set(model) == {"flags", "phys-bits", "reported-model"}
        assert ("+pdpe1gb" in model["flags"].split(";")) is (int(model["phys-bits"]) > 40) and len(name) <= 40
        assert f"--cpu custom-{name}" in done.stdout
