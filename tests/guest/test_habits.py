"""Command lines and domains in the ways in which people and programs have them: Proxmox's showcmd, Kata's arguments,
scripts, copied XML. What each means is said by QEMU's and libvirt's documentation, and by the QEMU that is here."""
import os
import shutil
import subprocess

import pytest

from forms import assumed, at, ignored, read, refused

MIB, GIB = 1 << 20, 1 << 30

SCRIPTS = {
    "plain": "qemu-system-x86_64 -m 3G\n",
    "behind another": "cd /vm && modprobe vfio-pci; sudo -E taskset -c 2-5 qemu-system-x86_64 -m 3G",
    "in the background": "#!/bin/bash\nset -e\nqemu-system-x86_64 -m 3G &\nwait\n",
    "into a log": "qemu-system-x86_64 >/tmp/log 2>&1 -m 3G </dev/null\n",
    "both streams": "qemu-system-x86_64 -S &> /tmp/log -m 3G",
    "closed": "qemu-system-x86_64 2>&- -m 3G 2>>/tmp/log",
    "into a pipe": "qemu-system-x86_64 -m 3G 2>&1 | tee -a log -m 5G\n",
    "until it is done": "qemu-system-x86_64 -m 3G || echo -m 9G\n",
    "without blanks": "true;qemu-system-x86_64 -m 3G>/dev/null;echo\n",
    "with comments": "# the machine\nqemu-system-x86_64 \\\n  -S \\\n  # its memory\n  -m 3G # 4G was too much\n",
    "quoted operators": "qemu-system-x86_64 -name 'a|b;c&d>e' -append \"x > y\" -m 3G",
    "a number that is a word": "qemu-system-x86_64 -smp 2 -m 3G 2>/dev/null",
    "carriage returns": "qemu-system-x86_64 \\\r\n -S -m \\\r\n 3G\r\n",
    "in a function": "CPUS=$(nproc)\nstart() {\n  cd \"$1\"; exec qemu-system-x86_64 \\\n    -m 3G\n}\nstart /vm -m 5G\n",
    "behind a search": "if ! pgrep -f qemu-system-x86_64; then qemu-system-x86_64 -m 3G; fi",
    "behind a path of its own": "D=/opt\nnice -n $N $D/bin/qemu-system-x86_64 -m 3G\n",
    "with lines behind": "qemu-system-x86_64 \\\n -m 3G\n/bin/echo -m 9G (done)\n",
    "one line each": "qemu-system-x86_64\n-S\n-m 3G\n-name x\n",
    # /var/log/libvirt/qemu, as libvirt starts and QEMU goes on.
    "a log": "2024-11-03 10:11:12.131+0000: starting up libvirt version: 9.0.0, package: 9.0.0-4 (Debian), qemu version: 7.2.9Debian (1:7.2), kernel: 6.1, hostname: h\n"
             "LC_ALL=C \\\nPATH=/usr/bin \\\nHOME=/var/lib/libvirt/qemu/domain-1-x \\\n/usr/bin/qemu-system-x86_64 \\\n-name guest=x,debug-threads=on \\\n"
             "-m size=3145728k \\\n-msg timestamp=on\nchar device redirected to /dev/pts/4 (label charserial0)\n2024-11-03 11:00:00.000+0000: shutting down, reason=shutdown\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(name):
    assert at(read("-", text=SCRIPTS[name]), "memory.ram") == 3 * GIB


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in ("behind another", "carriage returns", "with comments", "one line each", "in a function",
                                                                "behind a path of its own", "a log", "with lines behind", "behind a search")])
def test_the_shell_agrees(name, tmp_path):
    """On the words of QEMU's own command: a program in its place writes them down."""
    program, log = tmp_path / "qemu-system-x86_64", tmp_path / "words"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{log}\n")
    program.chmod(0o755)
    text = SCRIPTS[name].replace("/tmp/log", str(tmp_path / "log")).replace("tee -a log -m 5G", "cat")
    subprocess.run(["bash", "-c", text], cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=30, check=False, capture_output=True)
    words = log.read_text().splitlines()
    assert words.count("-m") == 1 and words[words.index("-m") + 1] == "3G"
    assert read("--", "qemu-system-x86_64", *words)["memory"] == read("-", text=text)["memory"]


