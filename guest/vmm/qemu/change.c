/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Remedies for QEMU: the effect of a change on the guest and on its options. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/machine.h"
#include "guest/option-value.h"
#include "guest/vmm/qemu/qemu.h"
#include "probe/cleanup.h"

static bool apply_width(Guest *guest, uint64_t bits) {
        /* Not for a 32-bit CPU. */
        if (!cpu_bits_plausible(bits) || guest->cpu.long_mode == TRISTATE_NO)
                return false;
        if (guest->cpu.width_mode == WIDTH_HOST)
                guest->cpu.limit = (uint8_t) bits;
        else {
                guest->cpu.width_mode = WIDTH_EXPLICIT;
                guest->cpu.phys_bits = (uint8_t) bits;
        }
        return true;
}

static bool apply_host(Guest *guest, uint64_t limit) {
        if (!guest->kvm || limit > CPU_BITS_MAX || guest->cpu.long_mode == TRISTATE_NO)
                return false;
        guest->cpu.width_mode = WIDTH_HOST;
        guest->cpu.limit = (uint8_t) limit;
        return true;
}

static bool apply_guest_bits(Guest *guest, uint64_t bits) {
        if (!guest->kvm || !cpu_bits_plausible(bits))
                return false;
        guest->cpu.guest_phys_bits = (uint8_t) bits;
        return true;
}

static bool apply_hole(Guest *guest, uint64_t bytes) {
        if ((guest->machine != MACHINE_Q35 && guest->machine != MACHINE_PC) || bytes == 0)
                return false;
        guest->pci_hole64_size = bytes;
        guest->no_hole64 = false;
        return true;
}

static bool apply_machine(Guest *guest, uint64_t version) {
        GuestVersion to = { .major = (uint32_t) (version >> 16), .minor = (uint32_t) (version & 0xffff) };

        if ((guest->machine != MACHINE_Q35 && guest->machine != MACHINE_PC) ||
                        (!*guest->machine_own && guest->machine_version.major == to.major &&
                                        guest->machine_version.minor == to.minor))
                return false;
        guest->machine_version = to;
        guest->machine_own[0] = 0;
        return true;
}

static bool apply_viommu(const Change *change, Guest *guest) {
        if (change->kind == CHANGE_NO_DMA_TRANSLATION) {
                guest->viommu.dma_translation = TRISTATE_NO;
                return guest->viommu.kind == VIOMMU_INTEL;
        }
        guest->viommu.aw_bits = (uint8_t) change->value;
        return guest->viommu.kind == VIOMMU_INTEL && (change->value == 39 || change->value == 48);
}

bool qemu_change(const Change *change, Guest *guest) {
        switch (change->kind) {
        case CHANGE_WIDTH:
                return apply_width(guest, change->value);
        case CHANGE_WIDTH_HOST:
                return apply_host(guest, change->value);
        case CHANGE_GUEST_BITS:
                return apply_guest_bits(guest, change->value);
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                return change_memory(change, guest);
        case CHANGE_HOLE64:
                return apply_hole(guest, change->value);
        case CHANGE_MACHINE:
                return apply_machine(guest, change->value);
        case CHANGE_VIOMMU_BITS:
        case CHANGE_NO_DMA_TRANSLATION:
                return apply_viommu(change, guest);
        case CHANGE_MMIO64:
                guest->firmware.mmio64_mib = change->value;
                if (strcasestr(guest->firmware.unread, "PciMmio64"))
                        *guest->firmware.unread = 0;
                return guest->firmware.kind == FIRMWARE_OVMF;
        case CHANGE_LARGE_PAGES:
                guest->cpu.pdpe1gb = TRISTATE_YES;
                return true;
        case CHANGE_REDUCED_BITS:
                guest->reduced_phys_bits = (uint8_t) change->value;
                return true;
        default:
                return false;
        }
}

/* ── CPU ───────────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *open_cpu(ChangeRun *run) {
        const char *model = run->before.cpu.model;

        return change_option_open(run, "cpu", NULL, *model ? model : GUEST_CPU_MODEL_DEFAULT);
}

static bool follows_host(const json_t *option) {
        _cleanup_free_ char *model = option_get(change_option_value(option), "model", "model");

        return model && (strcmp(model, "host") == 0 || strcmp(model, "max") == 0);
}

static void set_width(ChangeRun *run) {
        const GuestCpu *cpu = &run->now.cpu;
        bool known = change_option_find(run, "cpu", NULL) != NULL;
        json_t *option = open_cpu(run);

        if (cpu->width_mode != WIDTH_HOST) {
                if (change_option_has(option, "model", "host-phys-bits"))
                        change_option_set(run, option, "model", "host-phys-bits", "off");
                change_option_set(run, option, "model", "phys-bits", "%u", cpu->phys_bits);
                return;
        }
        if (!known || !follows_host(option) || change_option_has(option, "model", "host-phys-bits"))
                change_option_set(run, option, "model", "host-phys-bits", "on");
        if (cpu->limit || change_option_has(option, "model", "host-phys-bits-limit"))
                change_option_set(run, option, "model", "host-phys-bits-limit", "%u", cpu->limit);
        change_option_show(run, option);
}

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

/* A memory object behind boot memory has its size. */
static bool is_boot_memory(const ChangeRun *run, const char *id) {
        for (size_t i = 0; i < json_array_size(run->options); i++) {
                const json_t *option = json_array_get(run->options, i);
                const char *name = json_string_value(json_array_get(option, 0));
                bool numa = strcmp(name, "numa") == 0;
                _cleanup_free_ char *named = NULL;

                if (!numa && strcmp(name, "machine") != 0 && strcmp(name, "M") != 0)
                        continue;
                named = option_get(change_option_value(option), "type", numa ? "memdev" : "memory-backend");
                if (named && strcmp(named, id) == 0)
                        return true;
        }
        return false;
}

