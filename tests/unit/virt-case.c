/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/virt-case.h"

#include <stdio.h>

void virt_host(Profile *profile, uint8_t ipa) {
        *profile = (Profile){};
        snprintf(profile->host.architecture, sizeof(profile->host.architecture), "aarch64");
        profile->widths.guest_physical_bits = profile->widths.guest_mappable_bits =
                        ipa ? fact_measured(ipa, "test") : fact_unknown(REASON_PERMISSION, "test");
        profile->host.implementer = fact_measured(0x41, "test");
        profile->host.part = fact_measured(0xd0c, "test");
        profile->host.gic_version = fact_measured(3, "test");
        profile->widths.iova_bits = fact_measured(48, "test");
        profile->paging.kvm_loaded = fact_measured(1, "test");
}

void virt_guest(Guest *guest, GuestDevice *devices, bool kvm, uint64_t ram, uint64_t max, uint32_t slots) {
        *guest = (Guest){ .architecture = ARCHITECTURE_ARM64,
                .machine = MACHINE_VIRT,
                .machine_version = { 10, 0, 0 },
                .vmm_version = { 10, 0, 0 },
                .kvm = kvm,
                .firmware = { .kind = FIRMWARE_AAVMF },
                .devices = devices };
        snprintf(guest->cpu.model, sizeof(guest->cpu.model), "%s", kvm ? "host" : "cortex-a57");
        guest->memory = (GuestMemory){ .ram = ram, .max = max, .slots = slots };
}

void virt_add(Guest *guest, const char *name, uint64_t bar) {
        GuestDevice *device = &guest->devices[guest->n_devices++];

        *device = (GuestDevice){ .own_port = bar > M, .n_bars = 1 };
        snprintf(device->name, sizeof(device->name), "%s", name);
        device->bars[0] = (GuestBar){ .index = 4, .size = bar, .is_64bit = true, .prefetchable = true };
}