def test_several():
    """The first is taken, and that is said."""
    for text in ("qemu-system-x86_64 -m 3G & qemu-system-x86_64 -m 5G", "kvm \\\n -m 3G\n\n/usr/bin/kvm \\\n -m 5G\n"):
        document = read("-", text=text)
        assert at(document, "memory.ram") == 3 * GIB and assumed(document)["command"] == "the first of several QEMU command lines"
    assert "command" not in assumed(read("-", text="qemu-system-x86_64 -m 3G; killall sleep"))


@pytest.mark.parametrize("before", ["sudo -u qemu ", "runuser -u kvm -- ", "setpriv --reuid qemu --regid kvm --clear-groups ", "sudo -g kvm -u qemu "])
def test_an_account_is_no_program(before):
    """Accounts bear the names of programs; qemu-kvm is one whose default is KVM, qemu-system-x86_64's is TCG."""
    assert read("-", text=before + "/usr/libexec/qemu-kvm -m 3G")["accelerator"] == "kvm"
    assert read("-", text=before + "qemu-system-x86_64 -m 3G")["accelerator"] == "tcg"
    assert "not qemu-system-riscv64" in refused("-", text=before + "qemu-system-riscv64 -m 3G")


def test_long_text_without_a_machine():
    """In time that grows with it: a day's work if each line looked at all before it."""
    assert "qemu-system-x86_64 not found in it" in refused("-", text="\\\n" + "a\n" * 1000000)


# ── JSON as QEMU takes it ────────────────────────────────────────────────────────────────────────────────

OBJECT = [
    "{'qom-type':'memory-backend-ram','id':'m','size':1048576}",
    '{"qom-type":"memory-backend-ram","id":"m","size":1048576}',
    "{'qom-type':\"memory-backend-ram\",\"id\":'m','size':1048576, 'share': true}",
]
ODD = ["{'qom-type':'memory-backend-ram','id':'a\"b','size':1048576}", "{'qom-type:'m'}", "{'qom-type':'memory-backend-ram','id':'m\\'','size':1048576}",
       "{'qom-type':'memory-backend-ram','id':\"it's\",'size':1048576}"]


@pytest.mark.parametrize("text", OBJECT)
def test_quotes_of_either_kind(text):
    document = read("--", "-object", text, "-device", "{'driver':'ivshmem-plain','memdev':'m'}")
    assert at(document, "devices.0.bars.0.size") == MIB


@pytest.mark.parametrize("text", OBJECT + ODD)
def test_qemu_on_quotes(text):
    """It reads what it reads and refuses what it refuses as JSON; ids that are none are another matter."""
    if not shutil.which("qemu-system-x86_64"):
        pytest.skip("no qemu-system-x86_64 here")
    said = subprocess.run(["qemu-system-x86_64", "-M", "none", "-display", "none", "-object", text, "-device", "nothing-like-it"], capture_output=True,
                          text=True, timeout=60, check=False).stderr
    wrong = "JSON parse error" in said or "JSON" in said
    done = subprocess.run([os.environ["PRINT_GUEST"], "--", "-object", text], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode == 2) == wrong, (said, done.stderr)


# ── Proxmox ──────────────────────────────────────────────────────────────────────────────────────────────

