/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/guest-json-field.h"
#include "guest/guest.h"
#include "probe/cleanup.h"
#include "profile/document/read-fact.h"

/* Of a guest's document: its memory. */

static int read_cxl(const JsonValue *value, const JsonField *field, void *ret) {
        GuestMemory *memory = ret;
        size_t n;
        int r;

        r = json_value_array(value, GUEST_CXL_MAX, &n);
        memory->cxl_on = true;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue window = json_value_element(value, i);

                r = guest_read_size(&window, field, &memory->cxl[memory->n_cxl++]);
        }
        return r;
}

static const JsonField module_members[] = {
        { "kind", json_read_word, JSON_FIELD(GuestModule, kind), .word = memory_from_string,
                        .expected = "\"dimm\", \"nvdimm\", \"virtio-mem\" or \"virtio-pmem\"" },
        { "size", guest_read_size, JSON_FIELD(GuestModule, size) },
        { "align", guest_read_size, JSON_FIELD(GuestModule, align) },
        { "block", guest_read_size, JSON_FIELD(GuestModule, block) },
};
static const JsonFields module_fields = { ELEMENTS(module_members), module_members };

static int read_modules(const JsonValue *value, const JsonField *field, void *ret) {
        GuestMemory *memory = ret;
        size_t n;
        int r;

        r = json_value_array(value, GUEST_MODULES_MAX, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);
                GuestModule *module = &memory->modules[memory->n_modules++];

                r = json_read_given(&element, &module_fields, module);
                if (r >= 0 && module->size == 0)
                        r = json_value_fail(&element, "size: expected more than 0");
                if (r >= 0 && (module->align & (module->align - 1)) != 0)
                        r = json_value_fail(&element, "align: expected a power of two");
                if (r >= 0 && (module->block & (module->block - 1)) != 0)
                        r = json_value_fail(&element, "block: expected a power of two");
        }
        return r;
}

static int read_numa(const JsonValue *value, const JsonField *field, void *ret) {
        GuestMemory *memory = ret;

        memory->numa = true;
        return guest_read_size(value, field, &memory->numa_size);
}

static const JsonField memory_members[] = {
        { "ram", guest_read_size, JSON_FIELD(GuestMemory, ram) },
        { "max", guest_read_size, JSON_FIELD(GuestMemory, max) },
        { "slots", guest_read_number, JSON_FIELD(GuestMemory, slots), .max = 256 },
        { "below4gMax", guest_read_size, JSON_FIELD(GuestMemory, below_4g_max) },
        { "lockedLimit", guest_read_size, JSON_FIELD(GuestMemory, locked_limit) },
        { "sgxEpc", guest_read_size, JSON_FIELD(GuestMemory, sgx_epc) },
        { "plugged", guest_read_size, JSON_FIELD(GuestMemory, plugged) },
        { "numa", read_numa },
        { "numaMem", json_read_bool, JSON_FIELD(GuestMemory, numa_mem) },
        { "modules", read_modules },
        { "cxlWindows", read_cxl },
};
const JsonFields guest_memory_fields = { ELEMENTS(memory_members), memory_members };
