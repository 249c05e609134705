/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/vmm/vmm.h"

#define G (UINT64_C(1) << 30)
#define T (G << 10)
#define DRAWS 200000

/* Of a fixed seed: a failure comes again. */
static uint64_t draw(uint64_t *seed) {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static uint64_t draw_size(uint64_t *seed) {
        switch (draw(seed) % 6) {
        case 0:
                return 0;
        case 1:
                return UINT64_MAX - draw(seed) % 3;
        case 2:
                return UINT64_C(1) << draw(seed) % 64;
        case 3:
                return draw(seed);
        case 4:
                return (UINT64_C(1) << draw(seed) % 64) - 1;
        default:
                return draw(seed) % 4096 * G;
        }
}

static void draw_cpu(uint64_t *seed, GuestCpu *cpu) {
        static const char *const models[] = { "", "host", "max", "EPYC", "Skylake-Server", "pentium",
                "coreduo", "nobody-knows-it" };

        strcpy(cpu->model, models[draw(seed) % ELEMENTS(models)]);
        cpu->vendor = draw(seed) % _CPU_VENDOR_MAX;
        cpu->vendor_is_host = draw(seed) % 2;
        cpu->width_mode = draw(seed) % 3;
        cpu->phys_bits = (uint8_t) draw(seed);
        cpu->limit = (uint8_t) draw(seed);
        cpu->guest_phys_bits = draw(seed) % 2 ? (uint8_t) draw(seed) : 0;
        cpu->long_mode = draw(seed) % 3;
        cpu->la57 = draw(seed) % 3;
        cpu->pdpe1gb = draw(seed) % 3;
        if (draw(seed) % 2)
                cpu->phys_bits = (uint8_t) (30 + draw(seed) % 25);
}

static void draw_guest(uint64_t *seed, Guest *guest, GuestDevice *devices) {
        static const uint32_t tags[] = { 0, 202208, 202211, 202308, 202402, 202405, 202411, 202505, 202608,
                202611, UINT32_MAX };

        *guest = (Guest){ .vmm = draw(seed) % _VMM_MAX,
                .machine = draw(seed) % 3,
                .kvm = draw(seed) % 2,
                .vmm_version = { (uint32_t) draw(seed) % 12, (uint32_t) draw(seed) % 3, 0 },
                .machine_version = { (uint32_t) draw(seed) % 12, (uint32_t) draw(seed) % 3, 0 },
                .pci_hole64_size = draw_size(seed),
                .devices = devices,
                .n_devices = draw(seed) % 4,
                .confidential = draw(seed) % _CONFIDENTIAL_MAX,
                .cloud_hypervisor_max_bits = (uint8_t) draw(seed) };
        draw_cpu(seed, &guest->cpu);
        guest->memory = (GuestMemory){ .ram = draw_size(seed),
                .max = draw_size(seed),
                .below_4g_max = draw_size(seed),
                .slots = (uint32_t) draw(seed),
                .sgx_epc = draw_size(seed),
                .cxl_on = draw(seed) % 2,
                .n_cxl = (uint32_t) draw(seed) % 20 };
        for (size_t i = 0; i < GUEST_CXL_MAX; i++)
                guest->memory.cxl[i] = draw_size(seed);
        guest->firmware = (GuestFirmware){ .kind = draw(seed) % _FIRMWARE_KIND_MAX,
                .mmio64_mib = draw_size(seed),
                .paging_level = (uint8_t) draw(seed) % 6,
                .seabios_pci64 = draw(seed) % 3,
                .five_level = draw(seed) % 3,
                .mmio64_exact = draw(seed) % 3,
                .ignores_phys_bits = draw(seed) % 4 == 0 };
        guest->firmware.version = draw(seed) % 2
                        ? (GuestVersion){ tags[draw(seed) % ELEMENTS(tags)], 0, 0 }
                        : (GuestVersion){ 1, 16 + (uint32_t) draw(seed) % 2, (uint32_t) draw(seed) % 5 };
        guest->n_segments = (uint8_t) (draw(seed) % (GUEST_SEGMENTS_MAX + 1));
        for (size_t i = 0; i < guest->n_segments; i++)
                guest->segments[i] = (GuestSegment){ (uint32_t) draw(seed), (uint32_t) draw(seed) % 4 };
        guest->n_pmem = (uint8_t) (draw(seed) % 4);
        for (size_t i = 0; i < guest->n_pmem; i++)
                guest->pmem[i] = (GuestPmem){ draw_size(seed), (uint8_t) draw(seed) };
        for (size_t i = 0; i < guest->n_devices; i++) {
                devices[i] = (GuestDevice){ .own_port = draw(seed) % 2,
                        .segment = (uint8_t) (draw(seed) % 3),
                        .n_bars = (uint8_t) (draw(seed) % 9) };
                memset(devices[i].name, 'x', sizeof(devices[i].name) - 1);
                for (size_t bar = 0; bar < GUEST_BARS_MAX; bar++)
                        devices[i].bars[bar] = (GuestBar){ (uint8_t) draw(seed), draw_size(seed),
                                draw(seed) % 2, draw(seed) % 2, false };
        }
}

/* Whatever comes in: an answer with ordered ranges, which starts only where its width reaches, and no BAR outside its
 * window. */
static void test_hostile(void **state) {
        uint64_t seed = 88172645463325252;
        GuestDevice devices[4];
        size_t placed = 0, refused = 0;

        for (unsigned i = 0; i < DRAWS; i++) {
                const LayoutRange *window = NULL;
                Layout layout = {};
                Guest guest;
                LayoutHost host;

                draw_guest(&seed, &guest, devices);
                host = (LayoutHost){ draw(&seed) % _CPU_VENDOR_MAX, (uint8_t) draw(&seed),
                        (uint8_t) draw(&seed), draw(&seed) % 3, draw(&seed) % 3 };
                if (i % 2)
                        host.cpu_physical_bits = (uint8_t) (32 + draw(&seed) % 21);
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                for (size_t r = 0; r < layout.n; r++) {
                        assert_true(layout.ranges[r].start <= layout.ranges[r].end);
                        assert_true(!r || layout.ranges[r - 1].start <= layout.ranges[r].start);
                        if (layout.ranges[r].kind == LAYOUT_WINDOW64)
                                window = &layout.ranges[r];
                        if (layout.ranges[r].kind != LAYOUT_BAR)
                                continue;
                        assert_non_null(window);
                        assert_true(layout.ranges[r].start >= window->start &&
                                        layout.ranges[r].end <= window->end);
                        placed++;
                }
                assert_true(layout.phys_bits <= 52);
                if (layout.starts && layout.phys_bits && guest.vmm == VMM_QEMU &&
                                guest.machine != MACHINE_MICROVM && guest.vmm_version.major >= 8)
                        assert_true(layout.top < UINT64_C(1) << layout.phys_bits);
                refused += !layout.starts;
                layout_done(&layout);
        }
        assert_true(placed > 100 && refused > 100);
}

static void derive(
                const Guest *guest, const LayoutHost *host, LayoutKind kind, uint64_t start, uint64_t end) {
        Layout layout = {};
        bool found = false;

        assert_int_equal(layout_derive(guest, host, &layout), 0);
        for (size_t i = 0; i < layout.n; i++)
                found = found ||
                                (layout.ranges[i].kind == kind && layout.ranges[i].start == start &&
                                                layout.ranges[i].end == end);
        if (!found)
                for (size_t i = 0; i < layout.n; i++)
                        print_error("%u %#lx-%#lx %s\n", layout.ranges[i].kind, layout.ranges[i].start,
                                        layout.ranges[i].end, layout.ranges[i].label);
        assert_true(found);
        layout_done(&layout);
}

/* 46 bits unless said, RAM around the hole at 3 GiB, devices from there to the platform's own at the top. */
static void test_cloud_hypervisor(void **state) {
        LayoutHost host = { CPU_VENDOR_AMD, 48, 0, TRISTATE_NO, TRISTATE_YES };
        Guest guest = { .vmm = VMM_CLOUD_HYPERVISOR,
                .machine = MACHINE_CLOUD_HYPERVISOR,
                .kvm = true,
                .cpu = { .vendor_is_host = true },
                .memory = { .ram = 8 * G },
                .firmware = { .kind = FIRMWARE_NONE } };
        GuestDevice gpus[4] = {};

        derive(&guest, &host, LAYOUT_RAM, 0, 3 * G - 1);
        derive(&guest, &host, LAYOUT_RAM, 4 * G, 9 * G - 1);
        derive(&guest, &host, LAYOUT_WINDOW64, 9 * G, 64 * T - 0x10000 - 0x100000 - 1);
        guest.cloud_hypervisor_max_bits = 39;
        derive(&guest, &host, LAYOUT_WINDOW64, 9 * G, 512 * G - 0x10000 - 0x100000 - 1);
        host.cpu_physical_bits = 36;
        derive(&guest, &host, LAYOUT_WINDOW64, 9 * G, 64 * G - 0x10000 - 0x100000 - 1);

        /* 384 GiB of RAM and four BARs of 128 GiB: OVMF put them at 512, 640, 768 and 896 GiB. */
        host.cpu_physical_bits = 48;
        guest.cloud_hypervisor_max_bits = 0;
        guest.memory.ram = 384 * G;
        guest.firmware = (GuestFirmware){ .kind = FIRMWARE_OVMF, .version = { 202402, 0, 0 } };
        guest.devices = gpus;
        guest.n_devices = ELEMENTS(gpus);
        for (size_t i = 0; i < ELEMENTS(gpus); i++)
                gpus[i] = (GuestDevice){ .n_bars = 1, .bars = { { 2, 128 * G, true, true, false } } };
        for (size_t i = 0; i < ELEMENTS(gpus); i++)
                derive(&guest, &host, LAYOUT_BAR, (512 + 128 * i) * G, (640 + 128 * i) * G - 1);
}

/* A port's window is as large as its BARs rounded up to the largest: 128 GiB and 32 MiB take 256 GiB. */
static void test_ports(void **state) {
        LayoutHost host = { CPU_VENDOR_INTEL, 48, 0, TRISTATE_NO, TRISTATE_YES };
        GuestDevice gpus[2] = {};
        Guest guest = { .machine = MACHINE_Q35,
                .cpu = { .model = "Skylake-Server", .width_mode = WIDTH_EXPLICIT, .phys_bits = 46 },
                .memory = { .ram = 2 * G },
                .firmware = { .kind = FIRMWARE_OVMF, .version = { 202308, 0, 0 } },
                .devices = gpus,
                .n_devices = 2 };

        for (size_t i = 0; i < ELEMENTS(gpus); i++)
                gpus[i] = (GuestDevice){ .own_port = true,
                        .n_bars = 2,
                        .bars = { { 0, 32 << 20, true, true, false }, { 2, 128 * G, true, true, false } } };
        derive(&guest, &host, LAYOUT_BAR, 56 * T, 56 * T + 128 * G - 1);
        derive(&guest, &host, LAYOUT_BAR, 56 * T + 128 * G, 56 * T + 128 * G + (32 << 20) - 1);
        derive(&guest, &host, LAYOUT_BAR, 56 * T + 256 * G, 56 * T + 384 * G - 1);
}

/* What is missing has a name, and nothing is placed on a guess. */
static void test_missing(void **state) {
        LayoutHost none = {};
        Guest guest = { .machine = MACHINE_Q35,
                .kvm = true,
                .cpu = { .model = "host", .width_mode = WIDTH_HOST },
                .memory = { .ram = 2 * G },
                .firmware = { .kind = FIRMWARE_OVMF, .version = { 202308, 0, 0 } } };
        Layout layout = {};

        assert_int_equal(layout_derive(&guest, &none, &layout), 0);
        assert_int_equal(layout.unknown, REASON_ABSENT);
        assert_string_equal(layout.missing, "the host's physical address width");
        for (size_t i = 0; i < layout.n; i++)
                assert_int_not_equal(layout.ranges[i].kind, LAYOUT_WINDOW64);
        layout_done(&layout);

        none.cpu_physical_bits = 46;
        none.vendor = CPU_VENDOR_INTEL;
        assert_int_equal(layout_derive(&guest, &none, &layout), 0);
        assert_int_equal(layout.unknown, REASON_ABSENT);
        assert_string_equal(layout.missing, "cpu: pdpe1gb");
        layout_done(&layout);

        guest.firmware.version = (GuestVersion){};
        none.pdpe1gb = TRISTATE_YES;
        assert_int_equal(layout_derive(&guest, &none, &layout), 0);
        assert_string_equal(layout.missing, "the firmware's version");
        layout_done(&layout);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_hostile),
                cmocka_unit_test(test_cloud_hypervisor),
                cmocka_unit_test(test_ports),
                cmocka_unit_test(test_missing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
