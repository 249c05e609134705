"""What is installed, and where: units, the bus and polkit files, the udev rule, users and directories, each as the program
that will read it sees it."""
import os
import pathlib
import pwd
import re
import shutil
import stat
import subprocess
import xml.etree.ElementTree

import pytest

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
BUILD = pathlib.Path(os.environ["HAWCTL"]).parent.parent

# Where systemd, udev, D-Bus, polkit, man and bash look on Debian and on Fedora alike.
UNITS, RULE = "usr/lib/systemd/system", "usr/lib/udev/rules.d/70-hawd.rules"
INSTALLED = {
    "usr/share/hawd/guest-defaults.schema.json",
    "usr/bin/hawctl", "usr/libexec/hawd/hawd", "usr/libexec/hawd/hawd-archive", "usr/libexec/hawd/hawd-collect", "usr/libexec/hawd/hawd-domain",
    f"{UNITS}/hawd.service", f"{UNITS}/hawd-collect.service", f"{UNITS}/hawd-collect-changes.service",
    f"{UNITS}/hawd-collect-changes.path", f"{UNITS}/hawd-collect-log.service", f"{UNITS}/hawd-collect-xen.service", f"{UNITS}/dbus-org.hawd.AddressWidth1.service",
    RULE, "usr/lib/sysusers.d/hawd.conf", "usr/lib/tmpfiles.d/hawd.conf",
    "usr/share/dbus-1/system.d/org.hawd.AddressWidth1.conf", "usr/share/dbus-1/system-services/org.hawd.AddressWidth1.service",
    "usr/share/dbus-1/interfaces/org.hawd.AddressWidth1.Host.xml", "usr/share/dbus-1/interfaces/org.hawd.AddressWidth1.Iommu.xml",
    "usr/share/dbus-1/interfaces/org.hawd.AddressWidth1.Group.xml",
    "usr/share/polkit-1/actions/org.hawd.AddressWidth1.policy",
    "usr/share/hawd/examples/libvirt-hook", "usr/share/hawd/examples/prometheus-rules.yml", "usr/share/hawd/examples/ansible-hawd.fact",
    "usr/share/hawd/examples/facter-hawd", "usr/share/hawd/examples/fleet.sql", "usr/share/hawd/examples/hawd-nfd.path", "usr/share/hawd/examples/hawd-nfd.service",
    "usr/share/hawd/examples/nova-remove-traits", "usr/share/hawd/examples/proxmox-hookscript", "usr/share/hawd/examples/kubevirt-hook.yaml",
    "usr/share/hawd/profile.schema.json", "usr/share/hawd/comparison.schema.json", "usr/share/hawd/check.schema.json", "usr/share/hawd/doctor.schema.json",
    "usr/share/hawd/baseline.schema.json", "usr/share/hawd/fit.schema.json", "usr/share/hawd/guest.schema.json", "usr/share/hawd/models.schema.json", "usr/share/hawd/place.schema.json", "usr/share/hawd/summary.schema.json",
    "usr/share/man/man1/hawctl.1", "usr/share/man/man5/hawd-root.5", "usr/share/man/man5/org.hawd.AddressWidth1.5",
    "usr/share/man/man7/hawd-findings.7", "usr/share/man/man8/hawd.8",
    "usr/share/bash-completion/completions/hawctl",
    "etc/apparmor.d/usr.libexec.hawd.hawd", "etc/apparmor.d/usr.libexec.hawd.hawd-collect",
    # All files of the page: tests/page
    *(f"usr/share/cockpit/hawd/{path.name}" for path in (TOP / "cockpit").iterdir() if path.name != "meson.build")}


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def need(program):
    if not shutil.which(program):
        pytest.skip(f"no {program} here")


@pytest.fixture(scope="module", name="root")
def fixture_root(tmp_path_factory):
    """The build, installed."""
    need("meson")
    root = tmp_path_factory.mktemp("root")
    done = run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def settings(unit):
    """[(key, value)…] of a unit file; the last of a key wins but for lists."""
    return re.findall(r"^([A-Za-z]+)=(.*)$", unit.read_text(encoding="utf-8"), re.M)


