"""The tables of CPU widths (profile/model), made again from the data by tools/cpu-models; and what they say, against the data
counted in another way."""
import csv
import importlib.machinery
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

import release

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])
CORPUS = pathlib.Path(os.environ["HAWD_CORPUS"])
TABLES = TOP / "profile" / "model"
MAPS = ["installed", "trixie"] + (["sid"] if "HAWD_TEST_ALL" in os.environ else [])

sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("cpu_models", str(TOP / "tools" / "cpu-models"))
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("cpu_models", loader))
loader.exec_module(tool)


def need_corpus():
    if not (CORPUS / "cpu-widths-lscpu.csv").exists():
        pytest.skip(f"no data of real machines in {CORPUS}")


def committed_seen():
    """{(vendor, family, model): {bits: (hosts, dumps)}}"""
    rows = re.findall(r"^        \{ CPU_VENDOR_(\w+), (\d+), (\d+), \{ (.*) \} \},$", (TABLES / "seen.c").read_text(encoding="utf-8"), re.M)
    return {(vendor, int(family), int(model)): {int(bits): (int(hosts), int(dumps)) for bits, hosts, dumps in
                                                re.findall(r"\{ (\d+), (\d+), (\d+) \}", widths)} for vendor, family, model, widths in rows}


def committed_named():
    rows = re.findall(r'^        \{ "([\w-]+)", CPU_VENDOR_(\w+), (\d+), \{ (.*) \} \},$', (TABLES / "named.c").read_text(encoding="utf-8"), re.M)
    found = {name: {(vendor, int(f), int(m)) for f, m in re.findall(r"\{ (\d+), (\d+) \}", cpus)} for name, vendor, _, cpus in rows}
    assert all(int(n) == len(found[name]) for name, _, n, _ in rows) and len(found) > 40
    return found


def test_seen_is_made_again():
    need_corpus()
    assert tool.seen_text(tool.seen(CORPUS)) == (TABLES / "seen.c").read_text(encoding="utf-8")


@pytest.mark.parametrize("suite", MAPS)
def test_named_is_made_again(suite):
    """What this libvirt knows is in the table; a newer one may know more models than an older one."""
    try:
        folder = pathlib.Path("/") if suite == "installed" else release.tree(suite, ["libvirt-common"], closure=False)
    except release.Missing as why:
        pytest.skip(str(why))
    folder = folder / "usr" / "share" / "libvirt" / "cpu_map"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    real, named = committed_seen(), committed_named()
    theirs = tool.of_libvirt(folder)
    assert len(theirs) > 20
    for name, cpus in theirs.items():
        # A signature that no machine has (Opteron_G3) may be replaced by QEMU's.
        assert named[name] == cpus or (not cpus & real.keys() and named[name] & real.keys()), name


def test_totals():
    """No host is lost or counted twice."""
    need_corpus()
    with open(CORPUS / "cpu-widths-lscpu.csv", encoding="utf-8", newline="") as file:
        total = sum(int(row["hosts"]) for row in csv.DictReader(file))
    assert total == 48716 == sum(hosts for widths in committed_seen().values() for hosts, _ in widths.values())


def test_known_pairs():
    """Counts that were read off the data by hand."""
    seen = committed_seen()
    assert {bits: n[0] for bits, n in seen["AMD", 23, 96].items()} == {44: 295, 48: 772}
    assert {bits: n[0] for bits, n in seen["INTEL", 6, 44].items()} == {36: 29, 40: 159}
    assert seen["INTEL", 6, 143] == {46: (0, 1), 52: (0, 1)}
    assert set(seen["INTEL", 6, 151]) == {39, 46} and set(seen["INTEL", 6, 42]) == {36} and set(seen["INTEL", 6, 45]) == {46}
    assert set(seen["INTEL", 6, 173]) == {52} == set(seen["AMD", 25, 17]) and set(seen["AMD", 25, 1]) == {48}


@pytest.mark.skipif(not shutil.which("cpuid"), reason="no cpuid program here")
def test_families_against_cpuid():
    """Family and model of dumps, as the cpuid program computes them."""
    need_corpus()
    dumps = sorted((CORPUS / "cpuid").glob("*.txt"))[::7]
    assert len(dumps) > 40
    for path in dumps:
        leaf = re.search(r"^\s*0x00000001 0x00: eax=0x([0-9a-f]{8})", path.read_text(encoding="ascii", errors="replace"), re.M)
        if not leaf:
            continue
        said = subprocess.run(["cpuid", "-1", "-f", path], capture_output=True, text=True, check=True).stdout
        family, model = (re.search(rf"\({word} synth\) +=.*\((\d+)\)", said) for word in ("family", "model"))
        assert (int(family[1]), int(model[1])) == tool.family_and_model(int(leaf[1], 16)), path.name
@pytest.mark.parametrize("suite", MAPS)
def test_every_version_is_a_model(suite):
    """The names that libvirt has signatures for, all versions, lead to a row of QEMU's models with hardware."""
    hawctl = os.environ["HAWCTL"]
    try:
        folder = pathlib.Path("/") if suite == "installed" else release.tree(suite, ["libvirt-common"], closure=False)
    except release.Missing as why:
        pytest.skip(str(why))
    files = sorted((folder / "usr" / "share" / "libvirt" / "cpu_map").glob("x86_*.xml"))
    names = [path.stem[4:] for path in files if "<signature" in path.read_text(encoding="utf-8")]
    if not names:
        pytest.skip("no cpu_map")
    done = subprocess.run([hawctl, "models", "--local", "--json=short", *names], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
