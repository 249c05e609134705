/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory backends and their users: NUMA nodes, DIMMs, virtio-mem. Notes contradictions that QEMU rejects;
 * sums are checked when the whole guest is known. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/qemu.h"

#define MIB (UINT64_C(1) << 20)
#define DEFAULT_RAM (128 * MIB)
#define GRANULE (2 * MIB) /* of memory-backend-ram; default block size of virtio-mem */

/* Finds a backend by name; NULL if not found, which is noted unless an unread file may have it. */
static int take_backend(Vm *vm, const char *what, const char *id, const VmObject **ret) {
        VmObject *found = NULL;
        char text[160];

        for (size_t i = 0; i < vm->qemu->n_objects && !found; i++)
                if (strcmp(vm->qemu->objects[i].id, id) == 0)
                        found = &vm->qemu->objects[i];
        *ret = found;
        if (!found && vm->qemu->n_configs > 0)
                return 0;
        if (!found)
                snprintf(text, sizeof(text), "memory backend '%.60s' not found", id);
        else if (found->used)
                snprintf(text, sizeof(text), "memory backend '%.60s' is used twice", id);
        else {
                found->used = true;
                return 0;
        }
        return vm_refuse(vm, what, text);
}

/* ── NUMA ──────────────────────────────────────────────────────────────────────────────────────────────── */

static int number_node(Vm *vm, const char *said) {
        VmNuma *numa = &vm->qemu->numa;
        uint64_t id = numa->n;
        char text[64];
        int r = said ? vm_number(vm, "-numa nodeid", said, UINT16_MAX, &id) : 0;

        if (r < 0)
                return r;
        if (id >= VM_NODES_MAX) {
                snprintf(text, sizeof(text), "node %" PRIu64 " is above the maximum, %d", id,
                                VM_NODES_MAX - 1);
                return vm_refuse(vm, "-numa", text);
        }
        if (numa->present[id]) {
                snprintf(text, sizeof(text), "node %" PRIu64 " is defined twice", id);
                return vm_refuse(vm, "-numa", text);
        }
        numa->present[id] = true;
        numa->n++;
        return 0;
}

/* Saturates: above 4 PiB it cannot match the RAM size anyway. */
static void add_node(Vm *vm, uint64_t size) {
        GuestMemory *memory = &vm->guest->memory;

        if (memory->numa_size + size <= UINT64_C(1) << 52)
                memory->numa_size += size;
}

int vm_numa(Vm *vm, const KeyValues *values) {
        const char *type = key_values_get(values, "type"), *mem = key_values_get(values, "mem");
        const char *memdev = key_values_get(values, "memdev");
        const VmObject *backend = NULL;
        uint64_t size = 0;
        int r;

        if (!type || strcmp(type, "node") != 0)
                return 0;
        vm->guest->memory.numa = true;
        r = number_node(vm, key_values_get(values, "nodeid"));
        if (r >= 0 && mem)
                r = vm_size(vm, "-numa mem", mem, MIB, &size);
        if (r >= 0 && memdev) {
                r = take_backend(vm, "-numa memdev=", memdev, &backend);
                vm->qemu->numa.unknown |= !backend;
                size = backend ? backend->size : 0;
        }
        add_node(vm, size);
        vm->guest->memory.numa_mem |= mem != NULL;
        vm->qemu->numa.memdev |= memdev != NULL;
        return r;
}

int vm_numa_finish(Vm *vm) {
        const VmNuma *numa = &vm->qemu->numa;
        GuestMemory *memory = &vm->guest->memory;
        unsigned node = 0;
        char text[64];
        int r = 0;

        if (memory->numa_mem && numa->memdev)
                r = vm_refuse(vm, "-numa", "mem= and memdev= cannot be used together");
        while (node < numa->n && numa->present[node])
                node++;
        if (r >= 0 && node < numa->n) {
                snprintf(text, sizeof(text), "there are %u nodes, but node %u is missing", numa->n, node);
                r = vm_refuse(vm, "-numa", text);
        }
        if (r >= 0 && numa->memdev && *vm->qemu->memory_backend)
                r = vm_refuse(vm, "-numa memdev=", "cannot be used together with -machine memory-backend=");
        /* The sum is not known. */
        if (numa->unknown) {
                memory->numa = false;
                memory->numa_size = 0;
        }
        return r;
}

/* ── -machine memory-backend= ──────────────────────────────────────────────────────────────────────────── */

