"""Guests of Xen in xl.cfg(5) on whole hosts: dom0 with VT-d, where 00:02.0 has a reserved region at 0x60000000 (1536 MiB), and 00:03.0 and
00:04.0 share one at 0x70000000 (tests/trees/hosts_xen.py)."""
import json

import pytest

from hosts_xen import AMD_LOG, VTD_LOG, answers, dom0_amd, dom0_intel, leaf, xen_dom0_no_hap, xen_dom0_pv_amd, xen_dom0_pv_intel
from hosts_xen_guests import xen_bare, xen_guest_hvm
from place import run

HVM = 'name = "a"\ntype = "hvm"\nvif = [""]\n'


def check(place, text, build=xen_dom0_pv_intel, name="vm.cfg"):
    path = place.path / name
    host = place.host(build)
    path.write_text(text, encoding="utf-8")
    done = run("check", f"--root={host}", "-j", path)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def relaxed(answer):
    """pci= of the plan and of the findings' own remedies."""
    options = [line for text in [answer["plan"]["option"], *(f["option"] for f in answer["findings"])] for line in text.splitlines()]
    return {line.removeprefix("pci=") for line in options if line.startswith("pci=")}


@pytest.mark.parametrize("pci, expected", [
    ('["00:03.0", "00:02.0"]', '["00:03.0,rdm_policy=relaxed", "00:02.0"]'),
    ('["0000:00:02.0,permissive=1", "00:04.0,rdm_policy=strict,seize=1"]', '["0000:00:02.0,permissive=1", "00:04.0,seize=1,rdm_policy=relaxed"]'),
])
def test_policy_of_one_device(place, pci, expected):
    """512 MiB meet no region: only the shared one is in the way."""
    answer = check(place, HVM + f"memory = 512\npci = {pci}\n")
    assert answer["verdict"] == "unsafe" and relaxed(answer) == {expected}


def test_policy_of_the_devices_in_conflict(place):
    """With a boundary above both regions. 00:08.0 has none."""
    pci = ["00:08.0", "00:02.0", "00:04.0"]
    answer = check(place, HVM + f"memory = 2048\nrdm_mem_boundary = 2047\npci = {json.dumps(pci)}\n")
    assert relaxed(answer) == {json.dumps([pci[0], *(f"{address},rdm_policy=relaxed" for address in pci[1:])])}


def test_less_memory_than_the_graphics_card(place):
    """cirrus takes 8 MiB of memory= (libxl_create.c), hvmloader needs 2 MiB. No boundary helps."""
    found = check(place, HVM + "memory = 5\nrdm_mem_boundary = 4\n")["findings"][0]
    assert found["remedy"] == "increase memory"
    assert found["numbers"] == "memory is 5 MiB, the graphics card takes 8 MiB; 2 MiB must remain"


@pytest.mark.parametrize("settings, words", [
    ('memory = 512\npci = ["00:03.0"]', "assign the device although its reserved region is another device's, too"),
    ('memory = 512\npci = ["00:04.0", "00:03.0"]', "assign devices although their reserved regions are other devices', too"),
    ('memory = 2048\nrdm_mem_boundary = 2047\npci = ["00:02.0", "00:04.0"]', "start the guest without the reserved regions that meet its memory"),
])
def test_words_of_the_policy(place, settings, words):
    """A shared region is in the way wherever memory is (intel_iommu_assign_device()); one in RAM is left out with a relaxed policy
    (rdm_policy in xl.cfg(5))."""
    answer = check(place, HVM + settings + "\n")
    said = answer["plan"]["changes"] + [f["remedy"] for f in answer["findings"]]
    assert any(words in one for one in said), said
    assert ("memory" in words) is any("reserved regions that meet" in one for one in said)


