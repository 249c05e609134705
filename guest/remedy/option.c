/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A change in the VMM's options. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/machine.h"
#include "guest/option-value.h"
#include "guest/remedy/change-run.h"
#include "probe/cleanup.h"

static const char *value_of(const json_t *option) {
        return json_string_value(json_array_get(option, 1));
}

static void mark(ChangeRun *run, json_t *option) {
        for (size_t i = 0; i < json_array_size(run->changed_options); i++)
                if (json_array_get(run->changed_options, i) == option)
                        return;
        json_array_append(run->changed_options, option);
}

static bool has_key(const json_t *option, const char *implied, const char *key) {
        _cleanup_free_ char *value = option_get(value_of(option), implied, key);

        return value != NULL;
}

static void set(ChangeRun *run, json_t *option, const char *implied, const char *key, const char *format,
                ...) __attribute__((format(printf, 5, 6)));

static void set(ChangeRun *run, json_t *option, const char *implied, const char *key, const char *format,
                ...) {
        _cleanup_free_ char *changed = NULL;
        char value[96];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(value, sizeof(value), format, arguments);
        va_end(arguments);
        changed = option_set(value_of(option), implied, key, value);
        if (changed)
                json_array_set_new(option, 1, json_string(changed));
        mark(run, option);
}

/* The guest's own option of that name, or a new one that starts with that value. */
static json_t *open_option(ChangeRun *run, const char *name, const char *part, const char *start) {
        json_t *option = change_option_find(run, name, part);

        if (option)
                return option;
        option = json_pack("[s, s]", name, start);
        json_array_append_new(run->options, option);
        return option;
}

/* ── CPU ───────────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *open_cpu(ChangeRun *run) {
        const char *model = run->before.cpu.model;

        return open_option(run, "cpu", NULL, *model ? model : GUEST_CPU_MODEL_DEFAULT);
}

static bool follows_host(const json_t *option) {
        _cleanup_free_ char *model = option_get(value_of(option), "model", "model");

        return model && (strcmp(model, "host") == 0 || strcmp(model, "max") == 0);
}

static void set_width(ChangeRun *run) {
        const GuestCpu *cpu = &run->now.cpu;
        bool known = change_option_find(run, "cpu", NULL) != NULL;
        json_t *option = open_cpu(run);

        if (cpu->width_mode != WIDTH_HOST) {
                if (has_key(option, "model", "host-phys-bits"))
                        set(run, option, "model", "host-phys-bits", "off");
                set(run, option, "model", "phys-bits", "%u", cpu->phys_bits);
                return;
        }
        if (!known || !follows_host(option) || has_key(option, "model", "host-phys-bits"))
                set(run, option, "model", "host-phys-bits", "on");
        if (cpu->limit || has_key(option, "model", "host-phys-bits-limit"))
                set(run, option, "model", "host-phys-bits-limit", "%u", cpu->limit);
        mark(run, option);
}

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Boot memory that an object is behind has its size. */
static bool is_boot_memory(const ChangeRun *run, const char *id) {
        for (size_t i = 0; i < json_array_size(run->options); i++) {
                const json_t *option = json_array_get(run->options, i);
                const char *name = json_string_value(json_array_get(option, 0));
                bool numa = strcmp(name, "numa") == 0;
                _cleanup_free_ char *named = NULL;

                if (!numa && strcmp(name, "machine") != 0 && strcmp(name, "M") != 0)
                        continue;
                named = option_get(value_of(option), "type", numa ? "memdev" : "memory-backend");
                if (named && strcmp(named, id) == 0)
                        return true;
        }
        return false;
}

static uint64_t object_size(const json_t *option) {
        _cleanup_free_ char *text = option_get(value_of(option), "qom-type", "size");
        char *unit = NULL;
        uint64_t size = text ? strtoull(text, &unit, 10) : 0;

        for (const char *units = "KMGTP"; unit && *unit && *units; units++) {
                size <<= 10;
                if ((*unit | 0x20) == (*units | 0x20))
                        return size;
        }
        return unit && *unit ? 0 : size;
}

/* The largest gives. */
static void shrink_object(ChangeRun *run, uint64_t excess) {
        json_t *largest = NULL;

        for (size_t i = 0; i < json_array_size(run->options); i++) {
                json_t *option = json_array_get(run->options, i);
                _cleanup_free_ char *id = option_get(value_of(option), "qom-type", "id");

                if (strcmp(json_string_value(json_array_get(option, 0)), "object") == 0 && id &&
                                is_boot_memory(run, id) &&
                                (!largest || object_size(option) > object_size(largest)))
                        largest = option;
        }
        if (largest && object_size(largest) > excess)
                set(run, largest, "qom-type", "size", "%" PRIu64, object_size(largest) - excess);
}

static void set_memory(ChangeRun *run, const Change *change) {
        const GuestMemory *memory = &run->now.memory;
        bool qemu = run->before.vmm == VMM_QEMU;
        const char *name = qemu ? "m" : "memory";
        bool known = change_option_find(run, name, NULL) != NULL;
        char start[32];
        json_t *option;

        snprintf(start, sizeof(start), "size=%" PRIu64 "M", memory->ram >> 20);
        option = open_option(run, name, NULL, start);
        mark(run, option);
        if (change->kind == CHANGE_RAM) {
                set(run, option, "size", "size", "%" PRIu64 "M", memory->ram >> 20);
                if (qemu)
                        shrink_object(run, run->before.memory.ram - memory->ram);
        }
        if (!qemu || (known && change->kind == CHANGE_RAM))
                return;
        if (memory->max > memory->ram) {
                if (memory->slots || !known)
                        set(run, option, "size", "slots", "%" PRIu32, memory->slots);
                set(run, option, "size", "maxmem", "%" PRIu64 "M", memory->max >> 20);
        } else if (known)
                json_array_set_new(option, 1, json_string(start));
}

