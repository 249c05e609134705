/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where firmware put BARs: QEMU's query-pci under Debian's SeaBIOS 1.14.0 to 1.17.0, OVMF 2022.11 to 2026.08. */

#include "tests/unit/unit.h"

#include "guest/vmm/vmm.h"

#define M UINT64_C(0x100000)
#define G UINT64_C(0x40000000)
#define DEVICES 4
#define I39 "Skylake-Client"
#define INTEL "Skylake-Server"
#define AMD "Opteron_G3"

enum {
        PORT = 1,  /* behind a root port of its own */
        PLAIN = 2, /* not prefetchable */
};

typedef struct Place {
        uint64_t size;
        unsigned kind;
        uint64_t start;
} Place;

typedef struct PlaceRow {
        FirmwareKind firmware;
        GuestVersion version;
        const char *model;
        uint8_t bits;
        uint64_t ram, max;
        uint32_t slots;
        uint64_t mmio_mib;
        Tristate pci64;
        Place places[DEVICES];
} PlaceRow;

#define SEA(a, b, c)        \
        FIRMWARE_SEABIOS, { \
                a, b, c     \
        }
#define OVMF(tag)         \
        FIRMWARE_OVMF, {  \
                tag, 0, 0 \
        }
#define AUTO TRISTATE_UNKNOWN

static const PlaceRow rows[] = {
        /* SeaBIOS: of equal ones functions of the root bus stand before ports. */
        { SEA(1, 14, 0), INTEL, 37, 3 * G, 4 * G, 8, 0, AUTO,
                        { { 16 * G, PORT, 0x800000000 }, { 16 * G, 0, 0x400000000 },
                                        { 2 * G, PORT, 0xC00000000 } } },
        { SEA(1, 16, 2), INTEL, 37, 3 * G, 4 * G, 8, 0, AUTO,
                        { { 16 * G, PORT, 0x800000000 }, { 16 * G, 0, 0x400000000 },
                                        { 2 * G, PORT, 0xC00000000 } } },
        /* From 1.16.3 on a port takes 1/2048 of the address space, here 32 GiB and 8 GiB. */
        { SEA(1, 16, 3), AMD, 46, 600 * G, 0, 0, 0, AUTO,
                        { { 64 * G, 0, 0x382000000000 }, { 16 * G, PORT, 0x383800000000 },
                                        { 32 * G, 0, 0x383000000000 }, { 128 * G, 0, 0x380000000000 } } },
        { SEA(1, 17, 0), AMD, 44, 3 * G, 67 * G, 8, 0, AUTO,
                        { { M, PLAIN, 0xE0000000000 }, { 16 * M, PORT, 0xE0200000000 },
                                        { 4 * G, 0, 0xE0400000000 } } },
        { SEA(1, 17, 0), INTEL, 48, G, 2 * G, 8, 0, TRISTATE_YES,
                        { { 2 * G, PORT, 0xE2000000000 }, { 256 * M, 0, 0xE2240000000 },
                                        { 128 * G, PORT, 0xE0000000000 }, { G, 0, 0xE2200000000 } } },
        /* OVMF: a port takes 1/256 of a window beyond 32 GiB, or the power of two above it. */
        { OVMF(202211), INTEL, 39, 4 * G, 14 * G, 1, 131072, AUTO,
                        { { 16 * M, PORT, 0x2000000000 }, { M, PORT, 0x2020000000 },
                                        { 256 * M, 0, 0x2040000000 } } },
        { OVMF(202608), INTEL, 39, 4 * G, 14 * G, 1, 131072, AUTO,
                        { { 16 * M, PORT, 0x2000000000 }, { M, PORT, 0x2020000000 },
                                        { 256 * M, 0, 0x2040000000 } } },
        { OVMF(202211), AMD, 40, 300 * G, 0, 0, 0, AUTO,
                        { { M, PLAIN, 0xF060000000 }, { 16 * M, PORT, 0xF040000000 },
                                        { 64 * G, 0, 0xE000000000 }, { G, PORT, 0xF000000000 } } },
        { OVMF(202211), I39, 40, 2 * G, 0, 0, 49152, AUTO,
                        { { M, PORT, 0x800000000 }, { 16 * M, PORT, 0x810000000 },
                                        { M, PORT, 0x820000000 } } },
        { OVMF(202502), I39, 39, 2 * G, 0, 0, 0, AUTO,
                        { { M, PORT, 0x7000000000 }, { 16 * M, PORT, 0x7010000000 },
                                        { M, PORT, 0x7020000000 } } },
        /* Not in a smaller window. */
        { OVMF(202211), I39, 36, 2 * G, 0, 0, 1024, AUTO,
                        { { M, PORT, 0xE01000000 }, { 16 * M, PORT, 0xE00000000 },
                                        { M, PORT, 0xE01100000 } } },
        /* Of equal ones the order is that of the root bus; 202608 has one eighth still. */
        { OVMF(202608), I39, 39, 6 * G, 0, 0, 0, AUTO,
                        { { G, PORT, 0x7000000000 }, { G, PORT, 0x7040000000 }, { G, 0, 0x7080000000 },
                                        { M, PLAIN, 0x70C0000000 } } },
        { OVMF(202608), "EPYC", 40, 6 * G, 0, 0, 0, AUTO, { { 4 * G, 0, 0xC000000000 } } },
        { OVMF(202608), INTEL, 42, G, 0, 0, 0, AUTO, { { 16 * G, 0, 0x38000000000 } } },
};

