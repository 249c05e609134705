/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libxl's own JSON of a domain: what "xl list -l" and "xl create -n" print, and what libxl keeps of a running one
 * (tools/libs/light/libxl_types.idl: libxl_domain_config). Members that have their default are left out there. */

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/form/xen/xl.h"
#include "guest/size.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define KIB_MAX (GUEST_SIZE_MAX >> 10)

typedef struct XlJson {
        Vm vm;
        const json_t *create, *build, *hvm, *config; /* c_info, b_info, its type.hvm, and what they are in */
} XlJson;

/* ── members ───────────────────────────────────────────────────────────────────────────────────────────── */

static const char *text_of(const json_t *object, const char *key) {
        return json_string_value(json_object_get(object, key));
}

static bool text_is(const json_t *object, const char *key, const char *text) {
        const char *value = text_of(object, key);

        return value && strcasecmp(value, text) == 0;
}

static int number_of(XlJson *x, const json_t *object, const char *key, uint64_t max, uint64_t *ret) {
        const json_t *value = json_object_get(object, key);
        const json_int_t number = json_integer_value(value);

        *ret = 0;
        if (!value || json_is_null(value))
                return 0;
        if (!json_is_integer(value) || number < 0 || (uint64_t) number > max)
                return vm_fail(&x->vm, "%s: expected a number from 0 to %" PRIu64, key, max);
        *ret = (uint64_t) number;
        return 0;
}

static int kibibytes(XlJson *x, const json_t *object, const char *key, uint64_t *ret) {
        int r = number_of(x, object, key, KIB_MAX, ret);

        *ret <<= 10;
        return r;
}

