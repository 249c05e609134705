"""Labels for Node Feature Discovery: as its reader takes lines apart, by the rules of Kubernetes for keys and values, and with
kubectl; and the units that write them."""
import json
import os
import re
import shutil
import subprocess

import pytest

import hosts_intel
import hosts_other
from consumers import EXAMPLES, HAWCTL, HOSTS, export, host, program, run
from exported import exported

NAMES = {"cpuPhysicalBits": "cpu-physical-bits", "hostPhysicalBits": "host-physical-bits", "guestPhysicalBits": "guest-physical-bits",
         "guestMappableBits": "guest-mappable-bits", "iovaBits": "iova-bits", "safeGuestBits": "safe-guest-bits",
         "safeGuestBitsWithDevices": "safe-guest-bits-with-devices"}
LADDERS = {"guest-bits": "safeGuestBits", "guest-bits-with-devices": "safeGuestBitsWithDevices", "iova-bits": "iovaBits"}
STEPS = (36, 39, 40, 42, 43, 44, 45, 46, 47, 48, 51, 52, 57)


def labels(text):
    """As NFD reads a feature file: lines, comments, KEY[=VALUE]. No directives are used."""
    assert text.endswith("\n") and len(text.encode()) < 65536 and not re.search(r"^#\s*\+", text, re.M)
    pairs = [line.partition("=") for line in text.splitlines() if line and not line.startswith("#")]
    assert len({key for key, _, _ in pairs}) == len(pairs), "a key is there twice"
    return {key: value if equal else "true" for key, equal, value in pairs}


def assert_valid(key, value):
    """Kubernetes: IsQualifiedName and IsValidLabelValue (k8s.io/apimachinery, pkg/util/validation)."""
    prefix, _, name = key.rpartition("/")
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", prefix) and len(prefix) <= 253
    assert re.fullmatch(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]", name) and len(name) <= 63, key
    assert re.fullmatch(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", value) and len(value) <= 63, (key, value)
    # NFD refuses this one.
    assert not prefix.endswith("kubernetes.io")


@pytest.mark.parametrize("build", HOSTS, ids=lambda build: build.__name__)
def test_labels(build, tmp_path):
    """Against the profile, width by width; what is known is a plain integer, what is unknown is no number and no step."""
    root = host(build, tmp_path / "tree")
    found = labels(export("nfd", root))
    for key, value in found.items():
        assert_valid(key, value)
    widths = exported(json.loads(run(HAWCTL, "describe", f"--root={root}").stdout))
    wanted = {}
    for key, name in NAMES.items():
        value, reason = widths[key]
        wanted |= {f"hawd.org/{name}": str(value)} if value is not None else {f"hawd.org/{name}-unknown": reason}
    for name, key in LADDERS.items():
        wanted |= {f"hawd.org/{name}-ge-{step}": "true" for step in STEPS if step <= (widths[key][0] or 0)}
    keys = {key: found.pop(f"hawd.org/{key}", None) for key in ("class", "pool")}
    assert found == wanted
    summary = json.loads(export("ansible", root))
    assert keys["class"] == summary["class"][:12] and keys["pool"] == (summary["pool"] or "")[:12].strip() or (keys["pool"] is None and summary["pool"] is None)


def test_by_hand(tmp_path):
    """46 bits, and 39 with devices (tests/trees/hosts_intel.py); and a host whose IOMMU is unknown."""
    found = labels(export("nfd", host(hosts_intel.client_46_39, tmp_path / "client")))
    assert found["hawd.org/safe-guest-bits"] == "46" and found["hawd.org/safe-guest-bits-with-devices"] == "39"
    assert found["hawd.org/guest-bits-ge-46"] == "true" and "hawd.org/guest-bits-ge-47" not in found
    assert found["hawd.org/guest-bits-with-devices-ge-39"] == "true" and "hawd.org/guest-bits-with-devices-ge-40" not in found
    found = labels(export("nfd", host(hosts_other.bare, tmp_path / "bare")))
    assert found["hawd.org/iova-bits-unknown"] == "ambiguous" and "hawd.org/iova-bits" not in found
    assert not [key for key in found if "-ge-" in key] and "hawd.org/pool" not in found


NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node", "labels": {"other": "stays"}}}


def test_kubectl(tmp_path):
    """kubectl takes all labels at once, and refuses what is none."""
    kubectl = program("kubectl")
    (tmp_path / "node.json").write_text(json.dumps(NODE), encoding="utf-8")

    def label(*words):
        return run(kubectl, "label", "--local", "-f", tmp_path / "node.json", "-o", "json", *words, env=os.environ | {"HOME": str(tmp_path), "KUBECONFIG": "/dev/null"})
    for build in (hosts_intel.client_46_39, hosts_other.bare):
        found = labels(export("nfd", host(build, tmp_path / build.__name__)))
        done = label(*(f"{key}={value}" for key, value in found.items()))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["metadata"]["labels"] == found | {"other": "stays"}
    assert label("hawd.org/digest=a:b").returncode != 0


def test_replaced_as_a_whole(tmp_path):
    """NFD ignores names that begin with a dot, so it never sees half of the labels under another name."""
    root = host(hosts_intel.client_46_39, tmp_path / "tree")
    (tmp_path / "features.d").mkdir()
    file = tmp_path / "features.d" / "hawd"
    file.write_text("hawd.org/guest-bits-ge-52=true\n", encoding="ascii")
    if shutil.which("strace"):
        done = run("strace", "-f", "-qq", "-e", "trace=openat,rename", HAWCTL, "export", "nfd", f"--root={root}", f"--output={file}")
        written = re.findall(r'openat\(AT_FDCWD, "([^"]*features\.d[^"]*)", [^)]*O_CREAT', done.stderr)
        # strace may not trace here.
        assert done.returncode or (written and all("/features.d/." in name for name in written)), done.stderr[-2000:]
    assert run(HAWCTL, "export", "nfd", f"--root={root}", f"--output={file}").returncode == 0
    assert file.read_text(encoding="ascii") == export("nfd", root) and os.listdir(file.parent) == ["hawd"]


def test_units(tmp_path):
    """systemd reads them without a word, and the path is the file that the service writes."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    for name in ("hawd-nfd.service", "hawd-nfd.path"):
        text = (EXAMPLES / name).read_text(encoding="utf-8").replace("ExecStart=hawctl", f"ExecStart={HAWCTL}")
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / "hawd-nfd.service", tmp_path / "hawd-nfd.path"],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    path = re.search(r"^PathChanged=(.*)$", (EXAMPLES / "hawd-nfd.path").read_text(encoding="utf-8"), re.M)[1]
    assert f"f {path} " in (EXAMPLES.parent / "systemd/hawd.tmpfiles").read_text(encoding="utf-8")