static void set_guest(Guest *guest, GuestDevice *devices, const PlaceRow *row) {
        *guest = (Guest){ .machine = MACHINE_Q35,
                .vmm_version = { 7, 2, 0 },
                .memory = { .ram = row->ram, .max = row->max, .slots = row->slots },
                .firmware = { .kind = row->firmware,
                                .version = row->version,
                                .mmio64_mib = row->mmio_mib,
                                .seabios_pci64 = row->pci64 },
                .devices = devices };
        strcpy(guest->cpu.model, row->model);
        guest->cpu.width_mode = WIDTH_EXPLICIT;
        guest->cpu.phys_bits = row->bits;
        for (; guest->n_devices < DEVICES && row->places[guest->n_devices].size; guest->n_devices++) {
                const Place *place = &row->places[guest->n_devices];

                devices[guest->n_devices] = (GuestDevice){ .own_port = place->kind & PORT,
                        .n_bars = 1,
                        .bars = { { 2, place->size, true, !(place->kind & PLAIN), false } } };
        }
}

static void test_places(void **state) {
        LayoutHost host = {};

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                GuestDevice devices[DEVICES];
                Layout layout = {};
                size_t n = 0;
                Guest guest;

                set_guest(&guest, devices, &rows[i]);
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                for (size_t j = 0; j < layout.n; j++) {
                        const LayoutRange *range = &layout.ranges[j];

                        if (range->kind != LAYOUT_BAR)
                                continue;
                        n++;
                        if (range->start != rows[i].places[range->device].start)
                                fail_msg("row %zu: device %d at %#lx", i, range->device, range->start);
                }
                if (n != guest.n_devices || layout.unknown != REASON_NONE)
                        fail_msg("row %zu: %zu BARs, %s %s", i, n, layout.rule, layout.missing);
                layout_done(&layout);
        }
}

/* Debian's 2025.02 takes a smaller size, the tag that it is of does not. */
static void test_override_of_a_distribution(void **state) {
        static const PlaceRow row = { OVMF(202502), I39, 39, 2 * G, 0, 0, 4096, AUTO, { { G, 0, 0 } } };
        GuestDevice devices[DEVICES];
        LayoutHost host = {};
        Layout layout = {};
        Guest guest;

        set_guest(&guest, devices, &row);
        assert_int_equal(layout_derive(&guest, &host, &layout), 0);
        assert_int_equal(layout.unknown, REASON_AMBIGUOUS);
        assert_non_null(strstr(layout.missing, "X-PciMmio64Mb"));
        layout_done(&layout);
        guest.firmware.mmio64_mib = 0;
        assert_int_equal(layout_derive(&guest, &host, &layout), 0);
        assert_int_equal(layout.unknown, REASON_NONE);
        layout_done(&layout);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_places),
                cmocka_unit_test(test_override_of_a_distribution),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
