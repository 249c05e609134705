/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

/* Rejects names that are too long: truncated, they would match other names. */
static int copy_name(Vm *vm, const char *option, const char *text, char *ret, size_t size) {
        if (strlen(text) >= size)
                return vm_fail(vm, "%s: expected at most %zu characters", option, size - 1);
        strcpy(ret, text);
        return 0;
}

static int read_numbers(Vm *vm, const KeyValues *values, VmObject *object) {
        const char *size = key_values_get(values, "size");
        const char *reduced = key_values_get(values, "reduced-phys-bits");
        const char *policy = key_values_get(values, "policy"), *c_bit = key_values_get(values, "cbitpos");
        int r = 0;

        if (size && strncmp(object->type, "memory-backend-", 15) == 0)
                r = vm_size(vm, "-object size", size, 1, &object->size);
        object->reduced = reduced != NULL;
        if (r >= 0 && reduced)
                r = vm_number(vm, "-object reduced-phys-bits", reduced, UINT32_MAX, &object->reduced_bits);
        if (r >= 0 && c_bit)
                r = vm_number(vm, "-object cbitpos", c_bit, 63, &object->c_bit);
        if (r >= 0 && policy && strcmp(object->type, "sev-guest") == 0)
                r = vm_number(vm, "-object policy", policy, UINT64_MAX, &object->policy);
        return r;
}

/* "file.filename", "file.file.filename" */
static bool is_nested_file(const char *key) {
        while (strncmp(key, "file.", 5) == 0)
                key += 5;
        return strcmp(key, "filename") == 0;
}

static int read_object(Vm *vm, const KeyValues *values, VmObject *object) {
        const char *type = key_values_get(values, "qom-type"), *id = key_values_get(values, "id");
        const char *node = key_values_get(values, "node-name"), *file = key_values_get(values, "filename");
        int r;

        if (!type)
                type = "blockdev";
        if (!id)
                id = node ? node : "";
        /* In nested nodes the lowest one has the file. */
        for (size_t i = 0; !file && i < values->n; i++)
                if (is_nested_file(values->items[i].key))
                        file = values->items[i].value;
        if (!file)
                file = key_values_get(values, "file");
        /* Long names are no firmware's; only firmware matters. */
        if (file && strlen(file) >= sizeof(object->file))
                file = NULL;
        r = copy_name(vm, "-object", type, object->type, sizeof(object->type));
        if (r >= 0)
                r = copy_name(vm, "id", id, object->id, sizeof(object->id));
        if (r >= 0 && file)
                r = copy_name(vm, "file", file, object->file, sizeof(object->file));
        return r < 0 ? r : read_numbers(vm, values, object);
}

/* Such a disk's backend accesses guest memory. */
static int look_at_disk(Vm *vm, const KeyValues *values) {
        const char *driver = key_values_get(values, "qom-type") ? NULL : key_values_get(values, "driver");
        const char *node = key_values_get(values, "node-name");

        if (!driver || strcmp(driver, "virtio-blk-vhost-vdpa") != 0)
                return 0;
        return vm_ignore(vm, node ? node : driver,
                        "a device that accesses guest memory; hawd does not support it");
}

int vm_object(Vm *vm, const KeyValues *values) {
        VmObject object = {}, *grown;
        int r;

        if (vm->qemu->n_objects >= VM_OBJECTS_MAX)
                return vm_fail(vm, "-object: expected at most %d", VM_OBJECTS_MAX);
        r = look_at_disk(vm, values);
        if (r >= 0)
                r = read_object(vm, values, &object);
        if (r < 0)
                return r;
        r = vm_object_check(vm, &object);
        if (r < 0)
                return r;
        grown = reallocarray(vm->qemu->objects, vm->qemu->n_objects + 1, sizeof(VmObject));
        if (!grown)
                return -ENOMEM;
        vm->qemu->objects = grown;
        grown[vm->qemu->n_objects++] = object;
        return 0;
}

#define SLOTS_MAX 256

/* QEMU rounds boot RAM up to 8 KiB. */
static uint64_t round_ram(uint64_t size) {
        return (size + 8191) & ~UINT64_C(8191);
}

/* On arm64 the limit is a finding like the others of the machine. */
int vm_memory_slots(Vm *vm, const char *what, const char *value) {
        uint64_t number = 0;
        int r = vm_number(vm, what, value, vm->qemu->arm64 ? UINT32_MAX : SLOTS_MAX, &number);

        if (r >= 0 && number > SLOTS_MAX) {
                number = 0;
                r = vm_refuse(vm, what, "unsupported amount of memory slots, maximum amount is 256");
        }
        if (r >= 0)
                vm->guest->memory.slots = (uint32_t) number;
        return r;
}

int vm_memory(Vm *vm, const KeyValues *values) {
        GuestMemory *memory = &vm->guest->memory;
        const char *size = key_values_get(values, "size"), *max = key_values_get(values, "maxmem");
        const char *slots = key_values_get(values, "slots");
        int r = 0;

        if (size) {
                r = vm_size(vm, "-m", size, UINT64_C(1) << 20, &memory->ram);
                memory->ram = r < 0 ? 0 : round_ram(memory->ram);
        }
        if (r >= 0 && max)
                r = vm_size(vm, "-m maxmem", max, 1, &memory->max);
        return r >= 0 && slots ? vm_memory_slots(vm, "-m slots", slots) : r;
}
