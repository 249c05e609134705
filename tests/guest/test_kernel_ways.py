"""What guests may do on hosts where the kernel decides: widths that it may give one way or the other, parameters that let
devices go, KVM that is built in and did not start."""
import pytest

import hosts_kernel
from guests import device, guest, seabios
from place import rules

MIB, TIB = 1 << 20, 1 << 40
SMALL = [{"index": 0, "size": MIB, "is64bit": False, "prefetchable": False}]


def with_device(ram="1GiB", iommufd=False, **more):
    one = device(name="nic", address="0000:00:01.0") | {"bars": SMALL} | ({"iommufd": True} if iommufd else {})
    return guest(ram, bits=more.pop("bits", 46), model=more.pop("model", "Skylake-Server"), firmware=seabios("1.16.3"), devs=[one],
                 **more)


def summaries(answer, rule):
    return [(f["verdict"], f["summary"]) for f in answer["findings"] if f["rule"] == rule]


# 129 TiB from 0 on end above 2^47, which is 128 TiB, and below 2^48; TCG, as no KVM of these hosts maps 48 bits.
WIDE = {"ram": 129 * TIB, "bits": 52, "model": "max", "accelerator": "tcg"}


@pytest.mark.parametrize("host,verdict", [
    (hosts_kernel.first_stage_only, "warning"),          # by default, which whoever built the kernel may have changed
    (hosts_kernel.first_stage_sm_on, "unsafe"),
    (hosts_kernel.first_stage_sm_off, None),
    (hosts_kernel.both_stages, None),
    (hosts_kernel.both_stages_new_kernel, "unsafe"),
    (hosts_kernel.both_stages_vendor_kernel, "warning"),
])
def test_memory_above_47_bits(place, host, verdict):
    answer = place.check(host, with_device(**WIDE))
    assert [v for v, _ in summaries(answer, "R3")] == ([verdict] if verdict else [])


@pytest.mark.parametrize("host,verdict", [(hosts_kernel.amd_pgtbl_v2, "unsafe"), (hosts_kernel.amd_pgtbl_v2_61_pt, None),
                                          (hosts_kernel.amd_pgtbl_v2_between, "warning"), (hosts_kernel.amd_hatdis, "unsafe")])
def test_amd_above_47_bits(place, host, verdict):
    """QEMU leaves HyperTransport's hole out for AMD's vCPUs: machine types from 7.1 on move RAM above 1 TiB."""
    answer = place.check(host, with_device(**WIDE | {"cpu": {"vendor": "amd"}}))
    assert [v for v, _ in summaries(answer, "R3")] == ([verdict] if verdict else [])


@pytest.mark.parametrize("host,verdict", [(hosts_kernel.first_stage_only, "warning"), (hosts_kernel.first_stage_sm_on, "unsafe"),
                                          (hosts_kernel.first_stage_sm_off, None)])
def test_guests_iommu_of_48_bits(place, host, verdict):
    """QEMU 9.2's intel-iommu has 48 bits and refuses a device with fewer."""
    answer = place.check(host, with_device(machine="pc-q35-9.2", viommu={"kind": "intel"}))
    assert [v for v, _ in summaries(answer, "R5")] == ([verdict] if verdict else [])


@pytest.mark.parametrize("host,verdict,word", [
    (hosts_kernel.amd_unity_old_kernel, "warning", "does not keep"),
    (hosts_kernel.amd_unity_between, "warning", "may not be assignable"),
    (hosts_kernel.intel_direct_old_kernel, "unsafe", "cannot be assigned"),
])
def test_direct_region(place, host, verdict, word):
    answer = place.check(host, with_device())
    (said, summary), = summaries(answer, "R6")
    assert said == verdict and word in summary


def test_memory_in_a_region_that_is_left_out(place):
    """6.1 assigns the device; the region is out of its ranges all the same: 3 GiB below 4 GiB would hold 0xb0000000."""
    answer = place.check(hosts_kernel.amd_unity_old_kernel, with_device("8GiB", cpu={"vendor": "amd"}, machine="pc-i440fx-9.0"))
    conflict, = (f for f in answer["findings"] if f["rule"] == "R3")
    assert conflict["verdict"] == "unsafe" and "0xb0000000-0xb00fffff (direct)" in conflict["numbers"]


@pytest.mark.parametrize("type1,iommufd,backend,allowed", [
    ("Y", "N", "type1", True), ("Y", "N", "iommufd", False), ("N", "Y", "type1", False), ("N", "Y", "iommufd", True),
    (None, None, "type1", False), (None, None, "iommufd", False), ("Y", None, "iommufd", False)])
def test_each_backend_has_its_parameter(place, type1, iommufd, backend, allowed):
    def build(t):
        hosts_kernel.unsafe_by_iommufd(t)
        for module, value in (("vfio_iommu_type1", type1), ("iommufd", iommufd)):
            path = t.root / f"sys/module/{module}/parameters/allow_unsafe_interrupts"
            path.unlink()
            if value:
                path.write_text(value + "\n", encoding="ascii")
    answer = place.check(build, with_device(iommufd=backend == "iommufd"))
    refused = [f for f in answer["findings"] if f["rule"] == "R12" and "interrupt remapping is disabled" in f["summary"]]
    assert bool(refused) != allowed
    if refused:
        name = "vfio_iommu_type1" if backend == "type1" else "iommufd"
        assert refused[0]["verdict"] == "unsafe" and f" {name}.allow_unsafe_interrupts=1" in refused[0]["remedy"]


def one_stage(kernel, cmdline):
    return lambda t: hosts_kernel.intel(t, kernel, cmdline, hosts_kernel.LEGACY | hosts_kernel.SMTS | hosts_kernel.FSTS)


@pytest.mark.parametrize("host,iommufd,verdict", [
    # intel_iommu_domain_alloc_user() of 6.12 allocates second-stage tables, and intel_pasid_setup_second_level() fails.
    (one_stage("6.12.95+deb13-amd64", "intel_iommu=on,sm_on"), True, "unsafe"),
    (one_stage("6.12.95+deb13-amd64", "intel_iommu=on,sm_on"), False, None),
    (one_stage("6.12.95+deb13-amd64", "intel_iommu=on"), True, "warning"),  # by default, which the kernel's maker may have changed
    (one_stage("6.12.95+deb13-amd64", "intel_iommu=on,sm_off"), True, None),
    (one_stage("6.14.0-33-generic", "intel_iommu=on,sm_on"), True, "warning"),  # nobody looked there
    (one_stage("7.2.13+deb14-amd64", "intel_iommu=on,sm_on"), True, None),
    (hosts_kernel.both_stages, True, None),
])
def test_iommufd_and_the_first_stage(place, host, iommufd, verdict):
    answer = place.check(host, with_device(iommufd=iommufd))
    found = [f for f in answer["findings"] if f["rule"] == "R12" and "no second stage" in f["summary"]]
    assert [f["verdict"] for f in found] == ([verdict] if verdict else [])
    assert all("without iommufd" in f["remedy"] and "sm_off" in f["remedy"] for f in found)


@pytest.mark.parametrize("host", [hosts_kernel.built_in_without_vmx, hosts_kernel.kvm_alone])
def test_no_kvm_is_never_safe(place, host):
    answer = place.check(host, guest("1GiB", bits="host", firmware=seabios("1.16.3")))
    assert answer["verdict"] != "safe"


def test_built_in_kvm_that_did_not_start(place):
    answer = place.check(hosts_kernel.built_in_without_vmx, guest("1GiB", bits="host", firmware=seabios("1.16.3")))
    assert "R12" in rules(answer, "unsafe")
