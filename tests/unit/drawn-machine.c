/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "tests/unit/drawn-case.h"

#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)
#define ONE_OF(from, list) ((list)[draw((from), ELEMENTS(list))])

uint64_t drawn_bar(Draw *from) {
        return draw(from, 2) ? UINT64_C(4096) << draw(from, 20) : G << draw(from, 11);
}

/* Half are of a usual size; the others are at a limit: a power of two, AMD's hole, the one of 32-bit devices. */
static uint64_t draw_memory(Draw *from) {
        uint64_t around, less;

        if (draw(from, 2))
                return (1 + draw(from, 64)) * (draw(from, 4) ? G : draw(from, 2) ? 16 * G : 512 * M);
        around = draw(from, 3) ? UINT64_C(1) << (31 + draw(from, 20)) : UINT64_C(0xFD00000000);
        less = draw(from, 64) * (draw(from, 2) ? G : draw(from, 2) ? 16 * G : 64 * M);
        return draw(from, 4) == 0 ? around + less : around > less ? around - less : around;
}

static Tristate draw_state(Draw *from, unsigned seldom) {
        return draw(from, seldom) ? TRISTATE_UNKNOWN : tristate(draw(from, 2));
}

static void draw_versions(Draw *from, Guest *guest) {
        static const GuestVersion programs[] = { { 5, 2, 0 }, { 6, 1, 0 }, { 7, 0, 0 }, { 7, 2, 0 },
                { 8, 0, 0 }, { 8, 2, 0 }, { 9, 0, 0 }, { 9, 2, 0 }, { 10, 0, 0 }, { 10, 2, 0 }, {} };
        static const GuestVersion machines[] = { {}, {}, { 2, 4, 0 }, { 2, 12, 0 }, { 6, 1, 0 }, { 7, 0, 0 },
                { 7, 2, 0 }, { 9, 2, 0 } };
        static const GuestVersion others[] = { { 41, 0, 0 }, { 51, 0, 0 }, { 52, 0, 0 }, { 53, 0, 0 }, {} };

        guest->vmm = draw(from, 6) ? VMM_QEMU : VMM_CLOUD_HYPERVISOR;
        if (guest->vmm == VMM_CLOUD_HYPERVISOR) {
                guest->machine = MACHINE_CLOUD_HYPERVISOR;
                guest->kvm = true;
                guest->vmm_version = ONE_OF(from, others);
                return;
        }
        guest->machine = draw(from, 2) ? MACHINE_Q35 : draw(from, 3) ? MACHINE_PC : MACHINE_MICROVM;
        guest->kvm = draw(from, 8) > 0;
        guest->vmm_version = ONE_OF(from, programs);
        if (guest->machine != MACHINE_MICROVM)
                guest->machine_version = ONE_OF(from, machines);
}

static void draw_cpu(Draw *from, const Profile *profile, Guest *guest) {
        static const char *const models[] = { "host", "host", "host", "host", "max", "host-model", "",
                "qemu64", "EPYC", "EPYC-Genoa", "Skylake-Server", "core2duo", "qemu32", "coreduo", "pentium",
                "of-nobody" };
        static const uint8_t widths[] = { 36, 39, 40, 42, 44, 46, 47, 48, 52, 57 };
        GuestCpu *cpu = &guest->cpu;
        uint64_t raw = profile->widths.cpu_physical_bits.value;

        snprintf(cpu->model, sizeof(cpu->model), "%s", ONE_OF(from, models));
        cpu->vendor_is_host = draw(from, 8) > 0;
        if (!cpu->vendor_is_host)
                cpu->vendor = draw(from, _CPU_VENDOR_MAX);
        cpu->width_mode = draw(from, 3);
        cpu->phys_bits = draw(from, 2) ? ONE_OF(from, widths) : (uint8_t) (raw ? raw : 30 + draw(from, 25));
        cpu->limit = draw(from, 2) ? 0 : ONE_OF(from, widths);
        cpu->guest_phys_bits = draw(from, 12) ? 0 : ONE_OF(from, widths);
        cpu->long_mode = draw_state(from, 32);
        cpu->la57 = draw_state(from, 8);
        cpu->pdpe1gb = draw_state(from, 8);
        cpu->pae = draw_state(from, 16);
        cpu->pse36 = draw_state(from, 16);
        guest->cloud_hypervisor_max_bits = draw(from, 2) ? 0 : ONE_OF(from, widths);
}

