"""A class is all that guests meet of a host: of every host tree, check, migration and compare say the same of the host and of its
class; and nothing that a class leaves out is read by a rule, whoever adds one later: for this three hosts are changed value by value,
six with HAWD_TEST_ALL."""
import json
import os
import random
import re
import subprocess

import pytest

import hosts_arm
import hosts_intel
import hosts_kernel
import hosts_other
from class_guests import cases, named, samples
from fleet_documents import Documents
from fleet_kinds import Corpus, draw_kinds, rng_of
from test_cases import CASES
from tree import Tree

HAWCTL, JUDGE, PRINT_GUEST = os.environ["HAWCTL"], os.environ["JUDGE_CLASS"], os.environ["PRINT_GUEST"]
TREES = hosts_intel.HOSTS + hosts_other.HOSTS + hosts_arm.HOSTS + hosts_kernel.HOSTS


def describe(build, path):
    build(Tree(path))
    return subprocess.run([HAWCTL, "describe", f"--root={path}", "--json=short"], check=True, capture_output=True, timeout=60).stdout.decode().strip()


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    return {build.__name__: describe(build, tmp_path_factory.mktemp("tree")) for build in TREES}


@pytest.fixture(scope="module")
def case_hosts(tmp_path_factory):
    return {case[0]: describe(case[1], tmp_path_factory.mktemp("case")) for case in CASES}


def valid(documents, path):
    """Those that hawctl reads: of the samples of a fuzz target not all are."""
    files = []
    for i, document in enumerate(documents):
        files.append(path / f"{i}.json")
        files[-1].write_text(json.dumps(document), encoding="utf-8")
    done = subprocess.run([PRINT_GUEST, "--each", *map(str, files)], check=True, capture_output=True, text=True, timeout=60)
    return [answer[1] for answer in map(json.loads, done.stdout.splitlines()) if isinstance(answer[1], dict)]


@pytest.fixture(scope="module")
def guests(tmp_path_factory):
    path = tmp_path_factory.mktemp("guests")
    own = cases()
    read = valid(own, path)
    assert len(read) == len(own)
    of_samples = [guest for guest in valid(samples(), path) if not named(guest)]
    assert len(of_samples) > 20
    (path / "all").write_text("".join(json.dumps(g) + "\n" for g in read + of_samples), encoding="utf-8")
    (path / "few").write_text("".join(json.dumps(g) + "\n" for g in read[::5] + read[-17:]), encoding="utf-8")
    (path / "cases").write_text("".join(json.dumps(g) + "\n" for g in read), encoding="utf-8")
    return path


def judge(guests, lines):
    done = subprocess.run([JUDGE, str(guests)], input="".join(f"{name}\t{text}\n" for name, text in lines), capture_output=True, text=True,
                          timeout=280, check=False)
    print(done.stdout[-3000:])
    counts = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0 and counts["wrong"] == 0, done.stdout[:6000] + done.stderr
    return counts


def test_classes_of_trees(trees, guests):
    """The first is the host that guests leave, where that is asked."""
    counts = judge(guests / "cases", [("host " + name, text) for name, text in trees.items()])
    assert counts["hosts"] == len(trees) and counts["refused"] == 0


def test_classes_of_cases(case_hosts, guests):
    counts = judge(guests / "all", [("host " + name, text) for name, text in list(case_hosts.items())[::3]])
    assert counts["refused"] == 0


def test_classes_of_drawn_hosts(guests):
    """Kinds of hosts as real machines report them, with all that may be wrong with them."""
    kinds, _ = draw_kinds(rng_of(7), Corpus(os.environ.get("HAWD_CORPUS")), 40, 2.0)
    documents = Documents()
    lines = [(f"host {i}", json.dumps(documents.document(kind, 3, f"host{i}", f"{i:032x}") | {"digest": f"{i:064x}"})) for i, kind in enumerate(kinds)]
    assert judge(guests / "cases", lines)["hosts"] == 40


# ── what a class leaves out ───────────────────────────────────────────────────────────────────────────────────────────────────────

