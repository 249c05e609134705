/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/form/qemu/place.h"
#include "probe/cleanup.h"

typedef struct Global {
        const char *driver, *property, *value;
} Global;

int vm_hole(Vm *vm, uint64_t size) {
        vm->guest->pci_hole64_size = size;
        vm->guest->no_hole64 = size == 0;
        return 0;
}

static int set_hole(Vm *vm, const Global *global) {
        uint64_t size;
        int r;

        if (strcmp(global->property, "pci-hole64-size") == 0) {
                r = vm_size(vm, "-global pci-hole64-size", global->value, 1, &size);
                return r < 0 ? r : vm_hole(vm, size);
        }
        if (strcmp(global->property, "below-4g-mem-size") != 0 &&
                        strcmp(global->property, "x-pci-hole64-fix") != 0)
                return 0;
        return vm_ignore(vm, global->property, "-global %s is not supported", global->driver);
}

/* Kept apart, like the CPU's. */
static int set_viommu(Vm *vm, const Global *global) {
        GuestViommu *viommu = &vm->qemu->global_viommu;
        uint64_t bits;
        bool on;
        int r;

        if (strcmp(global->property, "aw-bits") == 0 || strcmp(global->property, "x-aw-bits") == 0) {
                r = vm_number(vm, "-global aw-bits", global->value, 64, &bits);
                if (r >= 0)
                        viommu->aw_bits = (uint8_t) bits;
                return r;
        }
        if (strcmp(global->property, "dma-translation") != 0)
                return 0;
        r = vm_boolean(vm, "-global dma-translation", global->value, &on);
        if (r >= 0)
                viommu->dma_translation = tristate(on);
        return r;
}

/* A global applies to a class and its subclasses. "host" derives from "max", others from none. */
static bool is_class_of_cpu(const Vm *vm, const char *driver) {
        static const char *const all[] = { "cpu", "x86_64-cpu", "i386-cpu", "arm-cpu" },
                                 *const ends[] = { "-x86_64-cpu", "-i386-cpu", "-arm-cpu" };
        const char *model = *vm->guest->cpu.model ? vm->guest->cpu.model : GUEST_CPU_MODEL_DEFAULT;

        for (size_t i = 0; i < ELEMENTS(all); i++)
                if (strcmp(driver, all[i]) == 0)
                        return true;
        for (size_t i = 0; i < ELEMENTS(ends); i++) {
                size_t n = strlen(driver), m = strlen(ends[i]);

                if (n <= m || strcmp(driver + n - m, ends[i]) != 0)
                        continue;
                n -= m;
                if (strlen(model) == n && strncmp(driver, model, n) == 0)
                        return true;
                return strcmp(model, "host") == 0 && n == 3 && strncmp(driver, "max", n) == 0;
        }
        return false;
}

/* Kept separately until -cpu is read; the last one counts. */
static int set_cpu(Vm *vm, const Global *global) {
        GuestCpu *cpu = &vm->guest->cpu, said = *cpu;
        int r;

        *cpu = vm->qemu->global_cpu;
        r = vm_cpu_property(vm, global->property, global->value);
        vm->qemu->global_cpu = *cpu;
        *cpu = said;
        return r;
}

static void take_state(Tristate *state, Tristate global) {
        if (*state == TRISTATE_UNKNOWN)
                *state = global;
}

static void take_bits(uint8_t *bits, uint8_t global) {
        if (*bits == 0)
                *bits = global;
}

void vm_globals(Vm *vm) {
        const GuestCpu *global = &vm->qemu->global_cpu;
        GuestCpu *cpu = &vm->guest->cpu;

        take_bits(&vm->guest->viommu.aw_bits, vm->qemu->global_viommu.aw_bits);
        take_state(&vm->guest->viommu.dma_translation, vm->qemu->global_viommu.dma_translation);

        take_bits(&cpu->phys_bits, global->phys_bits);
        take_bits(&cpu->limit, global->limit);
        take_bits(&cpu->guest_phys_bits, global->guest_phys_bits);
        /* -cpu and -global may each set either property. */
        if (global->width_mode == WIDTH_HOST)
                cpu->width_mode = WIDTH_HOST;
        else if (cpu->width_mode == WIDTH_DEFAULT && cpu->phys_bits > 0)
                cpu->width_mode = WIDTH_EXPLICIT;
        if (cpu->vendor == CPU_VENDOR_UNKNOWN)
                cpu->vendor = global->vendor;
        take_state(&cpu->long_mode, global->long_mode);
        take_state(&cpu->la57, global->la57);
        take_state(&cpu->pdpe1gb, global->pdpe1gb);
        take_state(&cpu->pae, global->pae);
        take_state(&cpu->pse36, global->pse36);
}

/* secure=on makes pflash writable in SMM only, so the image has SMM. */
static int set_flash(Vm *vm, const Global *global) {
        bool on;
        int r;

        if (strcmp(global->property, "secure") != 0)
                return 0;
        r = vm_boolean(vm, "-global cfi.pflash01.secure", global->value, &on);
        if (r >= 0 && on)
                vm->guest->firmware.smm = TRISTATE_YES;
        return r;
}

static int set_global(Vm *vm, const Global *global) {
        const char *driver = global->driver;
        const ViommuKind kind = vm->guest->viommu.kind;
        char what[96];

        vm_place_global(vm, driver, global->property);
        /* A machine without this host bridge ignores it. */
        if (strcmp(driver, "q35-pcihost") == 0 || strcasecmp(driver, "i440FX-pcihost") == 0)
                return vm->qemu->arm64 ? 0 : set_hole(vm, global);
        if ((strcmp(driver, "intel-iommu") == 0 && kind == VIOMMU_INTEL) ||
                        (strcmp(driver, "amd-iommu") == 0 && kind == VIOMMU_AMD) ||
                        (strncmp(driver, "virtio-iommu", 12) == 0 && kind == VIOMMU_VIRTIO))
                return set_viommu(vm, global);
        if (vm->qemu->arm64 && strncmp(driver, "gpex-pcihost", 12) == 0) {
                snprintf(what, sizeof(what), "-global %.40s.%.40s", driver, global->property);
                return vm_ignore(vm, what, "not supported");
        }
        if (is_class_of_cpu(vm, driver))
                return set_cpu(vm, global);
        if (strcmp(driver, "cfi.pflash01") == 0)
                return set_flash(vm, global);
        /* Globals of other vIOMMU kinds have no effect. */
        if (!vm_property_moves(global->property) || strstr(driver, "-iommu"))
                return 0;
        snprintf(what, sizeof(what), "-global %.40s.%.40s", driver, global->property);
        return vm_ignore(vm, what, "not supported");
}

int vm_global(Vm *vm, const KeyValues *values) {
        Global global = {
                .driver = key_values_get(values, "driver"),
                .property = key_values_get(values, "property"),
                .value = key_values_get(values, "value"),
        };
        _cleanup_free_ char *driver = NULL;
        const char *key = values->n == 1 ? values->items[0].key : "";
        const char *point = strrchr(key, '.');

        if (global.driver && global.property && global.value)
                return set_global(vm, &global);
        if (!point)
                return vm_fail(vm, "-global: expected DRIVER.PROPERTY=VALUE");
        driver = strndup(key, (size_t) (point - key));
        if (!driver)
                return -ENOMEM;
        return set_global(vm, &(Global){ driver, point + 1, values->items[0].value });
}