static void draw_modules(Draw *from, GuestMemory *memory) {
        for (unsigned i = draw(from, 3); i > 0; i--) {
                GuestModule *module = &memory->modules[memory->n_modules++];

                *module = (GuestModule){ draw(from, _MEMORY_KIND_MAX), (1 + draw(from, 64)) * G,
                        draw(from, 2) ? 0 : M << draw(from, 12) };
                memory->plugged += module->size;
        }
        if (memory->max < memory->ram + memory->plugged && draw(from, 8))
                memory->max = memory->ram + memory->plugged;
        if (memory->slots < memory->n_modules && draw(from, 8))
                memory->slots = memory->n_modules;
}

static void draw_all_memory(Draw *from, Guest *guest) {
        GuestMemory *memory = &guest->memory;

        memory->ram = draw_memory(from);
        if (draw(from, 3) == 0) {
                memory->max = draw(from, 4) ? memory->ram + (1 + draw(from, 128)) * G : draw_memory(from);
                memory->slots = draw(from, 8);
        }
        if (guest->vmm == VMM_QEMU && memory->max && draw(from, 4) == 0)
                draw_modules(from, memory);
        memory->numa = guest->vmm == VMM_QEMU && draw(from, 8) == 0;
        memory->numa_size = !memory->numa ? 0 : draw(from, 8) ? memory->ram : draw_memory(from);
        memory->numa_mem = memory->numa && draw(from, 4) == 0;
        if (guest->vmm != VMM_QEMU || guest->machine == MACHINE_MICROVM)
                return;
        memory->below_4g_max = draw(from, 12) ? 0 : (1 + draw(from, 8)) * 512 * M;
        memory->sgx_epc = draw(from, 16) ? 0 : M << draw(from, 20);
        if (draw(from, 12) == 0 && guest->machine == MACHINE_Q35) {
                memory->cxl_on = true;
                memory->n_cxl = draw(from, 3);
                for (unsigned i = 0; i < memory->n_cxl; i++)
                        memory->cxl[i] = (1 + draw(from, 64)) * 256 * M;
        }
        guest->pci_hole64_size = draw(from, 6) ? 0 : G << draw(from, 12);
        guest->no_hole64 = draw(from, 32) == 0;
}

static void draw_firmware(Draw *from, Guest *guest) {
        static const GuestVersion ovmf[] = { { 202208 }, { 202211 }, { 202302 }, { 202305 }, { 202308 },
                { 202402 }, { 202405 }, { 202408 }, { 202411 }, { 202505 }, { 202608 }, { 202611 } };
        static const GuestVersion seabios[] = { { 1, 16, 2 }, { 1, 16, 3 }, { 1, 17, 0 } };
        static const FirmwareKind kinds[] = { FIRMWARE_OVMF, FIRMWARE_OVMF, FIRMWARE_OVMF, FIRMWARE_OVMF,
                FIRMWARE_SEABIOS, FIRMWARE_SEABIOS, FIRMWARE_SEABIOS, FIRMWARE_NONE, FIRMWARE_UNKNOWN };
        GuestFirmware *firmware = &guest->firmware;

        firmware->kind = ONE_OF(from, kinds);
        if (firmware->kind == FIRMWARE_OVMF)
                firmware->version = ONE_OF(from, ovmf);
        if (firmware->kind == FIRMWARE_SEABIOS)
                firmware->version = ONE_OF(from, seabios);
        firmware->version_guessed = draw(from, 12) == 0;
        if (draw(from, 48) == 0)
                firmware->version = (GuestVersion){};
        firmware->mmio64_mib = draw(from, 8) ? 0 : UINT64_C(1024) << draw(from, 16);
        firmware->paging_level = draw(from, 12) ? 0 : (uint8_t) (4 + draw(from, 2));
        firmware->seabios_pci64 = draw_state(from, 6);
        firmware->five_level = draw(from, 8) ? TRISTATE_NO : draw(from, 3);
        firmware->mmio64_exact = draw_state(from, 3);
        firmware->smm = draw_state(from, 12);
        firmware->ignores_phys_bits = draw(from, 24) == 0;
        guest->smm = draw_state(from, 12);
}

