"""hawctl baseline of hosts where Xen runs the guests (tests/trees/hosts_xen.py). Regions are those of Xen's answers in the tree. Beside them,
writes to the MSI range are interrupts (Intel SDM volume 3, 11.11.1), and AMD's IOMMUs map nothing in the range below 1 TiB (AMD I/O
Virtualization Technology specification, 2.1.2)."""
import json
import pathlib
import subprocess
import tempfile

import hosts_intel
import hosts_xen
from baseline_fleets import HAWCTL, answer, run
from tree import Tree

MSI = ("0xfee00000", "0xfeefffff")
HYPERTRANSPORT = ("0xfd00000000", "0xffffffffff")


def fleet(place, *builds):
    """A host of each, with names of their own."""
    path = place / "fleet.jsonl"
    with open(path, "w", encoding="utf-8") as file:
        for i, build in enumerate(builds):
            root = pathlib.Path(tempfile.mkdtemp(dir=place))
            build(Tree(root))
            done = subprocess.run([HAWCTL, "describe", f"--root={root}", "--json=short"], check=True, capture_output=True, timeout=60)
            document = json.loads(done.stdout)
            document["host"] |= {"hostname": f"host{i}", "machineId": f"{i:032x}"}
            file.write(json.dumps(document) + "\n")
    return path


def regions(document):
    return {(region["start"], region["end"]): region["hosts"] for region in document["reserved"]["regions"]}


def test_regions(tmp_path):
    """Of VT-d two, one of which two devices share; of AMD's unit one. The range below 1 TiB is AMD's alone."""
    intel, amd = ("0x60000000", "0x6000ffff"), ("0x70000000", "0x7000ffff")
    document = answer(fleet(tmp_path, hosts_xen.xen_dom0_pv_intel))
    assert regions(document) == {intel: 1, amd: 1, MSI: 1}
    assert document["reserved"]["unknown"] == 0 and "reservedIova" not in [gap["what"] for gap in document["unknown"]]
    assert regions(answer(fleet(tmp_path, hosts_xen.xen_dom0_ivmd))) == {amd: 1, MSI: 1, HYPERTRANSPORT: 1}
    # Cut off at the 46 bits of the Intel host, which is above.
    both = answer(fleet(tmp_path, hosts_xen.xen_dom0_pv_intel, hosts_xen.xen_dom0_ivmd))
    assert regions(both) == {intel: 1, amd: 2, MSI: 2, HYPERTRANSPORT: 1}


def test_unknown_regions(tmp_path):
    """Xen was not asked."""
    document = answer(fleet(tmp_path, hosts_xen.xen_dom0_silent))
    assert document["reserved"] == {"bits": None, "unknown": 1, "regions": []}
    assert ("reservedIova", "xen") in [(gap["what"], gap["reason"]) for gap in document["unknown"]]


def test_settings(tmp_path):
    """They are for guests of KVM, which a host of Xen has none of: it is no reason against them."""
    alone = fleet(tmp_path, hosts_xen.xen_dom0_pv_intel, hosts_xen.xen_dom0_pvh)
    assert answer(alone)["settings"] == [] and answer(alone, "--for-width=40")["settings"] == []
    for words in ([], ["--settings"], ["--for-width=40"]):
        assert run(alone, *words).stdout.endswith("No settings: they are for guests of KVM, and Xen runs the guests of all hosts.\n")
    both = fleet(tmp_path, hosts_xen.xen_dom0_pv_intel, hosts_xen.xen_dom0_pvh, hosts_intel.client_46_39)
    for settings in answer(both)["settings"]:
        assert all(one["hosts"] == 1 and "Xen" not in (one["unsafe"]["text"] or "") for one in settings["settings"])
        assert {one["name"]: one["text"] for one in settings["settings"]}["-cpu host"] == f"-cpu host,host-phys-bits-limit={settings['bits']}"
    assert "\nNot for 2 hosts where Xen runs the guests: settings are for guests of KVM.\n" in run(both).stdout
    assert "Not for" not in run(fleet(tmp_path, hosts_intel.client_46_39)).stdout