@pytest.mark.parametrize("build, of_host", [(xen_dom0_pv_intel, True), (xen_bare, False), (xen_guest_hvm, False)])
def test_version(place, build, of_host):
    """Of a dom0 it is that of its Xen. No other host has one that would start the guest."""
    answer = check(place, HVM + "memory = 512\n", build)
    assumed = {note["what"]: note["text"] for note in answer["assumed"]}
    assert assumed["vmmVersion"] == ("the version of the host's Xen" if of_host else "unknown: hawd tries each Xen with other rules")
    assert answer["verdict"] == ("safe" if of_host else "unsafe")


def test_version_with_another_host(place):
    """What is said of the move leaves what is said of this host."""
    home, away = place.host(xen_dom0_pv_amd, "home"), place.host(xen_bare, "away")
    path = place.path / "vm.cfg"
    path.write_text(HVM + "memory = 512\n", encoding="utf-8")
    assumed = json.loads(run("check", f"--root={home}", f"--for={away}", "-j", path).stdout)["assumed"]
    assert {note["what"]: note["text"] for note in assumed}["vmmVersion"] == "the version of the host's Xen"


@pytest.mark.parametrize("build, features, devices, element, parent", [
    (xen_dom0_no_hap, "<hap state='on'/>", "", "<hap state='off'/>", "<hap> belongs in <features>"),
    (xen_dom0_pv_amd, "<xen><passthrough state='off'/></xen>",
     "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='0' slot='5' function='0'/></source></hostdev>",
     "<passthrough state='on'/>", "<passthrough> belongs in <features><xen>"),
    # AMD's units have tables of their own (libxl__arch_passthrough_mode_setdefault()).
    (xen_dom0_pv_amd, "<xen><passthrough state='on' mode='share_pt'/></xen>", "", "<passthrough state='on'/>", "<passthrough> belongs in <features><xen>"),
    (xen_dom0_pv_amd, "", "<video><model type='vga' vram='9216'/></video>", "<model type='vga' vram='16384'/>", "<model> belongs in <video>"),
])
def test_elements_of_libvirt(place, build, features, devices, element, parent):
    """formatdomain: what libvirt has a setting for is said in its words."""
    text = f"<domain type='xen'><name>a</name><memory unit='MiB'>512</memory><os><type>hvm</type></os><features>{features}</features><devices>{devices}</devices></domain>"
    answer = check(place, text, build, "vm.xml")
    assert (answer["plan"]["libvirt"], answer["plan"]["note"], answer["plan"]["verdict"]) == (element, parent, "safe")


def test_tables_of_a_target_without_hap(place):
    """hap=0 of Xen: what cannot map 48 bits there are shadow page tables, not NPT."""
    done = run("compare", place.host(xen_dom0_pv_amd, "a"), place.host(xen_dom0_no_hap, "b"))
    assert done.returncode == 3 and "guestMappableBits 48 here, 44 there: shadow paging there cannot map" in " ".join(done.stdout.split())


def test_region_below_what_hvmloader_needs(place):
    """A region at 0xe0000: no boundary leaves 2 MiB below it. More memory than the host's 5 GiB keeps the guest from starting in any case."""
    def host(t):
        dom0_intel(t)
        t.xen_answers(answers(regions="reserved 0000:00:02.0 0xe0 16\nreserved all 0xe0 16\n"), VTD_LOG)

    found = [f for f in check(place, HVM + 'memory = 8192\npci = ["00:02.0"]\n', host)["findings"] if "RDM conflict" in f["summary"]]
    assert [f["remedy"] for f in found] == ["set rdm_policy=relaxed for the device, or assign another one"]


@pytest.mark.parametrize("setting, said", [("", True), ('passthrough = "enabled"\n', False)])
def test_device_after_the_move(place, setting, said):
    """Without page tables for the IOMMU from the start none can be plugged in (XEN_DOMCTL_CDF_iommu): no danger, but it is said."""
    guest = place.path / "vm.cfg"
    host, target = place.host(xen_dom0_pv_amd), place.host(xen_dom0_pv_amd, "target")
    guest.write_text(HVM + "memory = 512\n" + setting, encoding="utf-8")
    done = run("check", guest, f"--root={host}", f"--for={target}")
    assert ("no device can be plugged in: the guest started without passthrough" in " ".join(done.stdout.split())) is said


