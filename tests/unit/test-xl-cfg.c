/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Syntax: libxlutil of Xen 4.17 gave these values and lines (tests/oracle/test_xl_config.py compares more). Settings:
 * xl.cfg(5), and what "xl create -n" of 4.17 prints. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest/form/xen/xl.h"
#include "unit.h"

#define MIB(n) ((uint64_t) (n) << 20)

/* ── syntax ────────────────────────────────────────────────────────────────────────────────────────────── */

static void test_values(void **state) {
        static const struct {
                const char *text, *value; /* of "a"; NULL: not set */
        } cases[] = {
                { "", NULL },
                { "a=1", "1" },
                { "a = 0x1f # hex\n", "0x1f" },
                { "a='x'", "\"x\"" },
                { "a=\"x\" ; b=2", "\"x\"" },
                { "a='say \"hi\"'", "\"say \\\"hi\\\"\"" },
                { "a=\"tab\\there\"", "\"tab\\there\"" },
                { "a='back\\\\slash'", "\"back\\\\slash\"" },
                { "a=\"\\1011\"", "\"\"" }, /* the character is lost */
                { "a=[]", "[]" },
                { "a=[ 'x', 1, ]", "[\"x\", 1]" },
                { "a=[\n\n'x' # c\n,\n'y'\n]\n", "[\"x\", \"y\"]" },
                { "a=[ [1, 2], ['x'] ]", "[[1, 2], [\"x\"]]" },
                { "a=1\na=2\n", "2" },
                { "a='x'\na+='y'", "\"xy\"" },
                { "a=[1]\na+=[2,3]\na+=[]", "[1, 2, 3]" },
                { "a+='x'", "\"x\"" },
                { "\n;;\n# nothing\na=1\n;", "1" },
                { "a=1#", "1" }, /* flex ends there */
                { "x.y_1=2\na=3", "3" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(xl_config_done) XlConfig config = {};
                const XlSetting *setting;
                VmError error = {};
                char *text = NULL;

                assert_int_equal(xl_config_parse(cases[i].text, strlen(cases[i].text), &config, &error), 0);
                setting = xl_config_get(&config, "a");
                assert_int_equal(setting != NULL, cases[i].value != NULL);
                if (!setting)
                        continue;
                text = xl_value_text(&setting->value);
                assert_string_equal(text, cases[i].value);
                free(text);
        }
}

static void test_syntax_refused(void **state) {
        static const struct {
                const char *text;
                unsigned line;
                const char *error;
        } cases[] = {
                { "a", 1, "expected '=' after the name, not the end of the file" },
                { "a=1\nb\n", 2, "expected '=' after the name, not the end of the line" },
                { "a=\n", 1, "expected a string in quotes, a number or a list, not the end of the line" },
                { "a=b\n", 1, "expected a string in quotes, a number or a list, not 'b'" },
                { "a=1 b=2\n", 1, "expected the end of the line or ';' after the value, not 'b'" },
                { "\n\n=1\n", 3, "expected the name of a setting, not '='" },
                { "a=[1 2]\n", 1, "expected ',' or ']', not '2'" },
                { "a=[\n1,,\n2]\n", 2, "expected a string in quotes, a number or a list, not ','" },
                { "a=[1,\n2\n", 2, "expected ',' or ']', not the end of the file" },
                { "a=[,]\n", 1, "expected a string in quotes, a number or a list, not ','" },
                { "a='x\n", 1, "a string without its closing '" },
                { "a=\"x\\\n\"\n", 1, "a string without its closing \"" },
                { "a='\\q'\n", 1,
                                "xl does not accept this backslash in a string: it accepts \\\\, \\\", \\' and \\n" },
                { "a='\\x41'\n", 1,
                                "xl does not accept this backslash in a string: it accepts \\\\, \\\", \\' and \\n" },
                { "a='\\1'\n", 1,
                                "xl does not accept this backslash in a string: it accepts \\\\, \\\", \\' and \\n" },
                { "a=1\nMemory=5\n", 2,
                                "expected a name in lower case, or a value in quotes, not 'Memory=5'" },
                { "a=1.5\n", 1, "xl does not accept '.5' here" },
                { "a=-1\n", 1, "expected a number without a sign, not '-1'" },
                { "a=1\r\nb=2\r\n", 1, "xl does not accept lines that end with CR LF" },
                { "a=1\n# the end", 2,
                                "xl does not accept a comment at the end of the file without a newline" },
                { "a=1\na+=[2]\n", 2, "a +=: a list cannot be added to a string" },
                { "a=12fg\n", 1, "expected the end of the line or ';' after the value, not 'g'" },
                { "a=[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]\n", 1, "expected at most 16 lists in lists" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(xl_config_done) XlConfig config = {};
                VmError error = {};

                assert_int_equal(xl_config_parse(cases[i].text, strlen(cases[i].text), &config, &error),
                                -EINVAL);
                assert_string_equal(error.text, cases[i].error);
                assert_int_equal(error.line, cases[i].line);
        }
}

/* ── settings ──────────────────────────────────────────────────────────────────────────────────────────── */

static void read_ok(const char *text, Guest *ret) {
        VmError error = {};
        int r = xl_read(text, strlen(text), ret, &error);

        if (r < 0)
                fail_msg("%s: line %u: %s", text, error.line, error.text);
}

static void test_whole(void **state) {
        Guest guest;

        read_ok("name='win10'\ntype='hvm'\nmemory=2048\nmaxmem=\"0x1000\"\nhap=0\nnestedhvm=1\nmmio_hole=512\n"
                "rdm='strategy=host,policy=relaxed'\nrdm_mem_boundary=1024\nvga='stdvga'\nvideoram=32\n"
                "bios='ovmf'\nxen_platform_pci=0\npassthrough='sync_pt'\npci_seize=1\n"
                "pci=['00:05.0,rdm_policy=relaxed', '0001:c1:1F.7@6,permissive=1,seize=0', 'bdf=02:00.0,vslot=7']\n",
                        &guest);
        assert_string_equal(guest.name, "win10");
        assert_int_equal(guest.vmm, VMM_XEN);
        assert_int_equal(guest.machine, MACHINE_XEN_HVM);
        assert_int_equal(guest.memory.ram, MIB(2048));
        assert_int_equal(guest.memory.max, MIB(4096));
        assert_int_equal(guest.xen.hap, TRISTATE_NO);
        assert_int_equal(guest.xen.nested, TRISTATE_YES);
        assert_int_equal(guest.xen.mmio_hole, MIB(512));
        assert_int_equal(guest.xen.rdm_strategy, XEN_RDM_HOST);
        assert_int_equal(guest.xen.rdm_policy, XEN_RDM_RELAXED);
        assert_int_equal(guest.xen.rdm_mem_boundary, MIB(1024));
        assert_string_equal(guest.xen.vga, "stdvga");
        assert_int_equal(guest.xen.video_memory, MIB(32));
        assert_true(guest.xen.no_platform_device);
        assert_int_equal(guest.xen.passthrough, TRISTATE_YES);
        assert_int_equal(guest.xen.shared_tables, TRISTATE_NO);
        assert_int_equal(guest.firmware.kind, FIRMWARE_OVMF);
        assert_int_equal(guest.n_devices, 3);
        assert_int_equal(guest.devices[0].rdm_policy, XEN_RDM_RELAXED);
        assert_string_equal(guest.devices[1].name, "0001:c1:1f.7");
        assert_int_equal(guest.devices[1].rdm_policy, XEN_RDM_DEFAULT);
        assert_int_equal(guest.devices[2].address.bus, 2);
        assert_true(guest.devices[0].seized && !guest.devices[1].seized && guest.devices[2].seized);
        assert_int_equal(guest.n_ignored + guest.n_refused + guest.n_assumed, 0);
        guest_done(&guest);
}

/* Sizes: "info pci" of QEMU 7.2. */
static void test_devices(void **state) {
        Guest guest;

        read_ok("name='a'\ntype='hvm'\nmemory=256\nvif=['mac=00:16:3e:00:00:01', 'model=e1000e,type=ioemu', 'type=vif']\n"
                "disk=['phy:/dev/a,hda,w', 'format=raw,vdev=sdb,target=/a']\nsoundhw='hda'\nusbversion=3\nhdtype='ahci'\n"
                "device_model_args=['-device','pci-testdev,membar=2G,id=t']\n"
                "device_model_args_hvm=['-object','memory-backend-ram,id=m,size=64M','-device','ivshmem-plain,memdev=m']\n",
                        &guest);
        assert_int_equal(guest.n_devices, 8);
        assert_string_equal(guest.devices[0].name, "lsi53c895a");
        assert_string_equal(guest.devices[1].name, "nec-usb-xhci");
        assert_string_equal(guest.devices[2].name, "intel-hda");
        assert_string_equal(guest.devices[3].name, "nic0 (rtl8139)");
        assert_int_equal(guest.devices[3].n_bars, 2);
        assert_int_equal(guest.devices[3].bars[0].size, 256);
        assert_int_equal(guest.devices[3].bars[1].index, 6);
        assert_int_equal(guest.devices[3].bars[1].size, 256 << 10);
        assert_string_equal(guest.devices[4].name, "nic1 (e1000e)");
        assert_int_equal(guest.devices[4].n_bars, 4);
        assert_string_equal(guest.devices[5].name, "t");
        assert_int_equal(guest.devices[5].bars[0].size, MIB(2048));
        assert_int_equal(guest.devices[5].bars[1].size, 4096);
        assert_int_equal(guest.devices[6].bars[0].size, MIB(64));
        assert_true(guest.devices[6].bars[0].ram);
        assert_string_equal(guest.devices[7].name, "ahci0");
        assert_int_equal(guest.n_ignored + guest.n_refused, 0);
        guest_done(&guest);
}

/* The first note of each kind, "what: text"; NULL: none. */
static const struct {
        const char *text, *assumed, *ignored, *refused;
} notes[] = {
        { "memory=1\n", "type: pv, the default of xl without type=", NULL,
                        "kernel: not given: libxl starts no such guest without kernel= or bootloader=" },
        { "type='hvm'\n", "name: not given: xl starts no guest without name=", NULL, NULL },
        { "name='a'\ntype='hvm'\n", "memory: 32 MiB, libxl's default", NULL, NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nmmio_hol=300\n",
                        "mmio_hol: line 4: xl ignores this name: did you mean mmio_hole?", NULL, NULL },
        /* Two changes of four letters are another word: boot, hap. */
        { "name='a'\ntype='hvm'\nmemory=8\nfoo=1\n", "foo: line 4: xl ignores this name", NULL, NULL },
        { "name='a'\ntype='hvm'\nmemory=8\ndhcp=1\n", "dhcp: line 4: xl ignores this name", NULL, NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nwhatever=[]\n", "whatever: line 4: xl ignores this name", NULL,
                        NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nmaxmem=4\n", "memory: maxmem=, which is less than memory=", NULL,
                        NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nrdm='strategy=all'\n",
                        "rdm: line 4: not in effect: xl does not know strategy=all and goes on without rdm=",
                        NULL, NULL },
        { "name='a'\ntype='hvm'\nmemory=8\niomem=['fd000,10']\n", NULL,
                        "iomem: line 4: maps memory of the host into the guest: hawd does not follow it",
                        NULL },
        { "name='a'\ntype='hvm'\nmemory=8\npci=['00:08.0', ['00:09.0'], '00:0a.0']\n",
                        "pci: line 4: xl ends the list before the first entry that is a list: 2 not assigned",
                        NULL, NULL },
        { "name='a'\ntype='hvm'\nmemory=8\npci=['name=gpu']\n", NULL,
                        "gpu: line 4: only the host knows which device has this name: give its address",
                        NULL },
        { "name='a'\ntype='hvm'\nmemory=8\ncpuid=['0x80000008:eax=xxxxxxxxxxxxxxxxxxxxxxxx00100100']\n",
                        NULL,
                        "cpuid: line 4: changes the address width in leaf 0x80000008: hawd does not follow it",
                        NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nxen_platform_pci_bar_uc=1\n", NULL, NULL, NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nxen_platform_pci_bar_uc=0\n", NULL,
                        "xen_platform_pci_bar_uc: line 4: makes hvmloader of Xen 4.21 and later place a BAR at "
                        "the end of the hole: hawd does not follow it",
                        NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nmmio_hole=0\n", NULL, NULL,
                        "mmio_hole: line 4: xl: invalid value 0 for \"mmio_hole\"" },
        { "name='a'\ntype='hvm'\nmemory=8\nmmio_hole=3841\n", NULL, NULL, NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nmmio_hole=9223372036854775807\n", NULL, NULL,
                        "mmio_hole: line 4: xl: invalid value 9223372036854775807 for \"mmio_hole\"" },
        { "name='a'\ntype='hvm'\nmemory=8\npci=['00:08.*']\n", NULL, NULL,
                        "pci: line 4: libxl: Must specify a v-slot for multi-function devices" },
        { "name='a'\ntype='hvm'\nmemory=8\npci=['00:08.*@6']\n", NULL,
                        "0000:00:08.0: line 4: all functions of the device are assigned (.*): hawd counts the "
                        "first one",
                        NULL },
        { "name='a'\ntype='hvm'\nmemory=8\ndevice_model_args=['-device','vfio-pci,host=00:08.0']\n", NULL,
                        NULL,
                        "device_model_args: line 4: a host that Xen runs has no VFIO: pci= assigns devices" },
        { "name='a'\ntype='pvh'\nbuilder='hvm'\nkernel='/k'\nmemory=8\n", NULL, NULL,
                        "builder: line 3: xl: Contradicting \"builder\" and \"type\" options specified." },
        { "name='a'\ntype='hvm'\nmemory=8\nvcpus=4\nmaxvcpus=2\n", NULL, NULL,
                        "maxvcpus: line 5: xl: maxvcpus < vcpus" },
        /* libxl__domain_config_setdefault() */
        { "name='a'\ntype='hvm'\nmemory=8\nvnuma=[['pnode=0','size=16','vcpus=0']]\n", NULL, NULL,
                        "vnuma: line 4: libxl: Cannot enable PoD and vNUMA at the same time" },
        { "name='a'\ntype='hvm'\nmemory=16\nvnuma=[['pnode=0','size=16','vcpus=0']]\n", NULL, NULL, NULL },
        { "name='a'\ntype='hvm'\nmemory=8\nmaxmem=16\naltp2m='mixed'\n", NULL, NULL,
                        "altp2m: line 5: libxl: Cannot enable PoD and ALTP2M at the same time" },
        { "name='a'\ntype='hvm'\nmemory=8\naltp2mhvm=1\nnestedhvm=1\n", NULL, NULL,
                        "altp2m: line 4: libxl: nestedhvm and altp2mhvm cannot be used together" },
        { "name='a'\ntype='hvm'\nmemory=8\naltp2m='disabled'\nnestedhvm=1\n", NULL, NULL, NULL },
};

static void test_notes(void **state) {
        for (size_t i = 0; i < ELEMENTS(notes); i++) {
                const char *const wanted[] = { notes[i].assumed, notes[i].ignored, notes[i].refused };
                char text[300];
                Guest guest;

                read_ok(notes[i].text, &guest);
                const GuestNote *found[] = { guest.n_assumed ? guest.assumed : NULL,
                        guest.n_ignored ? guest.ignored : NULL, guest.n_refused ? guest.refused : NULL };

                for (size_t k = 0; k < ELEMENTS(wanted); k++) {
                        if (!wanted[k] && k == 0)
                                continue;
                        snprintf(text, sizeof(text), "%s: %s", found[k] ? found[k]->what : "",
                                        found[k] ? found[k]->text : "");
                        assert_string_equal(text, wanted[k] ? wanted[k] : ": ");
                }
                guest_done(&guest);
        }
}

static void test_refused(void **state) {
        static const struct {
                const char *text;
                unsigned line;
                const char *error;
        } cases[] = {
                { "type='xvm'\n", 1, "type: expected hvm, pvh or pv, not 'xvm'" },
                { "builder='linux'\n", 1, "builder: expected hvm or generic, not 'linux'" },
                { "\nmemory='512MB'\n", 2, "memory: expected a number, not '512MB'" },
                { "memory=08\n", 1, "memory: expected a number, not '08'" },
                { "memory='-5'\n", 1, "memory: expected a number of MiB, not -5" },
                { "memory=8796093022208\n", 1,
                                "memory: 8796093022208 MiB is larger than 4 PiB, the maximum on x86" },
                { "memory=0\n", 1, "memory: expected more than 0" },
                { "memory=0\nmaxmem=2048\n", 1, "memory: expected more than 0" },
                { "memory=512\nmaxmem=0\n", 2, "maxmem: expected more than 0" },
                { "memory=[1]\n", 1, "memory: expected a number, not a list" },
                { "memory+=1\n", 1, "memory: xl does not accept += with a number" },
                { "type='hvm'\nvga='vmware'\n", 2,
                                "vga: expected stdvga, cirrus, qxl or none, not 'vmware'" },
                { "type='hvm'\nbios='efi'\n", 2, "bios: expected seabios, ovmf or rombios, not 'efi'" },
                { "pci='00:05.0'\n", 1, "pci: expected a list, as in pci=[ \"...\" ]" },
                { "pci=['00:05']\n", 1, "pci: expected an address such as 0000:01:00.0, not '00:05'" },
                { "pci=['00:20.0']\n", 1, "pci: expected an address such as 0000:01:00.0, not '00:20.0'" },
                { "pci=['00:05.8']\n", 1, "pci: expected an address such as 0000:01:00.0, not '00:05.8'" },
                { "pci=[\n'00:05.0',\n'00:06.0,rdm_policy=lax']\n", 3,
                                "pci: rdm_policy: expected strict or relaxed, not 'lax'" },
                { "pci=['00:05.0,speed=1']\n", 1,
                                "pci: xl does not accept 'speed': expected rdm_policy, permissive, msitranslate, seize, "
                                "power_mgmt, bdf, vslot or name" },
                { "pci=['00:05.0,name=x']\n", 1, "pci: expected an address or a name, not both" },
                { "passthrough='on'\n", 1,
                                "passthrough: expected disabled, enabled, sync_pt or share_pt, not 'on'" },
                { "memory=(1024)\n", 1,
                                "Python code, as configurations of old Xen had it: xl accepts only NAME = VALUE" },
                { "type='hvm'\ndevice_model_version='qemu'\n", 2,
                                "device_model_version: expected qemu-xen or qemu-xen-traditional, not 'qemu'" },
                { "type='hvm'\ndevice_model_args=['-device']\n", 2, "-device: expected a value" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                VmError error = {};
                Guest guest;

                assert_int_equal(xl_read(cases[i].text, strlen(cases[i].text), &guest, &error), -EINVAL);
                assert_string_equal(error.text, cases[i].error);
                assert_int_equal(error.line, cases[i].line);
        }
}

static void test_recognised(void **state) {
        static const struct {
                const char *text;
                bool is;
        } cases[] = {
                { "name = 'a'\nmemory = 512\n", true },
                { "# a guest\n\nmemory=512;pci=['00:05.0']", true },
                { "root@dom0:~# cat a.cfg\r\nname='a'\r\n", true },
                { "foo='bar'\n", false },
                { "#!/bin/sh\nmemory=512\n", false },
                { "[machine]\n type = \"q35\"\n", false },
                { "memory: 512\n", false },
                { "kvm -m 512\n", false },
                { "", false },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++)
                assert_int_equal(xl_is_config(cases[i].text, strlen(cases[i].text)), cases[i].is);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_syntax_refused),
                cmocka_unit_test(test_whole),
                cmocka_unit_test(test_devices),
                cmocka_unit_test(test_notes),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_recognised),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
