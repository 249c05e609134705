"""hawctl models: the screen and the document, of one host and of fleets that are worked out by hand."""
import json
import os
import pathlib
import re
import subprocess

import jsonschema
import pytest

from guests import intel
from hosts_arm import raspberry_like
from place import nothing
from test_baseline import CORE, NEW_XEON, UNREAD, XEON, fleet
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("models.schema.json").read_text(encoding="utf-8"))


def run(*arguments, **environment):
    return subprocess.run([HAWCTL, "models", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False,
                          env=os.environ | {"LC_ALL": "C"} | environment)


def document(*arguments):
    done = run("--json=short", *arguments)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(answer)
    return answer


def model(answer, name):
    found, = (entry for entry in answer["models"] if entry["name"] == name)
    return found


@pytest.fixture
def client(tmp_path):
    """46 bits, and an IOMMU of 39."""
    intel(46, 39)(Tree(tmp_path / "client"))
    return f"--root={tmp_path}/client"


def held(answer, name):
    return {width["bits"]: (width["held"], width["heldWithDevices"]) for width in model(answer, name)["widths"]}


def test_one_host(client):
    answer = document(client)
    assert (answer["hosts"], answer["bits"], answer["bitsWithDevices"]) == (1, 46, 39)
    assert answer["unknown"] == answer["unknownWithDevices"] == answer["impossibleWithDevices"] == 0
    assert held(answer, "Broadwell") == {39: (1, 1), 46: (1, 0)} and held(answer, "EPYC-Genoa") == {52: (0, 0)}
    assert model(answer, "Broadwell")["cpus"] == [{"family": 6, "model": n} for n in (61, 71, 79, 86)]
    names = [entry["name"] for entry in answer["models"]]
    assert len(names) > 40 and len(set(names)) == len(names) and not {"host", "max", "base"} & set(names)


def test_default_of_qemu(client):
    """target/i386/cpu.c: 40 with long mode; 36 with PSE36, since 8.2 with PAE; else 32. The models' features are in
    tests/guest/test_models.py."""
    answer = document(client)
    for name, bits, old in [("Skylake-Server", 40, None), ("EPYC-Genoa", 40, None), ("qemu64", 40, None), ("kvm64", 40, None),
                            ("pentium3", 36, None), ("kvm32", 36, None), ("coreduo", 36, 32), ("n270", 36, 32), ("qemu32", 36, 32),
                            ("486", 32, None), ("pentium", 32, None)]:
        found = model(answer, name)
        assert (found["default"]["bits"], found["defaultBeforeQemu82"], found["longMode"]) == (bits, old, bits == 40), name
    assert model(answer, "Broadwell")["default"] == {"bits": 40, "hosts": 0, "dumps": 0, "held": 1, "heldWithDevices": 0}
    assert not model(answer, "qemu64")["cpus"] and not model(answer, "qemu64")["widths"]


def test_fleet(tmp_path):
    """Three hosts with 46 bits and IOMMUs, two of 52, one of 46 with an IOMMU of 39, one that cannot be read."""
    path = fleet(tmp_path, (XEON, 3, "xeon"), (NEW_XEON, 2, "new"), (CORE, 1, "core"), (UNREAD, 1, "unread"))
    answer = document(f"--fleet={path}")
    assert (answer["hosts"], answer["bits"], answer["unknown"], answer["unknownWithDevices"]) == (7, None, 1, 1)
    assert held(answer, "Broadwell") == {39: (6, 6), 46: (6, 5)} and held(answer, "SapphireRapids") == {46: (6, 5), 52: (2, 2)}
    text = run(f"--fleet={path}").stdout
    assert "unknown which guests 1 of 7 hosts hold" in text and re.search(r"^SapphireRapids .* 46 \(6\), 52 \(2\)$", text, re.M)
    known = document(f"--fleet={fleet(tmp_path, (XEON, 3, 'xeon'), (CORE, 1, 'core'))}")
    assert (known["bits"], known["bitsWithDevices"]) == (46, 39)


@pytest.mark.parametrize("assignable, unknown, impossible, text", [
    (False, 0, 1, "; it cannot assign devices"), (None, 1, 0, "; with assigned devices, this is unknown")])
def test_no_device_can_be_assigned(client, tmp_path, assignable, unknown, impossible, text):
    """VFIO refuses each group, or may: the width of the IOMMU counts for nothing."""
    profile = json.loads(subprocess.run([HAWCTL, "describe", client], capture_output=True, check=True).stdout)
    for group in profile["groups"]:
        group |= {"assignable": assignable, "assignableReason": "direct-region"}
    (tmp_path / "profile.json").write_text(json.dumps(profile), encoding="utf-8")
    answer = document(f"--fleet={tmp_path / 'profile.json'}")
    assert (answer["bits"], answer["bitsWithDevices"], answer["unknownWithDevices"], answer["impossibleWithDevices"]) == (46, None, unknown, impossible)
    assert held(answer, "Broadwell") == {39: (1, 0), 46: (1, 0)}
    assert text in " ".join(run(f"--fleet={tmp_path / 'profile.json'}").stdout.split())


def test_several_fleets_and_a_bad_line(tmp_path):
    path = fleet(tmp_path, (XEON, 3, "xeon"))
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n", encoding="utf-8")
    done = run(f"--fleet={path}", f"--fleet={bad}", "--json=short")
    assert done.returncode == 1 and "bad.jsonl:1" in done.stderr and json.loads(done.stdout)["hosts"] == 3


def test_versions_are_one_model(client):
    answer = document(client, "Haswell-noTSX-IBRS", "Haswell-v4", "Haswell", "EPYC-IBPB")
    assert [entry["name"] for entry in answer["models"]] == ["EPYC", "Haswell"]


def test_unknown_host(tmp_path):
    """Nothing is known: no width is held, and none is refused."""
    nothing(Tree(tmp_path / "host"))
    root = f"--root={tmp_path}/host"
    answer = document(root, "Broadwell")
    assert answer["bits"] is None and answer["unknown"] == 1 and held(answer, "Broadwell") == {39: (0, 0), 46: (0, 0)}
    text = run(root).stdout
    assert text.startswith("It is unknown which guests this host holds") and "none" not in text


def test_screen(client, tmp_path):
    many = fleet(tmp_path, (XEON, 40, "xeon"), (NEW_XEON, 2, "new"), (CORE, 10, "core"))
    for arguments in ([client], [client, "Broadwell", "n270", "qemu64"], [f"--fleet={many}"], [f"--fleet={many}", "Nehalem", "coreduo"]):
        done = run(*arguments, COLUMNS="80")
        assert done.returncode == 0 and done.stderr == ""
        assert not [line for line in done.stdout.splitlines() if len(line) > 80]
        plain = run(*arguments, "--no-legend", COLUMNS="80").stdout
        assert "MODEL" not in plain and "BITS" not in plain and plain


def test_each(client):
    lines = [line.split() for line in run(client, "Broadwell-v2").stdout.splitlines()]
    assert ["Broadwell:", "intel,", "family", "6", "model", "61,", "71,", "79,", "86"] in lines
    # The default of QEMU is between the widths of hardware.
    rows = lines[lines.index(["BITS", "HOSTS", "SEEN", "CPUID", "DUMPS", "QEMU", "THIS", "HOST", "WITH", "DEVICES"]) + 1:]
    assert [(row[0], row[-2:]) for row in rows] == [("39", ["yes", "yes"]), ("40", ["yes", "no"]), ("46", ["yes", "no"])]
    assert rows[1] == ["40", "-", "-", "default", "yes", "no"]


def test_arm64(tmp_path):
    """The models are x86's: none of them runs there, and the screen says so."""
    raspberry_like(Tree(tmp_path / "pi"))
    intel(46, 39)(Tree(tmp_path / "client"))
    answer = document(f"--root={tmp_path}/pi")
    assert (answer["hosts"], answer["bits"], answer["unknown"]) == (0, None, 0) and held(answer, "Broadwell") == {39: (0, 0), 46: (0, 0)}
    said = " ".join(run(f"--root={tmp_path}/pi", COLUMNS="80").stdout.split())
    assert said.startswith("These are CPU models of x86: KVM on this host does not run them. An arm64 guest has the address width of its host's KVM")
    said = " ".join(run(f"--fleet={tmp_path}/pi", f"--fleet={tmp_path}/client", COLUMNS="80").stdout.split())
    assert "KVM on 1 arm64 host does not run them" in said and "The x86 host holds guests of up to 46 address bits" in said
    answer = document(f"--fleet={tmp_path}/pi", f"--fleet={tmp_path}/client")
    assert answer["hosts"] == 1 and held(answer, "Broadwell") == {39: (1, 1), 46: (1, 0)}