/* ── machine ───────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *find_machine(ChangeRun *run) {
        json_t *best = NULL;

        for (size_t i = 0; i < json_array_size(run->options); i++) {
                json_t *option = json_array_get(run->options, i);
                const char *name = json_string_value(json_array_get(option, 0));

                if ((strcmp(name, "machine") == 0 || strcmp(name, "M") == 0) &&
                                (!best || has_key(option, "type", "type")))
                        best = option;
        }
        return best;
}

static void set_machine(ChangeRun *run) {
        json_t *option = find_machine(run);
        char name[64];

        machine_to_name(run->now.machine, &run->now.machine_version, "", name, sizeof(name));
        if (option)
                set(run, option, "type", "type", "%s", name);
        else
                mark(run, open_option(run, "machine", NULL, name));
}

static void set_hole(ChangeRun *run) {
        json_t *option = open_option(run, "global", "pci-hole64-size", "");

        json_array_set_new(option, 1,
                        json_sprintf("%s.pci-hole64-size=%" PRIu64 "M",
                                        run->now.machine == MACHINE_PC ? "i440FX-pcihost" : "q35-pcihost",
                                        run->now.pci_hole64_size >> 20));
        mark(run, option);
}

static void set_viommu(ChangeRun *run, const Change *change) {
        json_t *option;

        if (run->before.vmm == VMM_CLOUD_HYPERVISOR) {
                option = open_option(run, "platform", NULL, "");
                set(run, option, NULL, "iommu_address_width", "%" PRIu64, change->value);
                return;
        }
        option = open_option(run, "device", "intel-iommu", "intel-iommu");
        if (change->kind == CHANGE_NO_DMA_TRANSLATION)
                set(run, option, "driver", "dma-translation", "off");
        else
                set(run, option, "driver", has_key(option, "driver", "x-aw-bits") ? "x-aw-bits" : "aw-bits",
                                "%" PRIu64, change->value);
}

static void set_window(ChangeRun *run) {
        json_t *option = open_option(run, "fw_cfg", "X-PciMmio64Mb", "name=opt/ovmf/X-PciMmio64Mb");

        set(run, option, "name", "string", "%" PRIu64, run->now.firmware.mmio64_mib);
}

static void set_reduced_bits(ChangeRun *run) {
        bool snp = run->now.confidential == CONFIDENTIAL_SEV_SNP;
        json_t *option = open_option(run, "object", "sev-", snp ? "sev-snp-guest" : "sev-guest");

        set(run, option, "qom-type", "reduced-phys-bits", "%u", run->now.reduced_phys_bits);
}

static void change_cloud_hypervisor(ChangeRun *run, const Change *change) {
        switch (change->kind) {
        case CHANGE_WIDTH:
                set(run, open_option(run, "cpus", NULL, ""), NULL, "max_phys_bits", "%u",
                                run->now.cloud_hypervisor_max_bits);
                break;
        case CHANGE_RAM:
        case CHANGE_MAX_MEMORY:
                set_memory(run, change);
                break;
        case CHANGE_VIOMMU_BITS:
                set_viommu(run, change);
                break;
        case CHANGE_NO_PEER_TO_PEER:
                set(run, open_option(run, "platform", NULL, ""), NULL, "vfio_p2p_dma", "off");
                break;
        default:
                break;
        }
}

static void change_qemu(ChangeRun *run, const Change *change) {
        switch (change->kind) {
        case CHANGE_WIDTH:
        case CHANGE_WIDTH_HOST:
                set_width(run);
                break;
        case CHANGE_GUEST_BITS:
                set(run, open_cpu(run), "model", "guest-phys-bits", "%u", run->now.cpu.guest_phys_bits);
                break;
        case CHANGE_LARGE_PAGES:
                set(run, open_cpu(run), "model", "pdpe1gb", "on");
                break;
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                set_memory(run, change);
                break;
        case CHANGE_HOLE64:
                set_hole(run);
                break;
        case CHANGE_MACHINE:
                set_machine(run);
                break;
        case CHANGE_VIOMMU_BITS:
        case CHANGE_NO_DMA_TRANSLATION:
                set_viommu(run, change);
                break;
        case CHANGE_MMIO64:
                set_window(run);
                break;
        case CHANGE_REDUCED_BITS:
                set_reduced_bits(run);
                break;
        default:
                break;
        }
}

void change_option(ChangeRun *run, const Change *change) {
        bool cpu = change->kind == CHANGE_WIDTH || change->kind == CHANGE_WIDTH_HOST ||
                        change->kind == CHANGE_GUEST_BITS || change->kind == CHANGE_LARGE_PAGES;

        if (run->before.vmm == VMM_CLOUD_HYPERVISOR) {
                change_cloud_hypervisor(run, change);
                return;
        }
        /* Of a domain only what <qemu:commandline> sets. */
        if (run->before.form.manager == MANAGER_LIBVIRT && !change_is_argument(run, change))
                return;
        /* libvirt's word: no command line has such a model. */
        if (cpu && strcmp(run->before.cpu.model, "host-model") == 0)
                return;
        change_qemu(run, change);
}