def test_installed(root):
    found = {str(p.relative_to(root)) for p in root.rglob("*") if not p.is_dir()}
    assert found == INSTALLED
    assert os.readlink(root / UNITS / "dbus-org.hawd.AddressWidth1.service") == "hawd.service"
    for path in INSTALLED:
        executable = bool((root / path).stat().st_mode & stat.S_IXUSR)
        script = path.startswith("usr/share/hawd/examples/") and (root / path).read_bytes().startswith(b"#!")
        assert executable == (path.startswith(("usr/bin/", "usr/libexec/")) or script), path


def test_nothing_left_to_fill_in(root):
    for path in [*(root / UNITS).glob("*.service"), root / RULE]:
        text = path.read_text(encoding="utf-8")
        assert "@libexecdir@" not in text
        for program in re.findall(r"/usr/libexec/\S+?(?=[\s\"])", text):
            assert (root / program.lstrip("/")).is_file(), f"{path}: {program}"


COLLECTORS = ("hawd-collect.service", "hawd-collect-changes.service", "hawd-collect-log.service", "hawd-collect-xen.service")


def test_verify(root, tmp_path):
    """systemd-analyze has nothing to say. It looks for programs on this host, so the units name the installed ones."""
    need("systemd-analyze")
    names = ("hawd.service", "hawd-collect-changes.path", *COLLECTORS)
    for name in names:
        text = (root / UNITS / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/usr/libexec/", f"{root}/usr/libexec/"), encoding="utf-8")
    done = run("systemd-analyze", "verify", "--man=no", *(tmp_path / name for name in names))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_sandbox_lets_the_service_work(root):
    """What would score better and break it: each was tried."""
    service = dict(settings(root / UNITS / "hawd.service"))
    assert service["User"] == "hawd" and service["CapabilityBoundingSet"] == ""
    assert "PrivateNetwork" not in service       # udev's messages do not cross network namespaces
    assert "PrivateDevices" not in service       # it hides /dev/kvm
    assert "ProtectHostname" not in service      # the host's new name does not get through
    assert "DynamicUser" not in service          # dbus-daemon knows no such user when it loads its policy
    assert service.get("ProcSubset", "all") == "all"  # cpuinfo, cmdline
    assert {"AF_UNIX", "AF_NETLINK"} <= set(service["RestrictAddressFamilies"].split())
    needs = {"hawd-collect.service": {"CAP_SYS_ADMIN", "CAP_SYS_RAWIO"}, "hawd-collect-changes.service": {"CAP_SYS_ADMIN", "CAP_SYS_RAWIO"},
             "hawd-collect-log.service": {"CAP_SYSLOG"}, "hawd-collect-xen.service": set()}
    waits = int(re.search(r"#define LOCK_SECONDS (\d+)", (TOP / "daemon/collect.c").read_text(encoding="utf-8"))[1])
    for name in COLLECTORS:
        collector = dict(settings(root / UNITS / name))
        assert set(collector["CapabilityBoundingSet"].split()) == needs[name]
        assert collector["Group"] == "hawd" and "User" not in collector
        # A oneshot may take for ever by default, and the service starts after it: sooner than dbus-daemon gives up (25 s).
        assert waits < int(collector["TimeoutStartSec"].removesuffix("s")) < 25


def test_collectors_differ_in_little(root):
    """One sandbox for all runs: the one that udev's rule starts has it, too."""
    units = {name: set(settings(root / UNITS / name)) for name in COLLECTORS}
    common = set.intersection(*units.values())
    assert len(common) > 25
    assert {key for unit in units.values() for key, _ in unit - common} == \
        {"Description", "ExecStart", "After", "StartLimitIntervalSec", "StartLimitBurst", "ConditionArchitecture", "ConditionPathExistsGlob",
         "ConditionPathExists", "CapabilityBoundingSet", "DeviceAllow", "ProtectKernelLogs"}


def test_bus_activation(root):
    """The three files that start the service agree on names."""
    lines = dict(line.split("=", 1) for line in (root / "usr/share/dbus-1/system-services/org.hawd.AddressWidth1.service")
                 .read_text(encoding="utf-8").splitlines() if "=" in line)
    assert lines["Name"] == "org.hawd.AddressWidth1"
    assert (root / UNITS / lines["SystemdService"]).resolve() == (root / UNITS / "hawd.service").resolve()
    unit = dict(settings(root / UNITS / "hawd.service"))
    assert unit["BusName"] == lines["Name"]
    policy = xml.etree.ElementTree.parse(root / "usr/share/dbus-1/system.d/org.hawd.AddressWidth1.conf").getroot()
    owners = {p.get("user"): [a.get("own") for a in p.findall("allow") if a.get("own")] for p in policy.findall("policy")}
    assert owners == {unit["User"]: [lines["Name"]], None: []}
    assert not any("own" in a.attrib for p in policy.findall("policy[@context]") for a in p)


def xml_files():
    return sorted([*(BUILD / "dbus").glob("*.xml"), *(TOP / "dbus").glob("*.conf"), *(TOP / "dbus").glob("*.policy")])


@pytest.mark.parametrize("path", xml_files(), ids=lambda p: p.name)
def test_well_formed(path):
    assert len(xml_files()) == 5
    xml.etree.ElementTree.parse(path)
    if shutil.which("xmllint"):
        done = run("xmllint", "--nonet", "--noout", path)
        assert (done.returncode, done.stderr) == (0, "")


def test_polkit_action():
    policy = xml.etree.ElementTree.parse(TOP / "dbus" / "org.hawd.AddressWidth1.policy").getroot()
    actions = [a.get("id") for a in policy.findall("action")]
    asked = re.findall(r'#define HAWD_POLKIT_\w+ "([^"]+)"', (TOP / "dbus" / "names.h").read_text(encoding="utf-8"))
    assert actions == asked and actions


def test_bus_takes_the_policy(root, tmp_path):
    """dbus-daemon reads the file without a word once the user exists."""
    need("dbus-daemon")
    policy = (root / "usr/share/dbus-1/system.d/org.hawd.AddressWidth1.conf").read_text(encoding="utf-8")
    (tmp_path / "hawd.conf").write_text(policy.replace('user="hawd"', f'user="{pwd.getpwuid(os.getuid()).pw_name}"'), encoding="utf-8")
    (tmp_path / "bus.conf").write_text(
        '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"'
        ' "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">'
        f"<busconfig><type>system</type><listen>unix:path={tmp_path}/bus</listen><auth>EXTERNAL</auth>"
        '<policy context="default"><allow user="*"/><deny own="*"/><deny send_type="method_call"/><allow send_type="signal"/>'
        '<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>'
        '<allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/>'
        '<allow send_destination="org.freedesktop.DBus"/></policy>'
        f"<include>{tmp_path}/hawd.conf</include></busconfig>", encoding="utf-8")
    bus = subprocess.Popen(["dbus-daemon", f"--config-file={tmp_path}/bus.conf", "--nofork", "--print-address"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = bus.stdout.readline().strip()
        assert address.startswith("unix:"), bus.stderr.read()

        def request(name):
            return run("busctl", f"--address={address}", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                       "RequestName", "su", name, "0")
        need("busctl")
        assert request("org.hawd.AddressWidth1").stdout == "u 1\n"
        assert "not allowed" in request("org.hawd.AddressWidth2").stderr.lower().replace("denied", "not allowed")
    finally:
        bus.terminate()
        said = bus.communicate(timeout=10)[1]
    # It may well say that it cannot raise its limit of files.
    assert "Unknown" not in said and "hawd.conf" not in said


# ── users and directories ────────────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture(name="populated")
def fixture_populated(root, tmp_path):
    """A root on which sysusers and tmpfiles have run. uid and gid of hawd are read back from it."""
    need("systemd-sysusers")
    need("systemd-tmpfiles")
    if os.geteuid() != 0:
        pytest.skip("owners want root")
    for name in ("sysusers.d", "tmpfiles.d"):
        shutil.copytree(root / "usr/lib" / name, tmp_path / "usr/lib" / name)
    (tmp_path / "etc").mkdir()
    (tmp_path / "run").mkdir()
    # A user of the same numbers on this host must not help: an empty base but for root.
    (tmp_path / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n", encoding="utf-8")
    (tmp_path / "etc/group").write_text("root:x:0:\n", encoding="utf-8")
    for program in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"]):
        done = run(program[0], f"--root={tmp_path}", *program[1:])
        assert done.returncode == 0, done.stderr
    return tmp_path


def test_user(populated):
    user = next(line.split(":") for line in (populated / "etc/passwd").read_text(encoding="utf-8").splitlines() if line.startswith("hawd:"))
    assert int(user[2]) > 0 and user[6].endswith(("/nologin", "/false"))
    shadow = next(line.split(":") for line in (populated / "etc/shadow").read_text(encoding="utf-8").splitlines() if line.startswith("hawd:"))
    assert shadow[1].startswith(("!", "*"))
    groups = {line.split(":")[0]: line.split(":")[3] for line in (populated / "etc/group").read_text(encoding="utf-8").splitlines()}
    # /dev/kvm is kvm's on Debian; a unit that names a group which does not exist does not start.
    assert groups["kvm"] == "hawd" and "hawd" in groups


def test_directories(populated):
    """The collector, which is root, writes only where nobody else does; the service reads that and writes elsewhere."""
    group = {line.split(":")[0]: int(line.split(":")[2]) for line in (populated / "etc/group").read_text(encoding="utf-8").splitlines()}
    user = {line.split(":")[0]: int(line.split(":")[2]) for line in (populated / "etc/passwd").read_text(encoding="utf-8").splitlines()}

    def owner(path):
        st = (populated / path).lstat()
        return stat.filemode(st.st_mode), st.st_uid, st.st_gid

    assert owner("run/hawd") == ("drwxr-xr-x", 0, 0)
    # No bit for others, none to write for the group; what is made in it belongs to the group.
    assert owner("run/hawd/private") == ("drwxr-s---", 0, group["hawd"])
    assert owner("run/hawd/state") == ("drwxr-xr-x", user["hawd"], group["hawd"])
    links = {p.name: os.readlink(p) for p in (populated / "run/hawd").iterdir() if p.is_symlink()}
    # These two outlive the service, and are there before it has ever run.
    for name in ("summary.json", "metrics.prom"):
        assert links.pop(name) == f"state/{name}"
        assert owner(f"run/hawd/state/{name}") == ("-rw-r--r--", user["hawd"], group["hawd"])
    assert all(target == f"state/current/{name}" for name, target in links.items())
    # That these are the files of a generation is bus-values' to show.
    assert len(links) > 5


def test_collector_stays_unread(populated, root):
    """What the installed collector leaves: the service's group reads it, others do not, and its lock is root's alone."""
    tree = populated / "host"
    for path in ("proc", "sys/bus/pci/devices", "sys/firmware/acpi/tables", "hawd"):
        (tree / path).mkdir(parents=True)
    (tree / "proc/iomem").write_text("00000000-0009ffff : System RAM\n", encoding="ascii")
    done = run(root / "usr/libexec/hawd/hawd-collect", f"--root={tree}", f"--output={populated}/run/hawd/private")
    assert done.returncode == 0, done.stderr
    private = populated / "run/hawd/private"
    group = private.stat().st_gid
    seen = {str(p.relative_to(private)): (stat.filemode(p.stat().st_mode), p.stat().st_gid) for p in private.rglob("*")}
    assert seen.pop("lock")[0] == "-rw-------"
    assert seen.pop("requests") == ("drwxr-s---", group)
    assert seen == {"proc": ("drwxr-s---", group), "proc/iomem": ("-rw-r-----", group)}


@pytest.mark.parametrize("unit,log,kept", [("virtio0", "virtio_iommu virtio0: input address: 39 bits\n", True), ("virtio0", "", True),
                                           ("dmar0", "virtio_iommu virtio0: input address: 39 bits\n", False)])
def test_collector_keeps_what_the_log_lost(populated, root, unit, log, kept):
    """A virtio-iommu's width is collected; a log that wrapped around takes nothing away; without such a unit none is looked at."""
    tree, private = populated / "host", populated / "run/hawd/private"
    (tree / "sys/class/iommu").mkdir(parents=True)
    (tree / "hawd").mkdir()
    (tree / f"sys/class/iommu/{unit}").symlink_to(f"../../devices/pci0000:00/0000:00:05.0/{unit}/iommu/{unit}")
    collect = (root / "usr/libexec/hawd/hawd-collect", f"--root={tree}", f"--output={private}")
    for text in (log or "virtio_iommu virtio0: input address: 39 bits\n", log):
        (tree / "hawd/kernel-log").write_text(text, encoding="ascii")
        assert run(*collect).returncode == 0
    path = private / "hawd/kernel-log"
    assert path.exists() == kept and (not kept or path.read_text(encoding="ascii") == "virtio_iommu virtio0: input address: 39 bits\n")


@pytest.mark.parametrize("architecture,kept", [("aarch64", True), ("x86_64", False)])
def test_collector_reads_the_log_of_arm64(populated, root, architecture, kept):
    """An SMMU's and KVM's lines, also without an IOMMU: KVM's mode and limit are nowhere else."""
    tree, private = populated / "host", populated / "run/hawd/private"
    (tree / "hawd").mkdir(parents=True)
    (tree / "hawd/host").write_text(f"architecture {architecture}\n", encoding="ascii")
    log = "arm-smmu-v3 9050000.smmuv3: oas 44-bit (features 0x00008305)\nkvm [1]: IPA Size Limit: 44 bits\n"
    (tree / "hawd/kernel-log").write_text(log, encoding="ascii")
    assert run(root / "usr/libexec/hawd/hawd-collect", f"--root={tree}", f"--output={private}", "--kernel-log").returncode == 0
    path = private / "hawd/kernel-log"
    assert path.exists() == kept and (not kept or path.read_text(encoding="ascii") == log)
    unit = settings(root / UNITS / "hawd-collect-log.service")
    assert ("ConditionArchitecture", "|arm64") in unit and ("ConditionPathExistsGlob", "|/sys/bus/virtio/drivers/virtio_iommu/virtio*") in unit


@pytest.mark.parametrize("features,kept", [("00000800", True), ("000002f1", False)])
def test_collector_reads_what_xen_says(populated, root, features, kept):
    """In dom0 only. Two units may have equal registers, and a ring that has lost its beginning takes nothing away."""
    tree, private = populated / "host", populated / "run/hawd/private"
    (tree / "hawd").mkdir(parents=True)
    (tree / "sys/hypervisor/properties").mkdir(parents=True)
    (tree / "sys/hypervisor/type").write_text("xen\n", encoding="ascii")
    (tree / "sys/hypervisor/properties/features").write_text(f"{features}\n", encoding="ascii")
    (tree / "hawd/xen").write_text("version 4.17\nreserved none\n", encoding="ascii")
    units = [f"(XEN) [VT-D]drhd->address = {address}\n(XEN) [VT-D]cap = d2008c40660462 ecap = f050da\n" for address in ("fed90000", "fed91000")]
    for log in ("".join(units), units[1]):
        (tree / "hawd/xen-log").write_text(log, encoding="ascii")
        assert run(root / "usr/libexec/hawd/hawd-collect", f"--root={tree}", f"--output={private}", "--xen").returncode == 0
    assert (private / "hawd/xen").exists() == (private / "hawd/xen-log").exists() == kept
    if kept:
        assert (private / "hawd/xen").read_text(encoding="ascii") == "version 4.17\nreserved none\n"
        assert (private / "hawd/xen-log").read_text(encoding="ascii") == "".join(units)


# ── udev ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_rule(root):
    """By udev(7): known keys and operators only, every GOTO has its LABEL further down, programs by absolute path."""
    rule = root / RULE
    lines = [line for line in rule.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    labels, jumps = {}, []
    for number, line in enumerate(lines):
        for token in re.split(r",\s*", line):
            key = re.fullmatch(r'(ENV\{[A-Z_]+\}|TEST|SUBSYSTEM|ACTION|KERNEL)(?:==|!=)"[^"]*"|(RUN)\+="(/[^"]*)"|(GOTO|LABEL)="(\w+)"', token)
            assert key, token
            if key[4] == "LABEL":
                labels[key[5]] = number
            elif key[4]:
                jumps.append((key[5], number))
    assert jumps and all(labels[label] > number for label, number in jumps)
    asks = [line for line in lines if "RUN" in line]
    assert {re.search(r'SUBSYSTEM=="(\w+)"', line)[1] for line in asks} == {"pci", "msr", "memory"}
    # Only a device's address comes from the event, and the kernel makes it: no property that a device could fill.
    assert {v for line in asks for v in re.findall(r"[$%][\w{}]+", line)} == {"$kernel"}
    # Nothing of hawd's runs in udev's service: the collector has a sandbox of its own.
    path = dict(settings(root / UNITS / "hawd-collect-changes.path"))["DirectoryNotEmpty"]
    assert {re.search(r'RUN\+="([^"]*)/', line)[1] for line in asks} == {f"/bin/touch {path}"}
    assert f'TEST!="{path}"' in "".join(lines) and os.access("/bin/touch", os.X_OK)
    if shutil.which("udevadm") and run("udevadm", "verify", "--help").returncode == 0:
        done = run("udevadm", "verify", "--no-style", rule)
        assert done.returncode == 0, done.stderr