def test_boundary_of_0(place):
    """xl passes 0 on (parse_config_data()), and libxl moves RAM for the region at 0x60000000, which is above it."""
    answer = check(place, HVM + 'memory = 2048\nrdm_mem_boundary = 0\npci = ["00:02.0"]\n')
    assert answer["verdict"] == "safe" and answer["layout"]["ranges"][0]["end"] == "0x5fffffff"


def test_boundary_of_0_in_json(place):
    config = {"c_info": {"type": "hvm", "name": "a"}, "pcidevs": [{"dev": 2, "rdm_policy": "strict"}],
              "b_info": {"max_memkb": 2 << 20, "target_memkb": 2 << 20, "type.hvm": {"rdm_mem_boundary_memkb": 0}}}
    answer = check(place, json.dumps(config), name="vm.json")
    assert answer["verdict"] == "safe" and answer["layout"]["ranges"][0]["end"] == "0x5fffffff"


def test_interrupts_are_no_place_in_a_pv_guest(place):
    """Its addresses are pseudo-physical (xen.h, start_info): 4,500 MiB are one range, through 0xfee00000."""
    answer = check(place, 'name = "a"\ntype = "pv"\nkernel = "/k"\nmemory = 4500\n')
    assert answer["verdict"] == "safe" and [r["kind"] for r in answer["layout"]["ranges"]] == ["ram"]


@pytest.mark.parametrize("setting", ['passthrough = "enabled"', 'pci = ["00:02.0"]'])
def test_pv_guest_with_an_iommu_but_no_vtx(place, setting):
    """cap_hvm_directio of libxl is XEN_SYSCTL_PHYSCAP_directio, whether there is HVM or not."""
    def host(t):
        dom0_intel(t)
        t.xen_answers(answers(capabilities=0b010110), VTD_LOG)

    answer = check(place, f'name = "a"\ntype = "pv"\nkernel = "/k"\nmemory = 512\n{setting}\n', host)
    assert answer["verdict"] == "safe"


@pytest.mark.parametrize("setting, bits", [("", 46), ("hap = 0\n", 44)])
def test_width_of_the_policy(place, setting, bits):
    """recalculate_cpuid_policy(): a guest has no more than the policy of HVM guests, here 46 bits of the CPU's 48."""
    def host(t):
        dom0_amd(t)
        t.xen_answers(answers(policies="policy hvm-max\n" + leaf(0x80000008, 46 | 48 << 8)), AMD_LOG)

    assert check(place, HVM + "memory = 512\n" + setting, host)["layout"]["physBits"] == bits


@pytest.mark.parametrize("n, verdict", [(128, "safe"), (129, "unsafe")])
@pytest.mark.parametrize("form", ["cfg", "json", "xml"])
def test_vcpus(place, form, n, verdict):
    """HVM_MAX_VCPUS of hvm_info_table.h, which domain_create() holds HVM and PVH guests to."""
    text = {
        "cfg": HVM + f"memory = 512\nvcpus = 2\nmaxvcpus = {n}\n",
        "json": json.dumps({"c_info": {"type": "hvm", "name": "a"}, "b_info": {"max_memkb": 1 << 19, "max_vcpus": n}}),
        "xml": f"<domain type='xen'><name>a</name><memory unit='MiB'>512</memory><vcpu current='2'>{n}</vcpu><os><type>hvm</type></os></domain>",
    }[form]
    assert check(place, text, name=f"vm.{form}")["verdict"] == verdict
    if form == "cfg":
        assert check(place, text.replace("hvm", "pv") + 'kernel = "/k"\n', xen_dom0_pv_amd, "pv.cfg")["verdict"] == "safe"
