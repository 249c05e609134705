/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A guest as key=value lines on stdin, its layout on stdout: for the tests that hold it against QEMU and firmware. A
 * device is one line: bar=SIZE[,32][,plain][,port]. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/machine.h"
#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"

#define DEVICES_MAX 16

static const char *const kind_names[_LAYOUT_KIND_MAX] = {
        "ram",
        "hotplug",
        "sgx",
        "cxl",
        "hole64",
        "window64",
        "window32",
        "bar",
        "ecam",
        "msi",
        "reserved",
        "pmem",
        "redistributors",
        "devices",
};

static const char *const cause_names[_START_CAUSE_MAX] = {
        [START_MACHINE_NEVER] = "machine-never",
        [START_MACHINE_NEWER] = "machine-newer",
        [START_MACHINE_GONE] = "machine-gone",
        [START_MAX_ODD] = "max-odd",
        [START_NO_REGION] = "no-region",
        [START_SLOTS] = "slots",
        [START_SLOTS_ALONE] = "slots-alone",
        [START_GIC_CPUS] = "gic-cpus",
        [START_REDIST] = "redist",
        [START_IPA] = "ipa",
        [START_PA_TCG] = "pa-tcg",
        [START_HUGE] = "huge",
        [START_MMIO_SIZE_ODD] = "mmio-size-odd",
        [START_MMIO_SIZE_SMALL] = "mmio-size-small",
        [START_SWITCH_ABSENT] = "switch-absent",
        [START_TWO_IOMMUS] = "two-iommus",
        [START_MTE] = "mte",
        [START_NESTED] = "nested",
        [START_GICV2_ITS] = "gicv2-its",
        [START_MODEL_ABSENT] = "model-absent",
        [START_GED] = "ged",
};

static GuestVersion to_version(const char *text) {
        GuestVersion version = {};

        sscanf(text, "%" SCNu32 ".%" SCNu32 ".%" SCNu32, &version.major, &version.minor, &version.patch);
        return version;
}

static CpuVendor to_vendor(const char *text) {
        return !strcmp(text, "intel")          ? CPU_VENDOR_INTEL
                        : !strcmp(text, "amd") ? CPU_VENDOR_AMD
                                               : CPU_VENDOR_OTHER;
}

static int set_cpu(Guest *guest, const char *key, const char *value) {
        const Tristate state = !strcmp(value, "on") ? TRISTATE_YES : TRISTATE_NO;
        GuestCpu *cpu = &guest->cpu;

        if (!strcmp(key, "model")) {
                snprintf(cpu->model, sizeof(cpu->model), "%s", value);
        } else if (!strcmp(key, "vendor")) {
                cpu->vendor = to_vendor(value);
        } else if (!strcmp(key, "phys-bits")) {
                cpu->width_mode = strcmp(value, "0") ? WIDTH_EXPLICIT : WIDTH_DEFAULT;
                cpu->phys_bits = (uint8_t) atoi(value);
        } else if (!strcmp(key, "guest-phys-bits")) {
                cpu->guest_phys_bits = (uint8_t) atoi(value);
        } else if (!strcmp(key, "la57")) {
                cpu->la57 = state;
        } else if (!strcmp(key, "lm")) {
                cpu->long_mode = state;
        } else if (!strcmp(key, "pae")) {
                cpu->pae = state;
        } else if (!strcmp(key, "pse36")) {
                cpu->pse36 = state;
        } else {
                return -EINVAL;
        }
        return 0;
}