int vm_memory_backend(Vm *vm) {
        GuestMemory *memory = &vm->guest->memory;
        const VmObject *backend;
        char text[160];
        int r;

        if (!*vm->qemu->memory_backend)
                return 0;
        r = take_backend(vm, "-machine memory-backend=", vm->qemu->memory_backend, &backend);
        if (r < 0 || !backend)
                return r;
        /* On virt the maximum stays that of QEMU's default, and the difference wraps around. */
        if (memory->ram == 0 && memory->max == 0 && vm->qemu->arm64 && backend->size > DEFAULT_RAM) {
                memory->ram = backend->size;
                return vm_refuse(vm, "-machine memory-backend=",
                                "maxmem/slots too huge: without -m the maximum is 128 MiB (seen with QEMU "
                                "7.2 and later): set -m");
        }
        if (memory->ram == 0)
                memory->ram = backend->size;
        if (memory->ram == backend->size)
                return 0;
        snprintf(text, sizeof(text), "'%.60s' has %" PRIu64 " MiB, -m sets %" PRIu64 " MiB", backend->id,
                        backend->size >> 20, memory->ram >> 20);
        return vm_refuse(vm, "-machine memory-backend=", text);
}

/* ── memory devices ────────────────────────────────────────────────────────────────────────────────────── */

static int refuse_size(Vm *vm, const char *what, const char *name, uint64_t size, uint64_t of) {
        char text[160];

        snprintf(text, sizeof(text), "%s is 0x%" PRIx64 "; it must be a multiple of 0x%" PRIx64, name, size,
                        of);
        return vm_refuse(vm, what, text);
}

static int look_at_blocks(Vm *vm, const KeyValues *values, const char *what, bool ram, GuestModule *module) {
        const char *block = key_values_get(values, "block-size");
        const char *requested = key_values_get(values, "requested-size");
        uint64_t bytes = GRANULE, wanted = 0;
        int r = 0;

        if (block)
                r = vm_size(vm, "block-size", block, 1, &bytes);
        if (r >= 0 && requested)
                r = vm_size(vm, "requested-size", requested, 1, &wanted);
        if (r < 0)
                return r;
        if (bytes < MIB || (bytes & (bytes - 1)) != 0)
                return vm_refuse(vm, what, "block-size must be a power of two of at least 1 MiB");
        if (block) {
                module->align = bytes > GRANULE ? bytes : 0;
                module->block = bytes;
        }
        if (wanted % bytes)
                return refuse_size(vm, what, "requested-size", wanted, bytes);
        if (ram && bytes < GRANULE)
                bytes = GRANULE;
        return module->size % bytes ? refuse_size(vm, what, "its memory backend", module->size, bytes) : 0;
}

int vm_module(Vm *vm, const KeyValues *values) {
        static const struct {
                const char *driver;
                MemoryKind kind;
        } kinds[] = {
                { "pc-dimm", MEMORY_DIMM },
                { "nvdimm", MEMORY_NVDIMM },
                { "virtio-mem", MEMORY_VIRTIO_MEM },
                { "virtio-pmem", MEMORY_VIRTIO_PMEM },
        };
        const char *driver = key_values_get(values, "driver"), *memdev = key_values_get(values, "memdev");
        const char *id = key_values_get(values, "id");
        const VmObject *backend = NULL;
        GuestModule module = {};
        char what[96];
        bool ram;
        int r;

        snprintf(what, sizeof(what), "-device %.30s%s%.40s", driver, id ? " " : "", id ? id : "");
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
                if (strncmp(driver, kinds[i].driver, strlen(kinds[i].driver)) == 0)
                        module.kind = kinds[i].kind;
        if (!memdev)
                return vm_refuse(vm, what, "memdev= is missing");
        r = take_backend(vm, what, memdev, &backend);
        if (r < 0 || !backend || backend->size == 0)
                return r;
        module.size = backend->size;
        ram = strcmp(backend->type, "memory-backend-ram") == 0;
        /* The size of an NVDIMM's label is not known: any size is accepted. */
        if (module.kind == MEMORY_VIRTIO_MEM)
                r = look_at_blocks(vm, values, what, ram, &module);
        else if (ram && module.kind != MEMORY_NVDIMM && module.size % GRANULE)
                r = refuse_size(vm, what, "its memory backend", module.size, GRANULE);
        return r < 0 ? r : vm_bounded(vm, guest_add_module(vm->guest, &module));
}
