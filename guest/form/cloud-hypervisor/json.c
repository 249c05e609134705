/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/cloud-hypervisor/ch.h"
#include "probe/cleanup.h"

/* Members of VmConfig in all releases. */
static const struct {
        const char *name;
        ChSection section; /* 0: no effect */
        bool list;
        const char *ignored; /* reason if not followed */
} members[] = {
        { "cpus", CH_CPUS },
        { "memory", CH_MEMORY },
        { "payload" },
        { "kernel" },
        { "cmdline" },
        { "initramfs" },
        { "rate_limit_groups" },
        { "disks", CH_SMALL, true },
        { "net", CH_SMALL, true },
        { "rng", CH_SMALL },
        { "balloon" },
        { "generic_vhost_user", CH_SMALL, true },
        { "fs", CH_FS, true },
        { "pmem", CH_PMEM, true },
        { "serial" },
        { "console" },
        { "debug_console" },
        { "platform", CH_PLATFORM },
        { "pci_segments", CH_SEGMENT, true },
        { "devices", CH_DEVICE, true },
        { "user_devices", 0, true, "a device that accesses guest memory; hawd does not support it" },
        { "vdpa", 0, true, "a device that accesses guest memory; hawd does not support it" },
        { "vsock", CH_SMALL },
        { "ivshmem", CH_IVSHMEM },
        { "sgx_epc", 0, true, "enclave memory is not supported" },
        { "pvmemcontrol" },
        { "pvpanic" },
        { "iommu" },
        { "numa" },
        { "watchdog" },
        { "rtc" },
        { "gdb" },
        { "tpm" },
        { "landlock_enable" },
        { "landlock_rules" },
};

/* vm.info nests it one level deeper. */
static json_t *config_of(const json_t *document) {
        json_t *config = json_object_get(document, "config");

        return json_is_object(config) ? config : (json_t *) document;
}

bool ch_json_is(const json_t *document) {
        static const char *const telling[] = { "payload", "cpus", "kernel", "disks" };
        const json_t *config = config_of(document);

        if (!json_is_object(config) || json_object_get(document, "schema"))
                return false;
        for (size_t i = 0; i < ELEMENTS(telling); i++)
                if (json_object_get(config, telling[i]))
                        return true;
        return false;
}

static int fail_object(Ch *ch, const char *where) {
        return vm_fail(&ch->vm, "%s: expected an object", where);
}

static int read_object(Ch *ch, ChSection section, const char *where, json_t *object) {
        _cleanup_(key_values_done) KeyValues values = {};
        int r;

        if (!json_is_object(object))
                return fail_object(ch, where);
        r = key_values_add_json(&values, object);
        if (r == -EINVAL)
                return vm_fail(&ch->vm, "%s: expected at most %d values", where, KEY_VALUES_MAX);
        return r < 0 ? r : ch_section(ch, section, where, &values);
}

static int read_list(Ch *ch, ChSection section, const char *name, json_t *list) {
        char where[64];
        json_t *element;
        size_t i;
        int r = 0;

        if (!json_is_array(list))
                return vm_fail(&ch->vm, "%s: expected a list", name);
        json_array_foreach(list, i, element) {
                snprintf(where, sizeof(where), "%.40s.%zu", name, i);
                r = read_object(ch, section, where, element);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_member(Ch *ch, size_t i, json_t *value) {
        const char *name = members[i].name;

        if (json_is_null(value))
                return 0;
        if (members[i].ignored)
                return json_array_size(value) > 0 ? ch_ignore(ch, name, members[i].ignored) : 0;
        if (!members[i].section)
                return 0;
        return members[i].list ? read_list(ch, members[i].section, name, value)
                               : read_object(ch, members[i].section, name, value);
}

static int read_path(Ch *ch, const json_t *object, const char *name, const char *where,
                int (*set)(Ch *ch, const char *path)) {
        const json_t *value = json_object_get(object, name);

        if (!value || json_is_null(value))
                return 0;
        return json_is_string(value) ? set(ch, json_string_value(value))
                                     : vm_fail(&ch->vm, "%s.%s: expected a path", where, name);
}

/* Releases before 24 have the kernel at the top level. */
static int read_payload(Ch *ch, const json_t *config) {
        json_t *payload = json_object_get(config, "payload"), *kernel = json_object_get(config, "kernel");
        int r;

        if ((payload && !json_is_null(payload) && !json_is_object(payload)) ||
                        (kernel && !json_is_null(kernel) && !json_is_object(kernel)))
                return fail_object(ch, json_is_object(payload) ? "kernel" : "payload");
        r = read_path(ch, payload, "firmware", "payload", ch_firmware);
        if (r >= 0)
                r = read_path(ch, payload, "kernel", "payload", ch_kernel);
        if (r >= 0)
                r = read_path(ch, kernel, "path", "kernel", ch_kernel);
        if (r >= 0 && json_is_string(json_object_get(payload, "igvm"))) {
                ch->starts = true;
                r = ch_ignore(ch, "payload.igvm", "the content of an IGVM file is unknown");
        }
        if (r >= 0 && !ch->starts)
                r = vm_fail(&ch->vm, "payload: expected a kernel or firmware");
        return r;
}

static int read_config(Ch *ch, json_t *config) {
        const json_t *memory = json_object_get(config, "memory"), *size = json_object_get(memory, "size");
        json_t *zones = json_object_get(memory, "zones"), *value;
        const char *name;
        int r = read_payload(ch, config);

        if (r >= 0 && memory && (!size || json_is_null(size)))
                r = vm_fail(&ch->vm, "memory.size: missing");
        if (r >= 0 && zones && !json_is_null(zones))
                r = read_list(ch, CH_ZONE, "memory.zones", zones);
        if (r < 0)
                return r;
        json_object_foreach(config, name, value) {
                size_t i = 0;

                while (i < ELEMENTS(members) && strcmp(members[i].name, name) != 0)
                        i++;
                r = i < ELEMENTS(members) ? read_member(ch, i, value)
                                          : vm_ignore(&ch->vm, name, "not understood");
                if (r < 0)
                        return r;
        }
        ch->viommu |= json_is_true(json_object_get(config, "iommu"));
        return ch_finish(ch);
}

int ch_json_read(const json_t *document, Guest *ret, VmError *reterr) {
        Guest guest = { .vmm = VMM_CLOUD_HYPERVISOR,
                .by_host = true,
                .machine = MACHINE_CLOUD_HYPERVISOR,
                .kvm = true };
        Ch ch = { .vm = { .guest = &guest, .error = reterr }, .json = true };
        int r;

        guest.memory.ram = UINT64_C(512) << 20;
        r = read_config(&ch, config_of(document));
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}