static uint64_t object_size(const json_t *option) {
        _cleanup_free_ char *text = option_get(change_option_value(option), "qom-type", "size");
        char *unit = NULL;
        uint64_t size = text ? strtoull(text, &unit, 10) : 0;

        for (const char *units = "KMGTP"; unit && *unit && *units; units++) {
                size <<= 10;
                if ((*unit | 0x20) == (*units | 0x20))
                        return size;
        }
        return unit && *unit ? 0 : size;
}

/* The largest one. */
static void shrink_object(ChangeRun *run, uint64_t excess) {
        json_t *largest = NULL;

        for (size_t i = 0; i < json_array_size(run->options); i++) {
                json_t *option = json_array_get(run->options, i);
                _cleanup_free_ char *id = option_get(change_option_value(option), "qom-type", "id");

                if (strcmp(json_string_value(json_array_get(option, 0)), "object") == 0 && id &&
                                is_boot_memory(run, id) &&
                                (!largest || object_size(option) > object_size(largest)))
                        largest = option;
        }
        if (largest && object_size(largest) > excess)
                change_option_set(
                                run, largest, "qom-type", "size", "%" PRIu64, object_size(largest) - excess);
}

static void set_memory(ChangeRun *run, const Change *change) {
        const GuestMemory *memory = &run->now.memory;
        bool known = change_option_find(run, "m", NULL) != NULL;
        char start[32];
        json_t *option;

        snprintf(start, sizeof(start), "size=%" PRIu64 "M", memory->ram >> 20);
        option = change_option_open(run, "m", NULL, start);
        change_option_show(run, option);
        if (change->kind == CHANGE_RAM) {
                change_option_set(run, option, "size", "size", "%" PRIu64 "M", memory->ram >> 20);
                shrink_object(run, run->before.memory.ram - memory->ram);
        }
        if (known && change->kind == CHANGE_RAM)
                return;
        if (memory->max > memory->ram) {
                if (memory->slots || !known)
                        change_option_set(run, option, "size", "slots", "%" PRIu32, memory->slots);
                change_option_set(run, option, "size", "maxmem", "%" PRIu64 "M", memory->max >> 20);
        } else if (known)
                json_array_set_new(option, 1, json_string(start));
}

/* ── machine ───────────────────────────────────────────────────────────────────────────────────────────── */

json_t *qemu_option_machine(const ChangeRun *run) {
        json_t *best = NULL;

        for (size_t i = 0; i < json_array_size(run->options); i++) {
                json_t *option = json_array_get(run->options, i);
                const char *name = json_string_value(json_array_get(option, 0));

                if ((strcmp(name, "machine") == 0 || strcmp(name, "M") == 0) &&
                                (!best || change_option_has(option, "type", "type")))
                        best = option;
        }
        return best;
}

static void set_machine(ChangeRun *run) {
        json_t *option = qemu_option_machine(run);
        char name[64];

        machine_to_name(run->now.machine, &run->now.machine_version, "", name, sizeof(name));
        if (option)
                change_option_set(run, option, "type", "type", "%s", name);
        else
                change_option_show(run, change_option_open(run, "machine", NULL, name));
}

static void set_hole(ChangeRun *run) {
        json_t *option = change_option_open(run, "global", "pci-hole64-size", "");

        json_array_set_new(option, 1,
                        json_sprintf("%s.pci-hole64-size=%" PRIu64 "M",
                                        run->now.machine == MACHINE_PC ? "i440FX-pcihost" : "q35-pcihost",
                                        run->now.pci_hole64_size >> 20));
        change_option_show(run, option);
}

static void set_viommu(ChangeRun *run, const Change *change) {
        json_t *option = change_option_open(run, "device", "intel-iommu", "intel-iommu");

        if (change->kind == CHANGE_NO_DMA_TRANSLATION)
                change_option_set(run, option, "driver", "dma-translation", "off");
        else
                change_option_set(run, option, "driver",
                                change_option_has(option, "driver", "x-aw-bits") ? "x-aw-bits" : "aw-bits",
                                "%" PRIu64, change->value);
}

static void set_window(ChangeRun *run) {
        json_t *option = change_option_open(run, "fw_cfg", "X-PciMmio64Mb", "name=opt/ovmf/X-PciMmio64Mb");

        change_option_set(run, option, "name", "string", "%" PRIu64, run->now.firmware.mmio64_mib);
}

static void set_reduced_bits(ChangeRun *run) {
        bool snp = run->now.confidential == CONFIDENTIAL_SEV_SNP;
        json_t *option = change_option_open(run, "object", "sev-", snp ? "sev-snp-guest" : "sev-guest");

        change_option_set(run, option, "qom-type", "reduced-phys-bits", "%u", run->now.reduced_phys_bits);
}

void qemu_option(ChangeRun *run, const Change *change) {
        bool cpu = change->kind == CHANGE_WIDTH || change->kind == CHANGE_WIDTH_HOST ||
                        change->kind == CHANGE_GUEST_BITS || change->kind == CHANGE_LARGE_PAGES;

        /* libvirt's word; QEMU has no such model. */
        if (cpu && strcmp(run->before.cpu.model, "host-model") == 0)
                return;
        switch (change->kind) {
        case CHANGE_WIDTH:
        case CHANGE_WIDTH_HOST:
                set_width(run);
                break;
        case CHANGE_GUEST_BITS:
                change_option_set(run, open_cpu(run), "model", "guest-phys-bits", "%u",
                                run->now.cpu.guest_phys_bits);
                break;
        case CHANGE_LARGE_PAGES:
                change_option_set(run, open_cpu(run), "model", "pdpe1gb", "on");
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