/* QEMU's virt; ipa= is the host's. */
static int set_virt(Guest *guest, LayoutHost *host, const char *key, const char *value) {
        const uint64_t number = strtoull(value, NULL, 0);
        const Tristate state = tristate(!strcmp(value, "on"));
        GuestVirt *virt = &guest->virt;

        if (!strcmp(key, "ipa")) {
                *host = (LayoutHost){ .is_arm64 = true, .ipa_bits = (uint8_t) number };
                guest->kvm = true;
        } else if (!strcmp(key, "highmem")) {
                virt->highmem = state;
        } else if (!strcmp(key, "highmem-redists")) {
                virt->highmem_redists = state;
        } else if (!strcmp(key, "highmem-ecam")) {
                virt->highmem_ecam = state;
        } else if (!strcmp(key, "highmem-mmio")) {
                virt->highmem_mmio = state;
        } else if (!strcmp(key, "compact-highmem")) {
                virt->compact_highmem = state;
        } else if (!strcmp(key, "highmem-mmio-size")) {
                virt->highmem_mmio_size = number;
        } else if (!strcmp(key, "gic-version")) {
                virt->gic_version = !strcmp(value, "max") ? GIC_MAX : (uint8_t) number;
        } else if (!strcmp(key, "its")) {
                virt->its = state;
        } else if (!strcmp(key, "mte")) {
                virt->mte = state;
        } else if (!strcmp(key, "virtualization")) {
                virt->virtualization = state;
        } else if (!strcmp(key, "cpus")) {
                virt->cpus = (uint32_t) number;
        } else if (!strcmp(key, "max-cpus")) {
                virt->max_cpus = (uint32_t) number;
        } else {
                return -EINVAL;
        }
        return 0;
}

static int set_machine(Guest *guest, const char *key, const char *value) {
        if (!strcmp(key, "machine")) {
                guest->machine = !strcmp(value, "pc")    ? MACHINE_PC
                                : !strcmp(value, "q35")  ? MACHINE_Q35
                                : !strcmp(value, "virt") ? MACHINE_VIRT
                                                         : MACHINE_MICROVM;
                guest->architecture = machine_architecture(guest->machine);
        } else if (!strcmp(key, "machine-version")) {
                guest->machine_version = to_version(value);
        } else if (!strcmp(key, "qemu")) {
                guest->vmm_version = to_version(value);
        } else if (!strcmp(key, "firmware")) {
                guest->firmware.kind = !strcmp(value, "ovmf") ? FIRMWARE_OVMF
                                : !strcmp(value, "aavmf")     ? FIRMWARE_AAVMF
                                : !strcmp(value, "none")      ? FIRMWARE_NONE
                                                              : FIRMWARE_SEABIOS;
        } else if (!strcmp(key, "firmware-version")) {
                guest->firmware.version = to_version(value);
        } else if (!strcmp(key, "built-by")) {
                OvmfBuild build = policy_ovmf_of_debian(guest->firmware.version);

                guest->firmware.five_level = build.five_level;
                guest->firmware.mmio64_exact = build.mmio64_exact;
        } else if (!strcmp(key, "mmio64-mib")) {
                guest->firmware.mmio64_mib = strtoull(value, NULL, 0);
        } else if (!strcmp(key, "pci64")) {
                guest->firmware.seabios_pci64 = tristate(*value == '1' || *value == 'y');
        } else if (!strcmp(key, "paging-level")) {
                guest->firmware.paging_level = (uint8_t) atoi(value);
        } else {
                return -EINVAL;
        }
        return 0;
}

static int set_memory(Guest *guest, const char *key, const char *value) {
        uint64_t number = strtoull(value, NULL, 0);

        if (!strcmp(key, "ram"))
                guest->memory.ram = number;
        else if (!strcmp(key, "max"))
                guest->memory.max = number;
        else if (!strcmp(key, "slots"))
                guest->memory.slots = (uint32_t) number;
        else if (!strcmp(key, "below-4g"))
                guest->memory.below_4g_max = number;
        else if (!strcmp(key, "hole64"))
                guest->pci_hole64_size = number;
        else if (!strcmp(key, "ports"))
                return guest_add_ports(guest, &(const GuestPort){}, (uint32_t) number);
        else if (!strcmp(key, "ports-fixed") && guest->n_ports > 0)
                guest->ports[0].port.fixed = number != 0;
        else if (!strcmp(key, "cxl"))
                guest->memory.cxl_on = number != 0;
        else if (!strcmp(key, "cxl-window") && guest->memory.n_cxl < GUEST_CXL_MAX)
                guest->memory.cxl[guest->memory.n_cxl++] = number;
        else
                return -EINVAL;
        return 0;
}