PROXMOX = """/usr/bin/kvm \\
  -id 117 \\
  -name 'inference,debug-threads=on' \\
  -no-shutdown \\
  -pidfile /run/m.pid -daemonize \\
  -blockdev '{{"driver":"raw","file":{{"driver":"file","filename":"/usr/share/pve-edk2-firmware//OVMF_CODE_4M.fd"}},"node-name":"pflash0","read-only":true}}' \\
  -blockdev '{{"driver":"throttle","file":{{"driver":"raw","file":{{"driver":"host_device","filename":"/dev/vg/vars"}}}},"node-name":"drive-efidisk0"}}' \\
  -cpu 'host,hv_relaxed,hv_vendor_id=proxmox,kvm=off,+kvm_pv_eoi' \\
  -m 65536 \\
  -readconfig {config} \\
  -device 'vfio-pci,host=0000:41:00.0,id=hostpci0.0,bus=ich9-pcie-port-1,addr=0x0.0,multifunction=on' \\
  -device 'vfio-pci,host=0000:41:00.1,id=hostpci0.1,bus=ich9-pcie-port-1,addr=0x0.1' \\
  -device 'virtio-balloon-pci,id=balloon0,bus=pci.0,addr=0x3,free-page-reporting=on' \\
  -machine 'hpet=off,pflash0=pflash0,pflash1=drive-efidisk0,type={machine}' \\
  -set device.balloon0.free-page-reporting=off
"""
PORTS = '[device "ich9-pcie-port-1"]\n  driver = "pcie-root-port"\n  bus = "pcie.0"\n  addr = "1c.0"\n'


@pytest.mark.parametrize("machine, name", [("pc-q35-9.2+pve1", "pc-q35-9.2"), ("q35+pve0", "q35"), ("pc-q35-10.0", "pc-q35-10.0")])
def test_proxmox(tmp_path, machine, name):
    config = tmp_path / "ports.cfg"
    config.write_text(PORTS)
    document = read("-", text=PROXMOX.format(config=config, machine=machine))
    assert document["machine"] == name and document["accelerator"] == "kvm" and document["name"] == "inference"
    assert document["firmware"]["kind"] == "ovmf" and document["memory"]["ram"] == 64 * GIB
    assert [(d["name"], d["address"], d["ownPort"]) for d in document["devices"]] == \
        [("hostpci0.0", "0000:41:00.0", True), ("hostpci0.1", "0000:41:00.1", True)]
    assert ignored(document) == []


def test_proxmox_elsewhere():
    """The file with the ports is on the host that runs it."""
    document = read("-", text=PROXMOX.format(config="/nowhere/pve-q35-4.0.cfg", machine="q35"))
    assert ignored(document) == ["-readconfig /nowhere/pve-q35-4.0.cfg"]


@pytest.mark.parametrize("machine", ["q35+pve", "q35+pvex", "q35+other1", "pc+pve0x"])
def test_other_names_behind_a_plus(machine):
    assert "expected pc, q35" in refused("--", "-M", machine)


# ── bridges and firmware ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("properties, low", [
    # As much as firmware keeps free behind each bridge that takes hot-plug, 2 MiB, is nothing to tell; more as a power of two (OVMF's way).
    ("mem-reserve=1m,pref64-reserve=1m", None), ("pref64-reserve=2M,mem-reserve=0x200000", None), ("pref64-reserve=18446744073709551615", None),
    ("pref64-reserve=256G", None), ("mem-reserve=64M", 64 * MIB), ("pref32-reserve=2097153", 4 * MIB), ("pref32-reserve=3M,mem-reserve=9M", 20 * MIB),
])
def test_reserve(properties, low):
    document = read("--", "-device", "pcie-root-port,id=rp0," + properties)
    assert ignored(document) == [] and document["ports"][0].get("mem32Reserve") == low


def test_igvm():
    document = read("--", "-M", "q35,igvm-cfg=i0", "-object", "igvm-cfg,id=i0,file=/usr/share/ovmf/OVMF.igvm")
    assert document["firmware"]["path"] == "/usr/share/ovmf/OVMF.igvm" and ignored(document) == []


def test_32_bit_program():
    """Its default is qemu32, and no CPU of it has long mode: asked of QEMU 7.2 by QMP."""
    document = read("--defaults=7.2,202211,1.16.2", "--", "qemu-system-i386", "-m", "1G")
    assert document["cpu"]["model"] == "qemu32" and document["cpu"]["longMode"] is False
    document = read("--defaults=7.2,202211,1.16.2", "--", "qemu-system-i386", "-cpu", "EPYC", "-m", "1G")
    assert document["cpu"]["longMode"] is False and "cpu.physBits" not in [note["what"] for note in document["assumed"]]
