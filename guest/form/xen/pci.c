/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Assigned devices: pci=, rdm=, passthrough=, dtdev= (xl-pci-configuration(5), tools/libs/util/libxlu_pci.c). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/xen/xl.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* ── pci= ──────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct PciEntry {
        PciAddress address;
        bool has_address, all_functions, seized;
        unsigned slot; /* in the guest; 0: any */
        char name[96]; /* name=, of "xl pci-assignable-add -n"; "" not given */
        XenRdmPolicy policy;
} PciEntry;

static bool take_hex(const char **text, unsigned max, unsigned *ret) {
        size_t n = strspn(*text, "0123456789abcdefABCDEF");
        uint64_t number;

        if (n == 0 || !text_u64((Bytes){ .data = (const uint8_t *) *text, .n = n }, 16, &number) ||
                        number > max)
                return false;
        *ret = (unsigned) number;
        *text += n;
        return true;
}

static bool take_sign(const char **text, char sign) {
        if (**text != sign)
                return false;
        ++*text;
        return true;
}

/* "[DDDD:]BB:DD.F", also ".*" for all functions. */
static bool take_address(const char **text, PciEntry *ret) {
        const char *c = *text;
        unsigned numbers[3] = {}, n = 0, function = 0;

        do {
                if (n == ELEMENTS(numbers) || !take_hex(&c, 0xffff, &numbers[n++]))
                        return false;
        } while (take_sign(&c, ':'));
        if (n < 2 || !take_sign(&c, '.') || numbers[n - 2] > 0xff || numbers[n - 1] > 0x1f)
                return false;
        ret->all_functions = take_sign(&c, '*');
        if (!ret->all_functions && !take_hex(&c, 7, &function))
                return false;
        ret->address = (PciAddress){ .domain = n == 3 ? numbers[0] : 0,
                .bus = (uint8_t) numbers[n - 2],
                .device = (uint8_t) numbers[n - 1],
                .function = (uint8_t) function };
        ret->has_address = true;
        *text = c;
        return true;
}

static bool set_policy(XenRdmPolicy *policy, const char *value) {
        int found = xen_rdm_policy_from_string(value);

        if (found < 0)
                return false;
        *policy = (XenRdmPolicy) found;
        return true;
}

static int set_key(Vm *vm, PciEntry *entry, const char *key, const char *value) {
        static const char *const harmless[] = { "permissive", "msitranslate", "power_mgmt" };
        const char *rest = value;

        if (VM_ONE_OF(key, harmless))
                return 0;
        if (strcmp(key, "seize") == 0) {
                /* atoi() */
                entry->seized = strtol(value, NULL, 10) != 0;
                return 0;
        }
        if (strcmp(key, "rdm_policy") == 0)
                return set_policy(&entry->policy, value)
                                ? 0
                                : vm_fail(vm, "pci: rdm_policy: expected strict or relaxed, not '%.60s'",
                                                  value);
        if (strcmp(key, "bdf") == 0)
                return take_address(&rest, entry)
                                ? 0
                                : vm_fail(vm, "pci: bdf: expected an address such as 0000:01:00.0, not '%.60s'",
                                                  value);
        if (strcmp(key, "vslot") == 0)
                return take_hex(&rest, 0x1f, &entry->slot)
                                ? 0
                                : vm_fail(vm, "pci: vslot: expected a number from 0 to 1f, not '%.60s'",
                                                  value);
        if (strcmp(key, "name") == 0) {
                text_printable(bytes_of(value), entry->name, sizeof(entry->name));
                return *entry->name ? 0 : vm_fail(vm, "pci: name: expected a name");
        }
        return vm_fail(vm,
                        "pci: xl does not accept '%.60s': expected rdm_policy, permissive, msitranslate, "
                        "seize, power_mgmt, bdf, vslot or name",
                        key);
}