KERNELS = ["", "4.19.0", "5.10.0-30-amd64", "6.1.0-25-amd64", "6.2.16", "6.12.9", "6.19.1", "7.2.0", "6.8.0-1021-nvidia", "5.14.0-503.el9.x86_64", "x"]
REASONS = [None, "absent", "permission", "malformed", "not-applicable"]
WORDS = {"kind": ["none", "ept", "npt", "intel-vtd", "amd-vi", "other"], "assignableReason": [None, "direct-region", "bridges-only", "no-interrupt-remapping", "no-iommu", "unreadable"],
         "type": ["direct", "direct-relaxable", "reserved", "msi", "new-word", "DMA"], "kernel": KERNELS, "cpuVendor": ["GenuineIntel", "AuthenticAMD", "x", None],
         "architecture": ["x86_64", "aarch64", "i686", None], "backend": [None, "kvm_intel", "kvm_pvm"]}


def other_facts(fact, rng):
    value = fact["value"]
    if isinstance(value, bool) or value is None:
        values = [True, False, 39, 46, 48, 52, 0, 64]
    elif isinstance(value, int):
        values = [0, 1, 36, 39, 44, 48, 57, 64, value + 1, max(0, value - 1)]
    else:
        values = [hex(rng.getrandbits(64)), hex(int(value, 16) ^ 1 << rng.randrange(64))]
    for other in rng.sample(values, min(3, len(values))):
        yield fact | {"value": other, "provenance": "measured", "reason": None}
    yield fact | {"value": None, "provenance": "unknown", "reason": rng.choice(REASONS[1:])}
    if value is not None:
        yield fact | {"provenance": "assumed"}
        yield fact | {"source": "something else"}


def other_values(key, value, rng):
    if key.endswith("Reason") and key != "assignableReason" or key == "reason":
        yield from (r for r in REASONS if r != value)
    elif key in WORDS:
        yield from (w for w in WORDS[key] if w != value)
    elif isinstance(value, bool) or (value is None and key in ("assignable", "isolated", "acs", "sriov")):
        yield from (v for v in (True, False, None) if v is not value)
    elif isinstance(value, int):
        yield from (0, 1, value + 1, 39, 64, None)
    elif isinstance(value, str) and re.fullmatch("0x[0-9a-f]+", value):
        yield hex(int(value, 16) ^ 0x1000)
        yield hex(int(value, 16) // 2)
    elif isinstance(value, str):
        yield from ("other", value[:-1] + "x", None)
    else:
        yield "other"


def mutants(value, rng, path=()):
    """(path, the same with one value changed), for each value; of lists the first, the last and one more."""
    if isinstance(value, dict):
        if set(value) >= {"value", "provenance", "source", "reason"}:
            for other in other_facts(value, rng):
                yield path, other
            return
        for key, member in value.items():
            for where, other in mutants(member, rng, path + (key,)):
                yield where, value | {key: other}
    elif isinstance(value, list):
        if value:
            yield path, value[1:]
            yield path, value[:-1]
            yield path, value + value[-1:]
        for i in sorted({0, len(value) - 1, rng.randrange(len(value))} if value else ()):
            for where, other in mutants(value[i], rng, path + (str(i),)):
                yield where, value[:i] + [other] + value[i + 1:]
    else:
        for other in other_values(path[-1], value, rng):
            yield path, other


# Of Intel, of AMD with encryption, with units that differ; with a width that is assumed in two ways, and of encryption by Intel.
BASES = ["client_46_39", "epyc_sme", "mixed_units_no_remapping"]
if os.environ.get("HAWD_TEST_ALL"):
    BASES += ["amd_pgtbl_v2_between", "first_stage_only", "xeon_mktme"]


@pytest.mark.parametrize("base", BASES)
def test_left_out(base, trees, guests):
    """Every value of a document is changed, also of members that are added later. Where the class stays the same, so does what is
    said of the host to all guests."""
    rng = random.Random(base)
    document = json.loads(trees[base])
    lines = [("host " + base, trees[base])]
    lines += [("mutant " + ".".join(path), json.dumps(other)) for path, other in mutants(document, rng)]
    counts = judge(guests / "few", lines)
    assert counts["alike"] > 100


# ── pools ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pools(trees, case_hosts):
    """All pairs, also of hosts that differ in one thing that compare reads."""
    rng = random.Random(1)
    lines = list(trees.values()) + list(case_hosts.values())
    for base in rng.sample(sorted(trees), 6):
        document = json.loads(trees[base])
        for part in ("host", "widths", "paging"):
            lines += [json.dumps(document | {part: other}) for path, other in mutants(document[part], rng, (part,))
                      if path[-1] in ("architecture", "cpuVendor", "guestPhysicalBits", "guestMappableBits", "iovaBits", "capable")]
    done = subprocess.run([JUDGE, "--pools"], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    assert counts["hosts"] > 150 and counts["together"] > 100, counts
