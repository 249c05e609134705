"""A guest of Xen in each of its forms: xl.cfg(5), a libvirt domain (formatdomain; src/libxl/libxl_conf.c says what libxl gets of it) and
libxl's JSON (what "xl create -n" of Xen 4.17 prints for the same xl.cfg). BARs and ROMs: "info pci" of QEMU 7.2."""
import json

import pytest

from forms import ignored, read, refused

MIB, GIB = 1 << 20, 1 << 30

XL = """name = "win10"
type = "hvm"
memory = 2048
maxmem = 4096
hap = 0
passthrough = "share_pt"
vga = "stdvga"
videoram = 32
pci = [ '00:05.0' ]
vif = [ 'model=e1000', '', 'type=vif' ]
disk = [ 'phy:/dev/a,sda,w' ]
soundhw = "hda"
device_model_args_hvm = [ "-device", "pci-testdev,membar=2G" ]
pci_seize = 1
"""
DOMAIN = """<domain type='xen' xmlns:xen='http://libvirt.org/schemas/domain/xen/1.0'>
  <name>win10</name><memory unit='KiB'>4194304</memory><currentMemory unit='KiB'>2097152</currentMemory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='xenfv'>hvm</type><loader type='rom'>/usr/lib/xen-4.17/boot/hvmloader</loader></os>
  <features><acpi/><hap state='off'/><xen><passthrough state='on' mode='share_pt'/></xen></features>
  <devices>
    <disk type='block' device='disk'><source dev='/dev/a'/><target dev='sda' bus='scsi'/></disk>
    <interface type='bridge'><model type='e1000'/></interface><interface type='bridge'/>
    <interface type='bridge'><model type='netfront'/></interface>
    <hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='0' slot='5' function='0'/></source></hostdev>
    <sound model='ich6'/><video><model type='vga' vram='32768'/></video>
  </devices>
  <xen:commandline><xen:arg value='-device'/><xen:arg value='pci-testdev,membar=2G'/></xen:commandline>
</domain>"""
LIBXL = {"c_info": {"type": "hvm", "hap": "False", "name": "win10", "passthrough": "share_pt"},
         "b_info": {"max_memkb": 4194304, "target_memkb": 2097152, "video_memkb": 32768, "extra_hvm": ["-device", "pci-testdev,membar=2G"],
                    "type.hvm": {"vga": {"kind": "std"}, "soundhw": "hda", "rdm": {}}},
         "disks": [{"pdev_path": "/dev/a", "vdev": "sda", "format": "raw", "readwrite": 1}],
         "nics": [{"devid": 0, "model": "e1000"}, {"devid": 1}, {"devid": 2, "nictype": "vif"}],
         "pcidevs": [{"dev": 5, "vfunc_mask": 1, "seize": True}]}
LIST = [{"domid": 0, "config": {"c_info": {"type": "pv", "name": "Domain-0"}, "b_info": {"max_memkb": 1}}}, {"domid": None, "config": LIBXL}]

ROM = (6, 256 << 10)
DEVICES = {"0000:00:05.0": [], "lsi53c895a": [(1, 1 << 10), (2, 8 << 10)], "intel-hda": [(0, 16 << 10)], "nic0 (e1000)": [(0, 128 << 10), ROM],
           "nic1 (rtl8139)": [(1, 256), ROM], "pci-testdev": [(2, 2 * GIB), (0, 4 << 10)]}


@pytest.mark.parametrize("text", [XL, XL.replace("\n", "\r\n"), "root@dom0:~# cat /etc/xen/a.cfg\n" + XL + "root@dom0:~# \n", DOMAIN, json.dumps(LIBXL), json.dumps(LIST)],
                         ids=["xl.cfg", "crlf", "prompt", "domain", "libxl", "list"])