static int read_keys(Vm *vm, const char *text, PciEntry *entry) {
        while (*text) {
                const char *equals = strchr(text, '=');
                _cleanup_free_ char *key = NULL, *value = NULL;
                size_t n;
                int r;

                if (!equals)
                        return vm_fail(vm, "pci: expected KEY=VALUE, not '%.60s'", text);
                n = strcspn(equals + 1, ",");
                key = strndup(text, (size_t) (equals - text));
                value = strndup(equals + 1, n);
                if (!key || !value)
                        return -ENOMEM;
                r = set_key(vm, entry, key, value);
                if (r < 0)
                        return r;
                text = equals + 1 + n;
                text += *text == ',';
        }
        return 0;
}

static int read_entry(Vm *vm, const char *text, PciEntry *entry) {
        const char *rest = text;
        int r;

        if (take_address(&rest, entry)) {
                if (take_sign(&rest, '@') && !take_hex(&rest, 0x1f, &entry->slot))
                        return vm_fail(vm, "pci: expected a slot from 0 to 1f after '@', not '%.60s'", rest);
                if (*rest && !take_sign(&rest, ','))
                        return vm_fail(vm, "pci: expected a comma, not '%.60s'", rest);
        }
        if (!entry->has_address && !strchr(text, '='))
                return vm_fail(vm, "pci: expected an address such as 0000:01:00.0, not '%.60s'", text);
        r = read_keys(vm, rest, entry);
        if (r < 0)
                return r;
        if (entry->has_address == (*entry->name != 0))
                return vm_fail(vm, "pci: expected an address or a name, not %s",
                                entry->has_address ? "both" : "neither");
        return 0;
}

static int add_device(Vm *vm, const PciEntry *entry) {
        GuestDevice *device;
        int r = guest_add_device(vm->guest, &device);

        if (r < 0)
                return vm_bounded(vm, r);
        device->assigned = true;
        device->has_address = entry->has_address;
        device->address = entry->address;
        device->rdm_policy = entry->policy;
        device->seized = entry->seized;
        if (entry->has_address)
                pci_address_format(&entry->address, device->name, sizeof(device->name));
        else
                memcpy(device->name, entry->name, sizeof(device->name));
        if (!entry->has_address)
                return vm_ignore(vm, device->name,
                                "only the host knows which device has this name: give its "
                                "address");
        if (entry->all_functions && entry->slot == 0)
                return vm_refuse(vm, "pci", "libxl: Must specify a v-slot for multi-function devices");
        if (entry->all_functions)
                return vm_ignore(vm, device->name,
                                "all functions of the device are assigned (.*): hawd counts "
                                "the first one");
        return 0;
}

int xl_pci_read(Vm *vm, const char *text, bool seized) {
        PciEntry entry = { .seized = seized };
        int r = read_entry(vm, text, &entry);

        return r < 0 ? r : add_device(vm, &entry);
}

int xl_pci_named(Vm *vm, const char *name) {
        PciEntry entry = {};

        text_printable(bytes_of(name), entry.name, sizeof(entry.name));
        return add_device(vm, &entry);
}

static int read_devices(Xl *xl) {
        const XlValue *list;
        const char *text;
        Tristate seized = TRISTATE_NO;
        size_t i;
        int r = xl_toggle(xl, "pci_seize", &seized);

        if (r >= 0)
                r = xl_list(xl, "pci", &list);
        if (r < 0)
                return r;
        for (i = 0; list && r >= 0 && (text = xl_item(xl, list, i)); i++)
                r = xl_pci_read(&xl->vm, text, seized == TRISTATE_YES);
        if (r < 0 || !list || i == list->n)
                return r;
        return vm_bounded(&xl->vm,
                        guest_assume(xl->vm.guest, "pci",
                                        "line %u: xl ends the list before the first entry that is a list: %zu "
                                        "not assigned",
                                        xl_find(xl, "pci")->line, list->n - i));
}

/* ── rdm= ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* xl goes on without the whole setting. */
static int rdm_lost(Xl *xl, const char *key, const char *value) {
        xl->vm.guest->xen.rdm_strategy = XEN_RDM_DEVICES;
        xl->vm.guest->xen.rdm_policy = XEN_RDM_DEFAULT;
        return vm_bounded(&xl->vm,
                        guest_assume(xl->vm.guest, "rdm",
                                        "line %u: not in effect: xl does not know %.30s=%.30s and goes on without "
                                        "rdm=",
                                        xl->vm.line, key, value));
}

