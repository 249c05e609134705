/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

typedef struct Global {
        const char *driver, *property, *value;
} Global;

/* The struct's 0 is "not said". */
int vm_hole(Vm *vm, uint64_t size) {
        vm->guest->pci_hole64_size = size;
        return size > 0 ? 0
                        : vm_ignore(vm, "pci-hole64-size", "0: a machine without that hole is not followed");
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
        return vm_ignore(vm, global->property, "-global %s is not followed", global->driver);
}

/* What the device itself says goes before. */
static int set_viommu(Vm *vm, const Global *global) {
        GuestViommu *viommu = &vm->guest->viommu;
        uint64_t bits;
        bool on;
        int r;

        if (strcmp(global->property, "aw-bits") == 0 || strcmp(global->property, "x-aw-bits") == 0) {
                r = vm_number(vm, "-global aw-bits", global->value, 64, &bits);
                if (r >= 0 && viommu->aw_bits == 0)
                        viommu->aw_bits = (uint8_t) bits;
                return r;
        }
        if (strcmp(global->property, "dma-translation") != 0)
                return 0;
        r = vm_boolean(vm, "-global dma-translation", global->value, &on);
        if (r >= 0 && viommu->dma_translation == TRISTATE_UNKNOWN)
                viommu->dma_translation = tristate(on);
        return r;
}

static bool ends_with(const char *text, const char *end) {
        size_t n = strlen(text), m = strlen(end);

        return n >= m && strcmp(text + n - m, end) == 0;
}

static int set_global(Vm *vm, const Global *global) {
        const char *driver = global->driver;
        const ViommuKind kind = vm->guest->viommu.kind;

        if (strcmp(driver, "q35-pcihost") == 0 || strcasecmp(driver, "i440FX-pcihost") == 0)
                return set_hole(vm, global);
        if ((strcmp(driver, "intel-iommu") == 0 && kind == VIOMMU_INTEL) ||
                        (strcmp(driver, "amd-iommu") == 0 && kind == VIOMMU_AMD) ||
                        (strncmp(driver, "virtio-iommu", 12) == 0 && kind == VIOMMU_VIRTIO))
                return set_viommu(vm, global);
        if (strcmp(driver, "cpu") == 0 || ends_with(driver, "-cpu"))
                return vm_cpu_property(vm, global->property, global->value);
        return 0;
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