static int add_bar(Guest *guest, const char *value) {
        GuestDevice *device = &guest->devices[guest->n_devices];

        if (guest->n_devices == DEVICES_MAX)
                return -E2BIG;
        snprintf(device->name, sizeof(device->name), "device %zu", guest->n_devices++);
        device->own_port = strstr(value, ",port");
        device->n_bars = 1;
        device->bars[0] = (GuestBar){ .index = 2,
                .size = strtoull(value, NULL, 0),
                .is_64bit = !strstr(value, ",32"),
                .prefetchable = !strstr(value, ",plain") };
        return 0;
}

static int read_guest(Guest *guest, LayoutHost *host) {
        char line[256];

        while (fgets(line, sizeof(line), stdin)) {
                char *value = strchr(line, '=');

                line[strcspn(line, "\n")] = '\0';
                if (!line[0])
                        continue;
                if (!value)
                        return -EINVAL;
                *value++ = '\0';
                if (!strcmp(line, "bar") ? add_bar(guest, value) < 0
                                         : set_machine(guest, line, value) < 0 &&
                                                                set_cpu(guest, line, value) < 0 &&
                                                                set_virt(guest, host, line, value) < 0 &&
                                                                set_memory(guest, line, value) < 0) {
                        fprintf(stderr, "%s: not understood\n", line);
                        return -EINVAL;
                }
        }
        return 0;
}

static void print_overlaps(const Guest *guest, const Layout *layout) {
        LayoutOverlap found[8];
        size_t n = layout_overlaps(guest, layout, found, 8);

        for (size_t i = 0; i < n; i++)
                if (found[i].effect >= OVERLAP_LATER)
                        printf("overlap=%s, %s\n", found[i].device->label, found[i].memory->label);
}

int main(void) {
        GuestDevice devices[DEVICES_MAX] = {};
        Guest guest = { .devices = devices };
        LayoutHost host = {};
        Layout layout = {};

        if (read_guest(&guest, &host) < 0 || layout_derive(&guest, &host, &layout) < 0)
                return EXIT_FAILURE;
        printf("starts=%d\nbits=%u\ntop=%#" PRIx64
               "\nrelocated=%d\nfits64=%d\nfits32=%d\nunknown=%s %s\nrule=%s\n",
                        layout.starts, layout.phys_bits, layout.top, layout.relocated, layout.bars_fit_64,
                        layout.bars_fit_32, reason_to_string(layout.unknown), layout.missing, layout.rule);
        for (size_t i = 0; i < layout.n_causes; i++)
                printf("cause=%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                                cause_names[layout.causes[i].kind] ? cause_names[layout.causes[i].kind]
                                                                   : "other",
                                layout.causes[i].value, layout.causes[i].min, layout.causes[i].max);
        if (layout.beyond)
                printf("beyond=%u\n", layout.phys_bits);
        for (unsigned i = 0; i < _DROPPED_MAX; i++)
                if (layout.dropped & 1U << i)
                        printf("dropped=%u %#" PRIx64 "\n", i, layout.dropped_end[i]);
        for (size_t i = 0; i < layout.n; i++)
                printf("%s=%#" PRIx64 "-%#" PRIx64 " %d %s\n", kind_names[layout.ranges[i].kind],
                                layout.ranges[i].start, layout.ranges[i].end, layout.ranges[i].device,
                                layout.ranges[i].label);
        print_overlaps(&guest, &layout);
        layout_done(&layout);
        return EXIT_SUCCESS;
}
