/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/drawn-guest.h"

#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "tests/unit/draw.h"

#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)

/* Around a limit: a power of two, the HyperTransport hole, or anything of whole GiB. */
static uint64_t draw_memory(Draw *from) {
        uint64_t around = draw(from, 2) ? UINT64_C(1) << (31 + draw(from, 16))
                        : draw(from, 2) ? UINT64_C(0xFD00000000)
                                        : (1 + draw(from, 256)) * 4 * G;
        uint64_t less = draw(from, 64) * (draw(from, 2) ? G : 16 * G);

        return around > less ? around - less : around;
}

static uint64_t draw_size(Draw *from) {
        return M << draw(from, 20);
}

static void draw_versions(Draw *from, Guest *guest) {
        static const GuestVersion ovmf[] = { { 202208 }, { 202211 }, { 202302 }, { 202308 }, { 202402 },
                { 202411 }, { 202505 }, { 202611 } };
        static const GuestVersion seabios[] = { { 1, 16, 2 }, { 1, 16, 3 }, { 1, 17, 0 } };
        static const GuestVersion qemu[] = { { 7, 0, 0 }, { 7, 2, 0 }, { 8, 2, 0 }, { 9, 2, 0 },
                { 10, 2, 0 } };
        static const GuestVersion machine[] = { {}, { 2, 4, 0 }, { 6, 1, 0 }, { 7, 0, 0 }, { 7, 2, 0 } };
        GuestFirmware *firmware = &guest->firmware;

        firmware->kind = draw(from, 2) ? FIRMWARE_OVMF : FIRMWARE_SEABIOS;
        firmware->version = firmware->kind == FIRMWARE_OVMF ? ovmf[draw(from, ELEMENTS(ovmf))]
                                                            : seabios[draw(from, ELEMENTS(seabios))];
        firmware->five_level = draw(from, 3);
        firmware->mmio64_exact = draw(from, 3);
        firmware->mmio64_mib = draw(from, 4) ? 0 : UINT64_C(1024) << draw(from, 14);
        firmware->seabios_pci64 = draw(from, 3);
        guest->vmm_version = qemu[draw(from, ELEMENTS(qemu))];
        guest->machine_version = machine[draw(from, ELEMENTS(machine))];
}

static void draw_devices(Draw *from, DrawnGuest *ret) {
        Guest *guest = &ret->guest;

        guest->devices = ret->devices;
        guest->n_devices = draw(from, DRAWN_DEVICES_MAX + 1);
        for (size_t i = 0; i < guest->n_devices; i++) {
                GuestDevice *device = &ret->devices[i];

                snprintf(device->name, sizeof(device->name), "device %zu", i);
                device->assigned = draw(from, 2);
                device->own_port = draw(from, 2);
                device->n_bars = (uint8_t) draw(from, 3);
                for (unsigned bar = 0; bar < device->n_bars; bar++)
                        device->bars[bar] = (GuestBar){ .index = (uint8_t) (2 * bar),
                                .size = draw_size(from),
                                .is_64bit = true,
                                .prefetchable = draw(from, 8) > 0 };
        }
        for (unsigned i = draw(from, 3); i > 0; i--)
                (void) guest_add_ports(guest,
                                &(const GuestPort){ .fixed = draw(from, 2),
                                                .reserve = draw(from, 2) ? 0 : draw_size(from) },
                                1 + draw(from, 24));
}

void drawn_guest(const uint8_t *data, size_t n, DrawnGuest *ret) {
        Draw bytes = { data, n }, *from = &bytes;
        Guest *guest = &ret->guest;

        *ret = (DrawnGuest){ .host = { draw(from, 2) ? CPU_VENDOR_AMD : CPU_VENDOR_INTEL, 52, 0,
                                             TRISTATE_YES, TRISTATE_YES } };
        guest->vmm = draw(from, 8) ? VMM_QEMU : VMM_CLOUD_HYPERVISOR;
        guest->machine = guest->vmm != VMM_QEMU ? MACHINE_CLOUD_HYPERVISOR
                        : draw(from, 2)         ? MACHINE_Q35
                                                : draw(from, 3);
        guest->kvm = true;
        draw_versions(from, guest);
        snprintf(guest->cpu.model, sizeof(guest->cpu.model), "host");
        guest->cpu.vendor_is_host = true;
        guest->cpu.vendor = ret->host.vendor;
        guest->cpu.width_mode = WIDTH_EXPLICIT;
        guest->cpu.phys_bits = guest->cloud_hypervisor_max_bits = (uint8_t) (36 + draw(from, 17));
        guest->memory.ram = draw_memory(from);
        if (draw(from, 3) == 0) {
                guest->memory.max = guest->memory.ram + (1 + draw(from, 128)) * G;
                guest->memory.slots = draw(from, 8);
        }
        guest->memory.sgx_epc = draw(from, 8) ? 0 : draw_size(from);
        if (draw(from, 8) == 0 && guest->machine == MACHINE_Q35) {
                guest->memory.cxl_on = true;
                guest->memory.n_cxl = draw(from, 3);
                for (unsigned i = 0; i < guest->memory.n_cxl; i++)
                        guest->memory.cxl[i] = (1 + draw(from, 64)) * 256 * M;
        }
        guest->pci_hole64_size = draw(from, 4) ? 0 : G << draw(from, 10);
        draw_devices(from, ret);
}

static bool is(LayoutKind kind, const char *kinds) {
        static const char names[] = "mpscowWbeirfkdx";

        _Static_assert(sizeof(names) == _LAYOUT_KIND_MAX + 1, "a letter for each kind");

        return strchr(kinds, names[kind]) != NULL;
}

/* m memory at boot, p hot-plug, s SGX, c CXL, o the counted hole, w and W windows, b BAR, e configuration space, i interrupts,
 * r reserved, f persistent memory, k redistributors, d fixed devices, x reserved device memory. The hole is only counted; what is reserved may be in a window or be hole. */
const char *drawn_overlap(const DrawnGuest *drawn, const Layout *layout) {
        bool foreign = drawn->guest.vmm != VMM_QEMU || drawn->guest.machine == MACHINE_MICROVM;

        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *a = &layout->ranges[i];

                for (size_t j = 0; j < layout->n; j++) {
                        const LayoutRange *b = &layout->ranges[j];

                        if (i == j || a->start > b->end || b->start > a->end)
                                continue;
                        if (is(a->kind, "mscf") && is(b->kind, "mpscWbeirf"))
                                return "memory is not alone";
                        if (a->kind == LAYOUT_BAR && is(b->kind, "mpscbeif"))
                                return "a BAR is not alone";
                        if (!foreign && a->kind == LAYOUT_WINDOW64 && is(b->kind, "mpscei"))
                                return "a window lies over memory";
                        if (is(a->kind, "ei") && is(b->kind, "mpscowWbeir"))
                                return "what is fixed is not alone";
                }
        }
        return NULL;
}