/* libxl_defbool: "True", "False", "<default>". */
static Tristate toggle_of(const json_t *object, const char *key) {
        if (text_is(object, key, "true"))
                return TRISTATE_YES;
        return text_is(object, key, "false") ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

/* ── the machine ───────────────────────────────────────────────────────────────────────────────────────── */

static int read_type(XlJson *x) {
        Guest *guest = x->vm.guest;
        const char *name = text_of(x->create, "name");

        if (text_is(x->create, "type", "hvm"))
                guest->machine = MACHINE_XEN_HVM;
        else if (text_is(x->create, "type", "pvh"))
                guest->machine = MACHINE_XEN_PVH;
        else if (text_is(x->create, "type", "pv"))
                guest->machine = MACHINE_XEN_PV;
        else
                return vm_fail(&x->vm, "c_info.type: expected hvm, pvh or pv");
        x->hvm = guest->machine == MACHINE_XEN_HVM ? json_object_get(x->build, "type.hvm") : NULL;
        if (name) {
                text_printable(bytes_of(name), guest->name, sizeof(guest->name));
                guest_system_from_text(&guest->system, "the name", name);
        }
        return 0;
}

static int read_memory(XlJson *x) {
        GuestMemory *memory = &x->vm.guest->memory;
        uint64_t target, max;
        int r = kibibytes(x, x->build, "target_memkb", &target);

        if (r >= 0)
                r = kibibytes(x, x->build, "max_memkb", &max);
        if (r < 0)
                return r;
        if (target == 0 && max == 0)
                return vm_fail(&x->vm, "b_info: expected max_memkb or target_memkb");
        memory->ram = target > 0 && (max == 0 || target < max) ? target : max;
        memory->max = max > memory->ram ? max : 0;
        return 0;
}

static int read_settings(XlJson *x) {
        GuestXen *xen = &x->vm.guest->xen;
        const json_t *rdm = json_object_get(x->hvm, "rdm"),
                     *boundary = json_object_get(x->hvm, "rdm_mem_boundary_memkb");
        int policy = text_of(rdm, "policy") ? xen_rdm_policy_from_string(text_of(rdm, "policy")) : -EINVAL;
        const char *passthrough = text_of(x->create, "passthrough");
        int r;

        xen->hap = toggle_of(x->create, "hap");
        xen->nested = toggle_of(x->build, "nested_hvm");
        if (passthrough && !xl_passthrough(xen, passthrough))
                return vm_fail(&x->vm,
                                "c_info.passthrough: expected default, disabled, enabled, sync_pt or share_pt, not '%.60s'",
                                passthrough);
        xen->traditional = text_is(x->build, "device_model_version", "qemu_xen_traditional");
        xen->no_platform_device = toggle_of(x->hvm, "xen_platform_pci") == TRISTATE_NO;
        xen->rdm_strategy = text_is(rdm, "strategy", "host") ? XEN_RDM_HOST : XEN_RDM_DEVICES;
        xen->rdm_policy = policy >= 0 ? (XenRdmPolicy) policy : XEN_RDM_DEFAULT;
        r = kibibytes(x, x->hvm, "mmio_hole_memkb", &xen->mmio_hole);
        if (r >= 0)
                r = kibibytes(x, x->hvm, "rdm_mem_boundary_memkb", &xen->rdm_mem_boundary);
        /* 0 is a boundary, as in xl.cfg. */
        if (r >= 0 && json_is_integer(boundary) && json_integer_value(boundary) == 0)
                xen->rdm_mem_boundary = 1;
        if (r >= 0)
                r = kibibytes(x, x->build, "video_memkb", &xen->video_memory);
        if (r >= 0 && xen->mmio_hole != 0 &&
                        (xen->mmio_hole < UINT64_C(256) << 20 || xen->mmio_hole > UINT64_C(3840) << 20))
                r = vm_fail(&x->vm, "mmio_hole_memkb: expected 262144 to 3932160");
        return r;
}

static void read_display(XlJson *x) {
        static const struct {
                const char *kind, *word;
        } kinds[] = { { "std", "stdvga" }, { "cirrus", "cirrus" }, { "qxl", "qxl" }, { "none", "none" } };
        GuestXen *xen = &x->vm.guest->xen;
        const json_t *vga = json_object_get(x->hvm, "vga");

        for (size_t i = 0; i < ELEMENTS(kinds); i++)
                if (text_is(vga, "kind", kinds[i].kind))
                        snprintf(xen->vga, sizeof(xen->vga), "%s", kinds[i].word);
        xen->no_vga = strcmp(xen->vga, "none") == 0;
}

static int read_firmware(XlJson *x) {
        GuestFirmware *firmware = &x->vm.guest->firmware;
        const char *path = text_of(x->hvm, "system_firmware"), *loader = text_of(x->hvm, "firmware"),
                   *bios = text_of(x->hvm, "bios");
        int kind;

        if (x->vm.guest->machine != MACHINE_XEN_HVM) {
                firmware->kind = FIRMWARE_NONE;
                return 0;
        }
        if (path)
                guest_firmware_set_path(firmware, path);
        kind = bios ? firmware_from_string(bios) : -EINVAL;
        if (kind >= 0)
                firmware->kind = (FirmwareKind) kind;
        if (loader && !vm_ends_with(loader, "hvmloader"))
                return vm_ignore(&x->vm, "firmware",
                                "%.80s: not Xen's hvmloader; hawd does not know what it does", loader);
        return 0;
}

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

static int add_assigned(XlJson *x, const json_t *json) {
        uint64_t domain, bus, slot, function, mask;
        const char *name = text_of(json, "name"), *policy = text_of(json, "rdm_policy");
        char text[160];
        int n, r = number_of(x, json, "domain", UINT16_MAX, &domain);

        if (r >= 0)
                r = number_of(x, json, "bus", UINT8_MAX, &bus);
        if (r >= 0)
                r = number_of(x, json, "dev", 31, &slot);
        if (r >= 0)
                r = number_of(x, json, "func", 7, &function);
        if (r >= 0)
                r = number_of(x, json, "vfunc_mask", UINT32_MAX, &mask);
        if (r < 0)
                return r;
        if (name && *name && domain + bus + slot + function == 0)
                return strchr(name, ',') ? vm_fail(&x->vm, "pcidevs: name: expected no comma")
                                         : xl_pci_named(&x->vm, name);
        n = snprintf(text, sizeof(text), "%04x:%02x:%02x.", (unsigned) domain, (unsigned) bus,
                        (unsigned) slot);
        if (mask == UINT32_MAX)
                snprintf(text + n, sizeof(text) - (size_t) n, "*");
        else
                snprintf(text + n, sizeof(text) - (size_t) n, "%u", (unsigned) function);
        n = (int) strlen(text);
        if (policy && xen_rdm_policy_from_string(policy) >= 0)
                snprintf(text + n, sizeof(text) - (size_t) n, ",rdm_policy=%.20s", policy);
        return xl_pci_read(&x->vm, text, json_is_true(json_object_get(json, "seize")));
}

static int add_network(XlJson *x, size_t i, const json_t *json) {
        const char *model = text_of(json, "model");

        return text_is(json, "nictype", "vif") ? 0 : xl_network_add(&x->vm, i, model ? model : "rtl8139");
}

static int add_list(XlJson *x, const char *key, size_t max,
                int (*add)(XlJson *x, size_t i, const json_t *json)) {
        const json_t *list = json_object_get(x->config, key);
        const json_t *item;
        size_t i;

        if (json_array_size(list) > max)
                return vm_fail(&x->vm, "%s: expected at most %zu", key, max);
        json_array_foreach(list, i, item) {
                int r = json_is_object(item) ? add(x, i, item)
                                             : vm_fail(&x->vm, "%s: expected objects", key);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_assigned_at(XlJson *x, size_t i, const json_t *json) {
        return add_assigned(x, json);
}

static int add_disks(XlJson *x) {
        const json_t *list = json_object_get(x->config, "disks"), *item;
        size_t i;

        json_array_foreach(list, i, item) {
                const char *disk = text_of(item, "vdev");

                if (disk && xl_disk_is_scsi(disk) && !json_integer_value(json_object_get(item, "is_cdrom")))
                        return xl_emulated_add(&x->vm, "lsi53c895a", "lsi53c895a");
        }
        return 0;
}

static int add_others(XlJson *x) {
        static const char *const usb[] = { "", "piix3-usb-uhci", "ich9-usb-ehci1", "nec-usb-xhci" };
        const json_t *spice = json_object_get(x->hvm, "spice");
        uint64_t version;
        int r = number_of(x, x->hvm, "usbversion", ELEMENTS(usb) - 1, &version);

        if (r >= 0 && toggle_of(spice, "enable") == TRISTATE_YES &&
                        toggle_of(spice, "vdagent") == TRISTATE_YES)
                r = xl_emulated_add(&x->vm, "virtio-serial", "virtio-serial");
        if (r >= 0)
                r = xl_emulated_add(&x->vm, usb[version], usb[version]);
        if (r >= 0 && text_is(x->hvm, "soundhw", "hda"))
                r = xl_emulated_add(&x->vm, "intel-hda", "intel-hda");
        return r;
}

static int add_usb_controller(XlJson *x, size_t i, const json_t *json) {
        const json_int_t version = json_integer_value(json_object_get(json, "version"));
        const char *driver = version == 2 ? "usb-ehci" : version == 3 ? "nec-usb-xhci" : "";

        return text_is(json, "type", "devicemodel") ? xl_emulated_add(&x->vm, driver, driver) : 0;
}

static int collect_words(XlJson *x, const char *key, VmWords *words) {
        const json_t *list = json_object_get(x->build, key), *item;
        size_t i;
        int r = 0;

        json_array_foreach(list, i, item) {
                if (!json_is_string(item))
                        return vm_fail(&x->vm, "%s: expected strings", key);
                r = vm_words_add(words, json_string_value(item), 0);
                if (r < 0)
                        return r;
        }
        return r;
}

static int add_options(XlJson *x) {
        _cleanup_(vm_words_done) VmWords words = {};
        int r = collect_words(x, "extra", &words);

        if (r >= 0)
                r = collect_words(x, "extra_hvm", &words);
        return r < 0 || words.n == 0 ? r : xl_device_model_words(&x->vm, &words);
}

/* In libxl's order, as xl_emulated(). */
static int add_emulated(XlJson *x) {
        int r = add_disks(x);

        if (r >= 0)
                r = add_others(x);
        if (r >= 0)
                r = add_list(x, "nics", GUEST_DEVICES_MAX, add_network);
        if (r >= 0)
                r = add_options(x);
        if (r >= 0 && text_is(x->hvm, "hdtype", "ahci"))
                r = xl_emulated_add(&x->vm, "ahci0", "ahci");
        if (r >= 0 && text_is(x->hvm, "vendor_device", "xenserver"))
                r = xl_emulated_add(&x->vm, "xen-pvdevice", "xen-pvdevice");
        return r < 0 ? r : add_list(x, "usbctrls", GUEST_DEVICES_MAX, add_usb_controller);
}

/* ── the whole ─────────────────────────────────────────────────────────────────────────────────────────── */

static int read_domain(XlJson *x) {
        uint64_t vcpus = 0;
        int r = read_type(x);

        if (r >= 0)
                r = number_of(x, x->build, "max_vcpus", UINT32_MAX, &vcpus);
        if (r >= 0)
                r = xl_vcpus(&x->vm, "max_vcpus", vcpus);
        if (r >= 0)
                r = read_memory(x);
        if (r >= 0)
                r = read_settings(x);
        if (r >= 0)
                r = read_firmware(x);
        if (r < 0)
                return r;
        read_display(x);
        r = add_list(x, "pcidevs", GUEST_DEVICES_MAX, add_assigned_at);
        if (r >= 0 && x->vm.guest->machine == MACHINE_XEN_HVM)
                r = add_emulated(x);
        return r < 0 ? r : xl_json_note(&x->vm, x->build, x->hvm);
}

/* "xl list -l" has an array, with dom0 in it. */
static const json_t *config_of(const json_t *document, size_t *ret_n) {
        const json_t *found = NULL, *item;
        size_t i;

        *ret_n = 1;
        if (json_is_object(document)) {
                item = json_object_get(document, "config");
                return json_is_object(item) ? item : document;
        }
        *ret_n = 0;
        json_array_foreach(document, i, item) {
                const json_t *domid = json_object_get(item, "domid"),
                             *config = json_object_get(item, "config");

                if (!json_is_object(config) || (json_is_integer(domid) && json_integer_value(domid) == 0))
                        continue;
                ++*ret_n;
                found = found ? found : config;
        }
        return found ? found : json_object_get(json_array_get(document, 0), "config");
}

bool xl_json_is(const json_t *document) {
        size_t n;
        const json_t *config = config_of(document, &n);

        return json_is_object(json_object_get(config, "c_info")) &&
                        json_is_object(json_object_get(config, "b_info"));
}

int xl_json_read(const json_t *document, Guest *ret, VmError *reterr) {
        size_t n;
        const json_t *config = config_of(document, &n);
        Guest guest = { .vmm = VMM_XEN, .kvm = true };
        XlJson x = { .vm = { .guest = &guest, .error = reterr },
                .create = json_object_get(config, "c_info"),
                .build = json_object_get(config, "b_info"),
                .config = config };
        int r;

        *reterr = (VmError){};
        if (n == 0)
                return vm_error(reterr, 0, "only dom0 is in this list: expected a guest");
        r = read_domain(&x);
        if (r >= 0)
                xl_json_settle(document, config, &guest);
        if (r >= 0 && n > 1)
                r = vm_bounded(&x.vm, guest_assume(&guest, "domain", "the first of %zu guests", n));
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}
