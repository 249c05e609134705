/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* Common options are kept only with a part that a remedy may change. */
static const struct {
        const char *name;
        const char *part; /* NULL: any value */
} kept[] = {
        { "cpu", NULL },
        { "machine", NULL },
        { "M", NULL },
        { "m", NULL },
        { "numa", "memdev" },
        { "device", "intel-iommu" },
        { "object", "sev-" },
        { "object", "memory-backend-" },
        { "global", "pci-hole64-size" },
        { "global", "aw-bits" },
        { "global", "dma-translation" },
        { "global", "phys-bits" },
        { "fw_cfg", "opt/ovmf/X-PciMmio64Mb" },
};

int vm_form_option(Vm *vm, const char *name, const char *value) {
        for (size_t i = 0; i < ELEMENTS(kept); i++)
                if (strcmp(name, kept[i].name) == 0 && (!kept[i].part || strstr(value, kept[i].part)))
                        return guest_form_add_option(&vm->guest->form, name, value);
        return 0;
}

static bool contains(const VmWords *words, const char *part) {
        for (size_t i = 0; i < words->n; i++)
                if (strstr(words->items[i].text, part))
                        return true;
        return false;
}

/* libvirt generates the options: the domain must be changed instead. Only a second -cpu is recognisable as
 * <qemu:commandline>. */
static int keep_added(GuestForm *form) {
        size_t n = json_array_size(form->options), n_cpu = 0, last = 0;

        for (size_t i = 0; i < n; i++)
                if (strcmp(json_string_value(json_array_get(json_array_get(form->options, i), 0)), "cpu") ==
                                0) {
                        n_cpu++;
                        last = i;
                }
        for (size_t i = n; i-- > 0;)
                if (n_cpu < 2 || i != last)
                        json_array_remove(form->options, i);
        if (json_array_size(form->options) > 0)
                return 0;
        json_decref(form->options);
        form->options = NULL;
        return 0;
}

/* "/usr/bin/kvm -id 100 -name ..." with files of Proxmox VE. */
static bool is_proxmox(const VmWords *words, uint32_t *ret_id) {
        bool found = false;
        uint64_t id = 0;

        for (size_t i = 0; i + 1 < words->n; i++) {
                const char *value = words->items[i + 1].text;

                if (strcmp(words->items[i].text, "-id") == 0 && text_u64(bytes_of(value), 10, &id) &&
                                id >= 100 && id <= 999999999)
                        found = true;
        }
        if (!found)
                return false;
        *ret_id = (uint32_t) id;
        return contains(words, "/run/qemu-server/") || contains(words, "/usr/share/qemu-server/") ||
                        contains(words, "/etc/pve/") || contains(words, "pve-edk2-firmware") ||
                        contains(words, "+pve") || contains(words, "/var/run/qemu-server/");
}

int vm_form_manager(Vm *vm, const VmWords *words) {
        GuestForm *form = &vm->guest->form;

        form->manager = MANAGER_COMMAND_LINE;
        if (is_proxmox(words, &form->id))
                form->manager = MANAGER_PROXMOX;
        else if (contains(words, "/libvirt/qemu/")) {
                form->manager = MANAGER_LIBVIRT;
                return keep_added(form);
        }
        return 0;
}