def test_the_same_guest(text):
    guest = read("-", text=text)
    assert (guest["vmm"], guest["machine"], guest["name"]) == ("xen", "xen-hvm", "win10")
    assert guest["memory"] == {"ram": 2 * GIB, "max": 4 * GIB}
    assert guest["xen"] == {"hap": False, "passthrough": True, "sharedTables": True, "videoMemory": 32 * MIB, "vga": "stdvga"}
    assert {d["name"]: [(b["index"], b["size"]) for b in d.get("bars", [])] for d in guest["devices"]} == DEVICES
    assert [d["name"] for d in guest["devices"] if d["assigned"]] == ["0000:00:05.0"]
    # managed='yes' of libvirt binds the device to pciback as well.
    assert [d["name"] for d in guest["devices"] if d.get("seized")] == ["0000:00:05.0"]
    assert "ignored" not in guest and "refused" not in guest


@pytest.mark.parametrize("kind, machine", [("xen", "xen-pv"), ("linux", "xen-pv"), ("xenpvh", "xen-pvh")])
def test_domains_without_a_device_model(kind, machine):
    text = f"<domain type='xen'><name>a</name><memory unit='MiB'>512</memory><os><type>{kind}</type><kernel>/k</kernel></os></domain>"
    guest = read("-", text=text)
    assert (guest["machine"], guest["firmware"]["kind"], guest["memory"]["ram"]) == (machine, "none", 512 * MIB) and "devices" not in guest


@pytest.mark.parametrize("devices, card", [
    # libxlMakeVideo() and libxlDomainDeviceDefPostParse() of libvirt; a domain with graphics has a card (virDomainDefAddImplicitVideo()).
    ("<video><model type='xen' vram='16384'/></video>", {"vga": "stdvga", "videoMemory": 16 * MIB}),
    ("<video><model type='qxl'/></video>", {"vga": "qxl"}),
    ("<video/>", {"vga": "cirrus"}),
    ("<graphics type='vnc'/>", {"vga": "cirrus"}),
    ("", {"vga": "none"}),
])
def test_graphics_card_of_a_domain(devices, card):
    text = f"<domain type='xen'><name>a</name><memory unit='MiB'>512</memory><os><type>hvm</type></os><devices>{devices}</devices></domain>"
    assert read("-", text=text)["xen"] == card


def test_memory_of_a_domain_is_rounded_up():
    """libxlMakeDomBuildInfo() of libvirt: both are 1024 MiB, so nothing is populated on demand."""
    memory = "<memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>1048000</currentMemory>"
    text = f"<domain type='xen'><name>a</name>{memory}<os><type>hvm</type></os></domain>"
    assert read("-", text=text)["memory"] == {"ram": GIB}


def test_balloon_of_a_running_guest():
    """libxl_retrieve_domain_configuration(): target_memkb is xenstore's memory/target. libxl starts no guest with a device on demand."""
    config = {"c_info": {"type": "hvm", "name": "a"}, "b_info": {"max_memkb": 2 << 20, "target_memkb": 1 << 20}}
    assigned = config | {"pcidevs": [{"dev": 5}]}
    for document, memory in (([{"domid": 7, "config": assigned}], {"ram": 2 * GIB}), ({"domid": 7, "config": assigned}, {"ram": 2 * GIB}),
                             ([{"domid": 7, "config": config}], {"ram": GIB, "max": 2 * GIB}), (assigned, {"ram": GIB, "max": 2 * GIB}),
                             ({"domid": None, "config": assigned}, {"ram": GIB, "max": 2 * GIB})):
        assert read("-", text=json.dumps(document))["memory"] == memory
    pv = {"c_info": {"type": "pv", "name": "a"}, "b_info": config["b_info"] | {"type.pv": {}}, "pcidevs": [{"dev": 5}]}
    assert read("-", text=json.dumps([{"domid": 7, "config": pv}]))["memory"] == {"ram": GIB, "max": 2 * GIB}


BITS = "x" * 24 + "00100111"


@pytest.mark.parametrize("build, what", [
    # libxl_cpuid_policy_list_gen_json() of older and newer releases; the other members by libxl_types.idl.
    ({"cpuid": [{"leaf": 0x80000008, "eax": BITS}]}, ["cpuid"]),
    ({"cpuid": {"cpuid": [{"leaf": 0x80000008, "eax": BITS}], "msr": []}}, ["cpuid"]),
    ({"cpuid": [{"leaf": 1, "eax": BITS}, {"leaf": 0x80000008, "ebx": BITS}]}, []),
    ({"device_model": "/usr/local/bin/qemu"}, ["device_model"]),
    # As libvirt has it, of <emulator>.
    ({"device_model": "/usr/lib/xen-4.17/bin/qemu-system-i386"}, []),
    ({"type.hvm": {"xen_platform_pci_bar_uc": "False"}}, ["xen_platform_pci_bar_uc"]),
])
def test_what_libxl_has_and_hawd_does_not_follow(build, what):
    guest = read("-", text=json.dumps({"c_info": {"type": "hvm", "name": "a"}, "b_info": {"max_memkb": 524288} | build}))
    assert ignored(guest) == what