static void draw_device(Draw *from, DrawnCase *drawn, GuestDevice *device) {
        const Profile *profile = &drawn->profile;
        Guest *guest = &drawn->guest;

        snprintf(device->name, sizeof(device->name), "device %zu", guest->n_devices);
        device->assigned = draw(from, 4) > 0;
        device->iommufd = device->assigned && draw(from, 6) == 0;
        device->own_port = guest->vmm == VMM_QEMU && draw(from, 2);
        device->port.fixed = draw(from, 4) == 0;
        device->port.reserve = draw(from, 12) ? 0 : drawn_bar(from);
        if (guest->vmm == VMM_CLOUD_HYPERVISOR) {
                device->segment = guest->n_segments ? (uint8_t) draw(from, guest->n_segments) : 0;
                device->behind_viommu = tristate(guest->viommu.kind != VIOMMU_NONE && draw(from, 2));
        }
        device->has_address = device->assigned && draw(from, 4) > 0;
        if (device->has_address) {
                device->address.bus = (uint8_t) (1 + guest->n_devices % profile->n_devices);
                if (draw(from, 24) == 0)
                        device->address.bus = 0x40;
                return;
        }
        device->n_bars = (uint8_t) draw(from, DRAWN_BARS_MAX + 1);
        for (unsigned i = 0; i < device->n_bars; i++) {
                uint64_t size = drawn_bar(from);
                bool is_64bit = size > 2 * G || draw(from, 4);

                device->bars[i] = (GuestBar){ .index = (uint8_t) (2 * i),
                        .size = size,
                        .is_64bit = is_64bit,
                        .prefetchable = is_64bit && draw(from, 8),
                        .ram = !device->assigned && draw(from, 4) == 0 };
        }
}

static void draw_devices(Draw *from, DrawnCase *drawn) {
        Guest *guest = &drawn->guest;
        unsigned n = draw(from, 2) ? draw(from, 2) : draw(from, DRAWN_CASE_DEVICES_MAX + 1);

        guest->devices = drawn->devices;
        for (; guest->n_devices < n; guest->n_devices++)
                draw_device(from, drawn, &drawn->devices[guest->n_devices]);
        if (guest->vmm != VMM_QEMU || draw(from, 3))
                return;
        for (unsigned i = draw(from, 3); i > 0; i--)
                (void) guest_add_ports(guest,
                                &(const GuestPort){ .fixed = draw(from, 3) == 0,
                                                .conventional = draw(from, 4) == 0,
                                                .reserve = draw(from, 4) ? 0 : drawn_bar(from) },
                                1 + draw(from, 24));
}

static void draw_viommu(Draw *from, Guest *guest) {
        static const uint8_t widths[] = { 0, 0, 39, 48, 46, 57, 64 };

        if (draw(from, 6))
                return;
        guest->viommu.kind = guest->vmm == VMM_QEMU ? draw(from, _VIOMMU_KIND_MAX) : VIOMMU_VIRTIO;
        guest->viommu.aw_bits = ONE_OF(from, widths);
        guest->viommu.dma_translation = draw_state(from, 4);
}

static void draw_segments(Draw *from, Guest *guest) {
        if (guest->vmm == VMM_QEMU)
                return;
        guest->p2p_fatal = draw_state(from, 2);
        guest->n_segments = (uint8_t) (draw(from, 3) ? 0 : 1 + draw(from, 4));
        for (size_t i = 0; i < guest->n_segments; i++)
                guest->segments[i] = (GuestSegment){ draw(from, 3), draw(from, 3) };
        guest->n_pmem = (uint8_t) (draw(from, 4) ? 0 : 1 + draw(from, 2));
        for (size_t i = 0; i < guest->n_pmem; i++)
                guest->pmem[i] = (GuestPmem){ (1 + draw(from, 64)) * 64 * M,
                        guest->n_segments ? (uint8_t) draw(from, guest->n_segments) : 0 };
}

void drawn_machine(Draw *from, DrawnCase *ret) {
        Guest *guest = &ret->guest;

        draw_versions(from, guest);
        draw_cpu(from, &ret->profile, guest);
        draw_all_memory(from, guest);
        draw_firmware(from, guest);
        draw_viommu(from, guest);
        draw_segments(from, guest);
        draw_devices(from, ret);
        guest->confidential = draw(from, 16) ? CONFIDENTIAL_NONE : draw(from, _CONFIDENTIAL_MAX);
        if (guest->confidential != CONFIDENTIAL_NONE) {
                guest->reduced_phys_bits = (uint8_t) draw(from, 4);
                guest->c_bit = draw(from, 2) ? 0 : draw(from, 2) ? 47 : 51;
        }
        guest->form.manager = draw(from, 3) ? MANAGER_NONE : draw(from, _MANAGER_MAX);
        guest->ignored = ret->ignored;
        if (draw(from, 48) == 0)
                snprintf(guest->ignored[guest->n_ignored++].what, sizeof(guest->ignored->what), "-foo");
}

void drawn_case(const uint8_t *data, size_t n, DrawnCase *ret) {
        Draw bytes = { data, n };

        *ret = (DrawnCase){};
        drawn_host(&bytes, ret);
        drawn_machine(&bytes, ret);
}
