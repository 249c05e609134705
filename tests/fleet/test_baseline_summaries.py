"""hawctl baseline of hosts that are known by their summary only, alone and beside profiles."""
import dataclasses
import json
import subprocess

import pytest

from baseline_fleets import CORE, DOCUMENTS, HAWCTL, XEON, answer, fleet, intel, run, screen
from fleet_kinds import MSI, Group


def summary(place, document):
    (place / "profile.json").write_text(json.dumps(document), encoding="utf-8")
    done = subprocess.run([HAWCTL, "export", "ansible", str(place / "profile.json")], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_pools_of_summaries(tmp_path):
    """A summary is in the pool of its key only if what it says of the host is what the others of the pool have."""
    real = DOCUMENTS.document(XEON, 1, "real", f"{1:032x}") | {"digest": f"{1:064x}"}
    told = summary(tmp_path, DOCUMENTS.document(XEON, 1, "told", f"{2:032x}") | {"digest": f"{2:064x}"})
    assert told["pool"]
    known, unknown = {"value": 39, "reason": None}, {"value": None, "reason": "permission"}
    narrow, unread, amd = json.loads(json.dumps([told] * 3))
    for name in ("guestPhysicalBits", "guestMappableBits", "safeGuestBits", "safeGuestBitsWithDevices"):
        narrow["widths"][name] = known
    for name in ("guestPhysicalBits", "safeGuestBits", "safeGuestBitsWithDevices"):
        unread["widths"][name] = unknown
    amd["host"]["cpuVendor"] = "AuthenticAMD"
    for number, document in enumerate((narrow, unread, amd)):
        document["host"] |= {"hostname": f"forged{number}", "machineId": f"{number + 3:032x}"}
    path = tmp_path / "fleet.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in (real, told, narrow, unread, amd)), encoding="utf-8")
    done = run(path, "-j")
    assert done.returncode == 0, done.stderr
    pools = json.loads(done.stdout)["pools"]
    assert sorted(pool["hosts"] for pool in pools) == [1, 1, 2]
    assert {tuple(pool["examples"]) for pool in pools} == {("real", "told"), ("forged0",), ("forged2",)}


def test_summary_of_a_profile(tmp_path):
    """Of a profile and its own summary the profile counts, without a message; of others the last, with one."""
    real = DOCUMENTS.document(XEON, 1, "a", f"{1:032x}") | {"digest": f"{1:064x}"}
    told = summary(tmp_path, real)
    narrow = json.loads(json.dumps(told))
    for name in ("guestPhysicalBits", "guestMappableBits", "safeGuestBits", "safeGuestBitsWithDevices"):
        narrow["widths"][name] = {"value": 39, "reason": None}
    path = tmp_path / "fleet.jsonl"

    def ask(*documents):
        path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
        done = run(path, "-j")
        (only,) = json.loads(done.stdout)["classes"]
        return only["widths"]["guestPhysicalBits"], [gap["what"] for gap in only["unknown"]], done.stderr

    assert ask(real, told) == ask(told, real) == (46, [], "")
    assert ask(real, narrow) == (39, ["profile"], f"hawctl: {path}:2: host a was read before, at {path}:1, as a profile; "
                                 "this summary differs and counts\n")
    assert ask(narrow, real) == (46, [], f"hawctl: {path}:2: host a was read before, at {path}:1, as a summary that differs; "
                                 "this profile counts\n")


def test_summaries(tmp_path):
    """They have widths and pools. What they do not have is said, and is no "no"."""
    path = fleet(tmp_path, (XEON, 2, "old"), (CORE, 1, "core"), (intel("Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz", 36, None), 1, "none"))
    summaries = tmp_path / "summaries.jsonl"
    with open(summaries, "w", encoding="utf-8") as file:
        for i, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            (tmp_path / f"{i}.json").write_text(line, encoding="utf-8")
            done = subprocess.run([HAWCTL, "export", "ansible", tmp_path / f"{i}.json"], capture_output=True, text=True, check=True)
            file.write(json.dumps(json.loads(done.stdout)) + "\n")
    whole, short = answer(path), answer(summaries)
    assert (whole["summaries"], short["summaries"]) == (0, 4)
    for key in ("hosts", "architectures", "vendors", "guest", "withDevices", "noPool"):
        assert short[key] == whole[key], key
    assert [pool["hosts"] for pool in short["pools"]] == [pool["hosts"] for pool in whole["pools"]] == [2, 1, 1]
    assert [(gap["what"], gap["hosts"]) for gap in short["unknown"]] == [("profile", 4)]
    assert short["reserved"] == {"bits": 39, "unknown": 4, "regions": []}
    text = screen(summaries)
    assert "4 of them known by a summary" in text and "all but the widths of 4 hosts (only a summary was read), such as" in " ".join(text.split())
    assert "reserved" not in text and "cannot be assigned on 1 host: no IOMMU is in use" in text
    # A summary of another host whose class is there as a whole lacks nothing.
    summaries.write_text(summaries.read_text(encoding="utf-8").splitlines()[0].replace("old1", "other").replace(f"{1:032x}", "f" * 32) + "\n", encoding="utf-8")
    both = answer(path, summaries)
    assert (both["hosts"], both["summaries"], both["unknown"]) == (5, 0, [])


@pytest.mark.parametrize("assignable,bits,unknown,impossible", [(True, 39, 0, 0), (False, None, 0, 1), (None, None, 1, 0)])
def test_summary_of_what_can_be_assigned(tmp_path, assignable, bits, unknown, impossible):
    """A summary has no width with devices where VFIO refuses them all, or may: nothing takes that for a host with devices."""
    path, summary = tmp_path / "profile.json", tmp_path / "summary.json"
    why = None if assignable else "direct-region"
    kind = dataclasses.replace(CORE, groups=(Group((MSI,), assignable, why, bits=39),))
    path.write_text(json.dumps(DOCUMENTS.document(kind, 1, "one", "1" * 32) | {"digest": "1" * 64}), encoding="utf-8")
    summary.write_text(subprocess.run([HAWCTL, "export", "ansible", path], capture_output=True, text=True, check=True).stdout, encoding="utf-8")
    width = answer(summary)["withDevices"]
    assert (width["bits"], width["unknown"], width["impossible"]) == (bits, unknown, impossible)
    assert json.loads(summary.read_text(encoding="utf-8"))["widths"]["safeGuestBitsWithDevices"]["value"] == bits
