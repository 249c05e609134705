/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Members of libxl's JSON that may move memory, and that hawd does not follow: as setting.c for xl.cfg. */

#include <jansson.h>
#include <string.h>

#include "guest/form/xen/xl.h"

static bool is(const json_t *object, const char *key, const char *word) {
        const char *text = json_string_value(json_object_get(object, key));

        return text && strcasecmp(text, word) == 0;
}

/* A list of leaves, in newer releases within an object: {"leaf": 2147483656, "eax": "xxxx..."}, a character for each bit. */
static bool sets_width(const json_t *cpuid) {
        const json_t *list = json_is_object(cpuid) ? json_object_get(cpuid, "cpuid") : cpuid, *item;
        size_t i;

        json_array_foreach(list, i, item) {
                const char *bits = json_string_value(json_object_get(item, "eax"));

                if (json_integer_value(json_object_get(item, "leaf")) == 0x80000008 && bits &&
                                strpbrk(bits, "01"))
                        return true;
        }
        return false;
}

/* libvirt names Xen's QEMU by its path. */
static bool is_other_model(const char *path) {
        const char *last = path ? strrchr(path, '/') : NULL;

        return path && strncmp(last ? last + 1 : path, "qemu-system-", strlen("qemu-system-")) != 0;
}

int xl_json_note(Vm *vm, const json_t *build, const json_t *hvm) {
        const struct {
                bool there;
                const char *what, *text;
        } notes[] = {
                { json_array_size(json_object_get(build, "iomem")) > 0, "iomem",
                                "maps memory of the host into the guest" },
                { is(hvm, "gfx_passthru", "true"), "gfx_passthru",
                                "an assigned graphics device in place of the emulated one, with its own memory" },
                { vm->guest->machine == MACHINE_XEN_HVM &&
                                                is_other_model(json_string_value(
                                                                json_object_get(build, "device_model"))),
                                "device_model",
                                "another device model than Xen's QEMU may have other devices" },
                { is(json_object_get(build, "type.pvh"), "pvshim", "true"), "pvshim",
                                "a Xen within the guest" },
                { is(hvm, "xen_platform_pci_bar_uc", "false"), "xen_platform_pci_bar_uc",
                                "makes hvmloader of Xen 4.21 and later place a BAR at the end of the hole" },
                { sets_width(json_object_get(build, "cpuid")), "cpuid",
                                "changes the address width in leaf 0x80000008" },
        };
        int r = 0;

        for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]) && r >= 0; i++)
                if (notes[i].there)
                        r = vm_ignore(vm, notes[i].what, "%s: hawd does not follow it", notes[i].text);
        return r;
}
