"""Guests on hosts whose SMMU has a width that is assumed: nothing above what is certain is safe, and the answer says what is assumed.
Memory of QEMU's virt begins at 1 GiB. An SMMUv3's output size is 40 bits or more on nearly all systems, VA_BITS of a kernel with pages
of 4 KiB at least 39 (arch/arm64/Kconfig)."""
import json

import pytest

import hosts_iort
import hosts_smmu
from guests import GIB
from place import run
from tree import MEMORY64, Tree

OF_ANOTHER = 36


def another_unit_of_36_bits(t):
    hosts_smmu.smmuv3_without_log(t)
    t.smmu(0x9070000, [], "9070000.smmuv3/iommu", 3)
    t.kernel_log(f"arm-smmu-v3 9070000.smmuv3: oas {OF_ANOTHER}-bit (features {hosts_smmu.STAGE_2})")


def with_bar(t):
    """Firmware places it at 512 GiB."""
    hosts_smmu.unit_host(t, "6.12.107", 48, hosts_smmu.smmuv3(hosts_smmu.BOTH), chip=hosts_smmu.ITS, address_bits=0,
                         bars=((0, 0x8000000000, 64 << 20, MEMORY64),))


def asked(path, build, gigabytes, *options, device=f"vfio-pci,host={hosts_smmu.DEVICE}"):
    host = path / f"host-{gigabytes}"
    build(Tree(host))
    return run("check", f"--root={host}", *options, "--", "qemu-system-aarch64", "-accel", "kvm", "-cpu", "host", "-M", "virt-10.0,gic-version=3",
               "-m", f"{gigabytes}G", "-object", f"memory-backend-ram,id=m,size={gigabytes}G,reserve=off", "-device", device)


def answer_of(path, build, gigabytes, **more):
    done = asked(path, build, gigabytes, "-j", **more)
    assert done.returncode in (0, 3), done.stderr
    answer = json.loads(done.stdout)
    return (answer["verdict"], [m for m in answer["missing"] if "assumed" in m],
            [note["text"] for note in answer["assumed"] if note["what"] == "iovaBits"])


# The least of what is certain, and how much memory ends there.
@pytest.mark.parametrize("build,bits", [
    (hosts_smmu.smmuv3_without_log, 40), (hosts_smmu.smmuv3_log_refused, 40), (hosts_smmu.smmuv3_kernel_of_39_bits_without_log, None),
    (hosts_smmu.smmuv3_address_bits_unknown, 39), (another_unit_of_36_bits, OF_ANOTHER)])
def test_memory_ends_at_what_is_certain(tmp_path, build, bits):
    if bits is None:
        assert answer_of(tmp_path, build, 511) == ("safe", [], [])
        return
    most = (1 << bits) // GIB - 1
    note = [f"48, as most SMMUs have; {bits} bits are certain"]
    assert answer_of(tmp_path, build, most) == ("safe", [], note)
    assert answer_of(tmp_path, build, most + 1) == ("warning", [f"IOVA width of the SMMU: 48 bits are assumed, {bits} are certain"], note)


def test_bars_above_what_is_certain(tmp_path):
    verdict, missing, _ = answer_of(tmp_path, with_bar, 4)
    assert verdict == "warning" and missing == ["IOVA width of the SMMU: 48 bits are assumed, 39 are certain"]


@pytest.mark.parametrize("build", [hosts_smmu.smmuv3_both_stages, hosts_smmu.smmuv3_kernel_of_47_bits, hosts_smmu.smmuv3_pages_of_64k,
                                   hosts_smmu.smmuv3_stage_2])
def test_nothing_to_say(tmp_path, build):
    """The width is known, or what is assumed is the lower of two."""
    assert answer_of(tmp_path, build, 1) == ("safe", [], [])


def test_without_devices(tmp_path):
    """No device, no IOVA."""
    assert answer_of(tmp_path, hosts_smmu.smmuv3_without_log, 2000, device="virtio-rng-pci") == ("safe", [], [])


