/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CPU and memory of a guest's document. */

#include <string.h>

#include "guest/form/json/fields.h"
#include "profile/document/json-fact.h"

/* ── CPU ───────────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_vendor(const void *value) {
        const GuestCpu *cpu = value;

        if (cpu->vendor != CPU_VENDOR_UNKNOWN)
                return json_string(cpu_vendor_to_string(cpu->vendor));
        return json_text(cpu->vendor_is_host ? "host" : "");
}

static int read_vendor(const JsonValue *json, void *value) {
        GuestCpu *cpu = value;
        const char *word = json_string_value(json->json);
        int vendor = word ? cpu_vendor_from_string(word) : -1;

        cpu->vendor_is_host = word && strcmp(word, "host") == 0;
        if (cpu->vendor_is_host)
                return 0;
        if (vendor < 0 || vendor == CPU_VENDOR_UNKNOWN)
                return json_value_fail(json,
                                "expected \"host\", \"intel\", \"amd\", \"hygon\", \"centaur\", \"zhaoxin\" or \"other\"");
        cpu->vendor = (CpuVendor) vendor;
        return 0;
}

static const FieldHook vendor_hook = {
        .write = write_vendor,
        .read = read_vendor,
        .schema = "{\"enum\": [\"host\", \"intel\", \"amd\", \"hygon\", \"centaur\", \"zhaoxin\", \"other\"]}",
};

static json_t *write_phys_bits(const void *value) {
        const GuestCpu *cpu = value;

        return cpu->width_mode == WIDTH_HOST ? json_string("host")
                        : cpu->width_mode == WIDTH_EXPLICIT && cpu->phys_bits > 0
                        ? json_integer(cpu->phys_bits)
                        : json_null();
}

static int read_phys_bits(const JsonValue *json, void *value) {
        const json_int_t bits = json_integer_value(json->json);
        GuestCpu *cpu = value;

        if (json_is_string(json->json) && strcmp(json_string_value(json->json), "host") == 0) {
                cpu->width_mode = WIDTH_HOST;
                return 0;
        }
        if (!json_is_integer(json->json) || bits < 32 || bits > 52)
                return json_value_fail(json, "expected an integer from 32 to 52 or \"host\"");
        cpu->width_mode = WIDTH_EXPLICIT;
        cpu->phys_bits = (uint8_t) bits;
        return 0;
}

static const FieldHook phys_bits_hook = {
        .write = write_phys_bits,
        .read = read_phys_bits,
        .schema = "{\"oneOf\": [{\"type\": \"integer\", \"minimum\": 32, \"maximum\": 52}, {\"const\": \"host\"}]}",
};

#define CPU(member) FIELD_MEMBER(GuestCpu, member)

static const Field cpu_fields[] = {
        { "model", FIELD_STRING, 0, CPU(model), .text = "Name of the CPU model." },
        { "vendor", FIELD_CUSTOM, 0, .hook = &vendor_hook,
                        .text = "Vendor of the virtual CPU; under KVM the host's when left out." },
        { "physBits", FIELD_CUSTOM, 0, .hook = &phys_bits_hook,
                        .text = "phys-bits=N, or host-phys-bits=on." },
        { "hostPhysBitsLimit", FIELD_INTEGER, 0, CPU(limit), .max = 255,
                        .text = "host-phys-bits-limit; 0: none." },
        { "guestPhysBits", FIELD_INTEGER, 0, CPU(guest_phys_bits), .max = 52,
                        .text = "guest-phys-bits; 0: automatic." },
        { "pastLibvirt", FIELD_BOOLEAN, 0, CPU(past_libvirt),
                        .text = "Set by -cpu of <qemu:commandline>, which libvirt does not read." },
        { "longMode", FIELD_STATE3, 0, CPU(long_mode), .text = "Long mode (lm)." },
        { "la57", FIELD_STATE3, 0, CPU(la57), .text = "5-level paging." },
        { "pdpe1gb", FIELD_STATE3, 0, CPU(pdpe1gb), .text = "1 GiB pages." },
        { "pae", FIELD_STATE3, 0, CPU(pae), .text = "Physical address extension." },
        { "pse36", FIELD_STATE3, 0, CPU(pse36), .text = "36-bit page size extension." },
};
const FieldTable guest_cpu_table = { FIELD_TABLE(cpu_fields), .given = true };

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

static int check_module(const JsonValue *value, void *object, const void *before) {
        const GuestModule *module = object;

        if (module->size == 0)
                return json_value_fail(value, "size: expected more than 0");
        if ((module->align & (module->align - 1)) != 0)
                return json_value_fail(value, "align: expected a power of two");
        if ((module->block & (module->block - 1)) != 0)
                return json_value_fail(value, "block: expected a power of two");
        return 0;
}

#define MODULE(member) FIELD_MEMBER(GuestModule, member)

static const Field module_fields[] = {
        { "kind", FIELD_WORD, FIELD_ALWAYS, MODULE(kind), .words = &memory_words,
                        .text = "Kind of memory device." },
        { "size", FIELD_CUSTOM, FIELD_ALWAYS | FIELD_REQUIRED, MODULE(size), .hook = &guest_size_hook,
                        .text = "Size of the device." },
        { "align", FIELD_CUSTOM, 0, MODULE(align), .hook = &guest_size_hook,
                        .text = "Alignment of its address, a power of two: virtio-mem's block-size; 0: 2 MiB." },
        { "block", FIELD_CUSTOM, 0, MODULE(block), .hook = &guest_size_hook,
                        .text = "virtio-mem's block-size, a power of two; 0: 2 MiB." },
};
static const FieldTable module_table = { FIELD_TABLE(module_fields), .given = true, .check = check_module };

static json_t *write_numa(const void *value) {
        const GuestMemory *memory = value;

        return memory->numa ? json_integer((json_int_t) memory->numa_size) : json_null();
}

static int read_numa(const JsonValue *json, void *value) {
        GuestMemory *memory = value;

        memory->numa = true;
        return guest_size_hook.read(json, &memory->numa_size);
}

static json_t *write_cxl(const void *value) {
        const GuestMemory *memory = value;
        json_t *array = json_array();
        bool ok = true;

        if (!memory->cxl_on && memory->n_cxl == 0) {
                json_decref(array);
                return json_null();
        }
        for (uint32_t i = 0; i < memory->n_cxl && ok; i++)
                ok = json_array_append_new(array, guest_size_hook.write(&memory->cxl[i])) == 0;
        return json_finish(array, ok);
}

static int read_cxl(const JsonValue *json, void *value) {
        GuestMemory *memory = value;
        size_t n;
        int r = json_value_array(json, GUEST_CXL_MAX, &n);

        memory->cxl_on = true;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue window = json_value_element(json, i);

                r = guest_size_hook.read(&window, &memory->cxl[memory->n_cxl++]);
        }
        return r;
}

static const FieldHook numa_hook = { .write = write_numa, .read = read_numa, .schema = SIZE_SCHEMA };
static const FieldHook cxl_hook = {
        .write = write_cxl,
        .read = read_cxl,
        .schema = "{\"type\": \"array\", \"maxItems\": 16, \"items\": " SIZE_SCHEMA "}",
};

static int check_memory(const JsonValue *value, void *object, const void *before) {
        const GuestMemory *memory = object;
        JsonValue member;
        int r = json_value_member(value, "ram", &member);

        if (r < 0)
                return r;
        if (memory->ram == 0)
                return json_value_fail(&member, "expected more than 0");
        member.key = "max";
        if (memory->max > 0 && memory->max < memory->ram)
                return json_value_fail(&member, "expected at least as much as ram");
        member.key = "slots";
        if (memory->slots > 0 && memory->max == 0)
                return json_value_fail(&member, "expected max as well");
        member.key = "below4gMax";
        if (memory->below_4g_max > UINT64_C(4) << 30)
                return json_value_fail(&member, "expected at most 4 GiB");
        return 0;
}

#define MEMORY(member) FIELD_MEMBER(GuestMemory, member)

static const Field memory_fields[] = {
        { "ram", FIELD_CUSTOM, FIELD_ALWAYS | FIELD_REQUIRED, MEMORY(ram), .hook = &guest_size_hook,
                        .text = "Memory at boot." },
        { "max", FIELD_CUSTOM, 0, MEMORY(max), .hook = &guest_size_hook,
                        .text = "Maximum memory (-m maxmem); 0: no hot-plug region." },
        { "slots", FIELD_INTEGER, 0, MEMORY(slots), .max = 256, .text = "Slots for memory devices." },
        { "plugged", FIELD_CUSTOM, 0, MEMORY(plugged), .hook = &guest_size_hook,
                        .text = "Modules in the hot-plug region: DIMMs, NVDIMMs, virtio-mem, virtio-pmem." },
        { "below4gMax", FIELD_CUSTOM, 0, MEMORY(below_4g_max), .hook = &guest_size_hook,
                        .text = "max-ram-below-4g, at most 4 GiB; 0: the default." },
        { "lockedLimit", FIELD_CUSTOM, 0, MEMORY(locked_limit), .hook = &guest_size_hook,
                        .text = "Limit on locked memory of the VMM's process (RLIMIT_MEMLOCK); 4 PiB and more: no limit." },
        { "sgxEpc", FIELD_CUSTOM, 0, MEMORY(sgx_epc), .hook = &guest_size_hook,
                        .text = "SGX enclave page cache, all sections together." },
        { "numaMem", FIELD_BOOLEAN, 0, MEMORY(numa_mem),
                        .text = "The NUMA nodes have it by mem=, which machine types since 5.1 lack." },
        { "numa", FIELD_CUSTOM, FIELD_ALWAYS, .hook = &numa_hook,
                        .text = "Memory of all NUMA nodes together, where there are any; it must be ram." },
        { "modules", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(GuestMemory, modules, n_modules),
                        .max = GUEST_MODULES_MAX, .table = &module_table,
                        .text = "Memory devices that are plugged in from the start." },
        { "cxlWindows", FIELD_CUSTOM, FIELD_ALWAYS, .hook = &cxl_hook,
                        .text = "cxl=on, and the sizes of its fixed windows." },
};
const FieldTable guest_memory_table = { FIELD_TABLE(memory_fields), .given = true, .check = check_memory };