static int set_rdm(Xl *xl, const char *key, const char *value, bool *ret_lost) {
        GuestXen *xen = &xl->vm.guest->xen;

        *ret_lost = false;
        if (strcmp(key, "strategy") == 0 && strcmp(value, "host") == 0)
                xen->rdm_strategy = XEN_RDM_HOST;
        else
                *ret_lost = strcmp(key, "policy") != 0 || !set_policy(&xen->rdm_policy, value);
        return *ret_lost ? rdm_lost(xl, key, value) : 0;
}

/* "strategy=host,policy=relaxed". Since Xen 4.15 xl loses it if it has a policy; guest/vmm/xen/ knows the
 * version. */
static int read_rdm(Xl *xl) {
        const char *text;
        int r = xl_string(xl, "rdm", &text);
        bool lost = false;

        while (r >= 0 && text && !lost) {
                const char *equals = strchr(text, '=');
                _cleanup_free_ char *key = NULL, *value = NULL;
                size_t n;

                if (!equals)
                        return rdm_lost(xl, text, "");
                n = strcspn(equals + 1, ",");
                key = strndup(text, (size_t) (equals - text));
                value = strndup(equals + 1, n);
                if (!key || !value)
                        return -ENOMEM;
                r = set_rdm(xl, key, value, &lost);
                text = equals[1 + n] ? equals + 2 + n : NULL;
        }
        return r;
}

/* ── the rest ──────────────────────────────────────────────────────────────────────────────────────────── */

bool xl_passthrough(GuestXen *xen, const char *word) {
        static const struct {
                const char *word;
                Tristate on, shared;
        } words[] = {
                { "default", TRISTATE_UNKNOWN, TRISTATE_UNKNOWN },
                { "disabled", TRISTATE_NO, TRISTATE_UNKNOWN },
                { "enabled", TRISTATE_YES, TRISTATE_UNKNOWN },
                { "sync_pt", TRISTATE_YES, TRISTATE_NO },
                { "share_pt", TRISTATE_YES, TRISTATE_YES },
        };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcmp(word, words[i].word) == 0) {
                        xen->passthrough = words[i].on;
                        xen->shared_tables = words[i].shared;
                        return true;
                }
        return false;
}

static int read_passthrough(Xl *xl) {
        const char *text;
        int r = xl_string(xl, "passthrough", &text);

        if (r < 0 || !text)
                return r;
        if (!xl_passthrough(&xl->vm.guest->xen, text))
                return vm_fail(&xl->vm,
                                "passthrough: expected disabled, enabled, sync_pt or share_pt, not '%.60s'",
                                text);
        return 0;
}

/* Devices of a device tree, on Arm. */
static int read_tree_devices(Xl *xl) {
        const XlValue *list;
        int r = xl_list(xl, "dtdev", &list);

        if (r < 0 || !list || list->n == 0)
                return r;
        return vm_ignore(&xl->vm, "dtdev",
                        "devices of a device tree, which hosts with Arm CPUs have, are not "
                        "supported");
}

/* 0 is a boundary, too, and not the default: RAM gives way to each region. These begin with a page. */
static int read_boundary(Xl *xl) {
        uint64_t *boundary = &xl->vm.guest->xen.rdm_mem_boundary;
        int r = xl_mebibytes(xl, "rdm_mem_boundary", boundary);

        if (r >= 0 && *boundary == 0 && xl_find(xl, "rdm_mem_boundary"))
                *boundary = 1;
        return r;
}

int xl_assigned(Xl *xl) {
        int r = read_passthrough(xl);

        if (r >= 0)
                r = read_rdm(xl);
        if (r >= 0)
                r = read_boundary(xl);
        if (r >= 0)
                r = read_devices(xl);
        return r < 0 ? r : read_tree_devices(xl);
}