@pytest.mark.parametrize("limit,provenance,note", [(40, "derived", []), (47, "assumed", ["48, as most SMMUs have; 40 bits are certain"])])
def test_below_a_memory_address_limit(tmp_path, limit, provenance, note):
    """The root complex's limit is certain, but not that the unit has as much."""
    def build(t):
        hosts_iort.acpi_host(t, hosts_iort.table(limit=limit))
        t.chip(1, "GICv3")
        (t.root / "hawd/kernel-log").unlink()
    verdict, missing, noted = answer_of(tmp_path, build, 1023, device=f"vfio-pci,host={hosts_iort.NIC}")
    profile = json.loads(run("describe", f"--root={tmp_path}/host-1023").stdout)
    assert (verdict, missing, noted) == ("safe", [], note)
    assert (profile["widths"]["iovaBits"]["value"], profile["widths"]["iovaBits"]["provenance"]) == (limit, provenance)
    _, missing, _ = answer_of(tmp_path, build, 1024, device=f"vfio-pci,host={hosts_iort.NIC}")
    assert missing == (["IOVA width of the SMMU: 48 bits are assumed, 40 are certain"] if note else [])


def test_screen(tmp_path):
    shown = asked(tmp_path, hosts_smmu.smmuv3_without_log, 4).stdout
    assert shown.startswith("SAFE") and "assumed  iovaBits: 48, as most SMMUs have; 40 bits are certain\n" in shown


def test_any_device(tmp_path):
    """On another host: whichever device it will be."""
    hosts_smmu.smmuv3_without_log(Tree(tmp_path / "other"))
    profile = tmp_path / "other.json"
    profile.write_text(run("describe", f"--root={tmp_path}/other").stdout, encoding="utf-8")
    answer = json.loads(asked(tmp_path, hosts_smmu.smmuv3_both_stages, 2000, "-j", f"--for={profile}").stdout)
    target = answer["targets"][0]["offline"]
    assert [m for m in target["missing"] if "assumed" in m] == ["IOVA width of the SMMU: 48 bits are assumed, 40 are certain"]
    assert target["verdict"] != "safe" and answer["verdict"] == "safe"


def test_document_of_before(tmp_path):
    """It does not say what is certain: no kernel has less than 36 bits."""
    hosts_smmu.smmuv3_without_log(Tree(tmp_path / "before"))
    profile = json.loads(run("describe", f"--root={tmp_path}/before").stdout)
    del profile["iommus"][0]["iovaBitsAtLeast"]
    (tmp_path / "old.json").write_text(json.dumps(profile), encoding="utf-8")
    answer = json.loads(asked(tmp_path, hosts_smmu.smmuv3_both_stages, 64, "-j", f"--for={tmp_path}/old.json").stdout)
    assert "IOVA width of the SMMU: 48 bits are assumed, 36 are certain" in answer["targets"][0]["offline"]["missing"]


def test_class_of_hosts(tmp_path):
    """The text of a class has what is certain: a guest that names no device is asked of it, not of the host."""
    for name, build in ("assumed", hosts_smmu.smmuv3_without_log), ("address-bits", hosts_smmu.smmuv3_address_bits_unknown):
        build(Tree(tmp_path / name))
        (tmp_path / f"{name}.json").write_text(run("describe", f"--root={tmp_path}/{name}").stdout, encoding="utf-8")
    guest = {"schema": "hawd-guest/1", "name": "any", "machine": "virt-10.0", "accelerator": "kvm", "vmmVersion": "10.0.0", "cpu": {"model": "host"},
             "memory": {"ram": "2000GiB"}, "firmware": {"kind": "none"}, "devices": [{"name": "any", "assigned": True}]}
    (tmp_path / "guest.json").write_text(json.dumps(guest), encoding="utf-8")
    for name, certain in ("assumed", 40), ("address-bits", 39):
        answer = json.loads(run("place", f"{tmp_path}/guest.json", f"{tmp_path}/{name}.json", "-j").stdout)
        assert answer["verdict"] == "warning" and f"48 bits are assumed, {certain} are certain" in str(answer), answer