def test_settings_are_kept_for_remedies():
    options = dict(read("-", text=XL)["form"]["options"])
    assert options["pci"] == '["00:05.0"]' and options["memory"] == "2048" and "disk" not in options


@pytest.mark.parametrize("text, error", [
    (XL.replace("2048", "2G"), "line 3: expected a name in lower case, or a value in quotes, not 'G'"),
    (XL.replace("2048", "'2G'"), "line 3: memory: expected a number, not '2G'"),
    (XL.replace("'00:05.0'", "'00:05'"), "line 9: pci: expected an address such as 0000:01:00.0, not '00:05'"),
    (XL.replace("2048", "-5"), "line 3: expected a number without a sign, not '-5'"),
    ("# as root\nroot@xen:~# xl create -c /etc/xen/vm.cfg\n", "line 2: an xl command: use the configuration file that it names"),
    ("Name                 ID   Mem VCPUs\tState\tTime(s)\nDomain-0              0  1024     2     r-----      33.4\n",
     'line 1: a list of guests without their configurations: use what "xl list -l" prints'),
    # libxlu_cfg_l.l has no token for it: "lexical error" in line 1.
    ("\ufeff" + XL, "line 1: a byte order mark, which xl does not accept"),
    ("import os, re\nname='a'\nmemory=256\n", "line 1: a Python program"),
    # Xen's xmexample.hvm, in short.
    ("import os, re\narch = os.uname()[4]\nkernel = 'hvmloader'\nbuilder='hvm'\nmemory = 128\nname = 'a'\n",
     "line 1: Python code, as configurations of old Xen had it: xl accepts only NAME = VALUE"),
    ("name='a'\nmemory=int(256)\n", "line 2: expected a string in quotes, a number or a list, not 'int'"),
    ("name='a'\nmemory=(256)\n", "line 2: Python code, as configurations of old Xen had it: xl accepts only NAME = VALUE"),
    (DOMAIN.replace(">hvm<", ">exe<"), "<os><type>: expected hvm, xenpvh or xen, not 'exe'"),
    ("[]\n", "an empty list: it has no guest"), ("[\n]", "an empty list: it has no guest"),
    (json.dumps(LIST[:1]), "only dom0 is in this list: expected a guest"),
    (json.dumps(LIBXL | {"b_info": {}}), "b_info: expected max_memkb or target_memkb"),
    (json.dumps(LIBXL | {"pcidevs": [{"dev": 32}]}), "dev: expected a number from 0 to 31"),
])
def test_refused(text, error, tmp_path):
    path = tmp_path / "guest"
    path.write_text(text, encoding="utf-8")
    assert error in refused(str(path))


def test_words_of_passthrough_in_a_domain():
    """virDomainXenPassthroughMode of libvirt has two words."""
    text = "<domain type='xen'><name>a</name><memory unit='MiB'>512</memory><os><type>hvm</type></os><features><xen>{}</xen></features></domain>"
    for mode, shared in (("sync_pt", False), ("share_pt", True)):
        assert read("-", text=text.format(f"<passthrough state='on' mode='{mode}'/>"))["xen"] | {"vga": "none"} \
            == {"passthrough": True, "sharedTables": shared, "vga": "none"}
    assert "expected sync_pt or share_pt, not 'disabled'" in refused("-", text=text.format("<passthrough state='on' mode='disabled'/>"))


def test_shared_tables_want_passthrough():
    guest = {"schema": "hawd-guest/1", "machine": "xen-hvm", "memory": {"ram": GIB}, "xen": {"sharedTables": True}}
    assert "expected with passthrough" in refused("-", text=json.dumps(guest))
