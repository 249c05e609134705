/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/vmm/vmm.h"

#define K UINT64_C(1024)
#define M (K * K)
#define G (M * K)
#define T (G * K)

/* A guest in a row: 0 is the default everywhere. */
typedef struct Row {
        MachineKind machine;
        GuestVersion version; /* machine type; the program is of the same version, or 10.2 */
        const char *model;
        uint8_t bits;
        uint64_t ram, max;
        uint32_t slots;
        uint64_t cxl_window;
        uint64_t top;
        bool starts, relocated;
} Row;

#define NOW \
        { 10, 2, 0 }

static void set(Guest *guest, const Row *row) {
        *guest = (Guest){ .machine = row->machine, .machine_version = row->version, .vmm_version = NOW };
        if (row->model)
                strcpy(guest->cpu.model, row->model);
        if (row->bits) {
                guest->cpu.width_mode = WIDTH_EXPLICIT;
                guest->cpu.phys_bits = row->bits;
        }
        guest->memory.ram = row->ram;
        guest->memory.max = row->max;
        guest->memory.slots = row->slots;
        guest->memory.cxl_on = row->cxl_window;
        guest->memory.n_cxl = row->cxl_window > 0;
        guest->memory.cxl[0] = row->cxl_window;
        guest->firmware.kind = FIRMWARE_SEABIOS;
        guest->firmware.version = (GuestVersion){ 1, 16, 2 };
}

static const LayoutRange *find(const Layout *layout, LayoutKind kind, unsigned skip) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == kind && !skip--)
                        return &layout->ranges[i];
        return NULL;
}

#define assert_range(layout, kind, skip, from, to)                                  \
        do {                                                                        \
                const LayoutRange *_range = find(layout, kind, skip);               \
                                                                                    \
                if (!_range) /* the compiler does not know that fail() ends here */ \
                        fail_msg("no such range");                                  \
                else {                                                              \
                        assert_int_equal(_range->start, from);                      \
                        assert_int_equal(_range->end, to);                          \
                }                                                                   \
        } while (0)

/* QEMU's functional test of the address space, and figures of users' logs. */
static void test_start_check(void **state) {
        static const Row rows[] = {
                { MACHINE_Q35, NOW, "pentium2", 0, 512 * M, 59 * G + 614 * M, 1, 0, 64 * G + 102 * M - 1,
                                false },
                { MACHINE_Q35, NOW, "pentium2", 0, 512 * M, 59 * G + 512 * M, 1, 0, 0xFFFFFFFFF, true },
                { MACHINE_Q35, NOW, "coreduo", 0, 512 * M, 59 * G + 512 * M, 1, 0, 0xFFFFFFFFF, true },
                { MACHINE_Q35, NOW, "pentium", 0, 512 * M, 4 * G, 1, 0, 0x21FFFFFFF, false },
                { MACHINE_Q35, { 7, 0, 0 }, "EPYC", 0, 512 * M, 988 * G, 1, 0, 0x1003FFFFFFF, false },
                { MACHINE_Q35, { 7, 0, 0 }, "EPYC", 0, 512 * M, 987 * G + 512 * M, 1, 0, 0xFFFFFFFFFF,
                                true },
                { MACHINE_Q35, { 7, 1, 0 }, "EPYC", 0, 512 * M, 976 * G, 1, 0, 0x1FC3FFFFFFF, false, true },
                { MACHINE_Q35, { 7, 1, 0 }, "EPYC", 41, 512 * M, 976 * G, 1, 0, 0x1FC3FFFFFFF, true, true },
                { MACHINE_Q35, { 7, 1, 0 }, "EPYC", 0, 512 * M, 975 * G + 512 * M, 1, 0, 0xFCFFFFFFFF,
                                true },
                { MACHINE_Q35, { 7, 1, 0 }, "Skylake-Server", 0, 512 * M, 976 * G, 1, 0, 0xFD3FFFFFFF,
                                true },
                { MACHINE_Q35, NOW, "Skylake-Server", 0, 512 * M, 987 * G, 1, G, 0x1003FFFFFFF, false },
                { MACHINE_Q35, NOW, "Skylake-Server", 36, 2 * G, 32 * G, 8, 0, 0x127FFFFFFF, false },
                { MACHINE_Q35, NOW, "Skylake-Server", 36, 2 * G, 4 * G, 8, 0, 46 * G - 1, true },
                { MACHINE_Q35, NOW, "EPYC", 40, 1028 * G, 0, 0, 0, 0x2087FFFFFFF, false, true },
                { MACHINE_PC, NOW, "pentium", 0, 128 * M, G, 3, 0, 0x1F7FFFFFF, false },
                { MACHINE_Q35, { 7, 1, 0 }, "Skylake-Server", 40, T, 0, 0, 0, 1058 * G - 1, false },
                { MACHINE_Q35, { 7, 1, 0 }, "Skylake-Server", 41, T, 0, 0, 0, 1058 * G - 1, true },
                { MACHINE_Q35, { 7, 1, 0 }, "EPYC", 42, T, 0, 0, 0, 2078 * G - 1, true, true },
                { MACHINE_Q35, { 7, 1, 0 }, "EPYC", 41, T, 0, 0, 0, 2078 * G - 1, false, true },
                { MACHINE_Q35, NOW, "EPYC-v4", 40, 2 * G, 2044878 * M, 10, 0, 0x2FD3FFFFFFF, false, true },
                { MACHINE_Q35, NOW, "EPYC-v4", 48, 2 * G, 2044878 * M, 10, 0, 0x2FD3FFFFFFF, true, true },
                { MACHINE_Q35, NOW, "Skylake-Server", 42, 4096 * G, 0, 0, 0, 4130 * G - 1, false },
                { MACHINE_Q35, NOW, "Skylake-Server", 43, 4096 * G, 0, 0, 0, 4130 * G - 1, true },
                { MACHINE_Q35, { 8, 1, 0 }, "pentium", 0, 8 * G, 0, 0, 0, 0xFFFFFFFF, true },
        };
        LayoutHost host = {};

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Layout layout = {};
                Guest guest;

                set(&guest, &rows[i]);
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                if (layout.top != rows[i].top || layout.starts != rows[i].starts ||
                                layout.relocated != rows[i].relocated)
                        fail_msg("row %zu: top %#lx, starts %d, relocated %d", i, layout.top, layout.starts,
                                        layout.relocated);
                layout_done(&layout);
        }
}

/* A program before 7.1 refuses nothing and relocates nothing. */
static void test_no_check(void **state) {
        Row row = { MACHINE_Q35, { 6, 2, 0 }, "EPYC", 40, 1028 * G };
        LayoutHost host = {};
        Layout layout = {};
        Guest guest;

        set(&guest, &row);
        guest.vmm_version = row.version;
        assert_int_equal(layout_derive(&guest, &host, &layout), 0);
        assert_true(layout.starts);
        assert_false(layout.relocated);
        assert_range(&layout, LAYOUT_RAM, 1, 4 * G, 1030 * G - 1);
        layout_done(&layout);
}

/* Where the parts are: hot-plug region, hole, HyperTransport, by the same report as QEMU's monitor gave. */
static void test_ranges(void **state) {
        Row row = { MACHINE_Q35, { 7, 2, 0 }, "EPYC", 48, 1040 * G };
        LayoutHost host = {};
        Layout layout = {};
        Guest guest;

        set(&guest, &row);
        assert_int_equal(layout_derive(&guest, &host, &layout), 0);
        assert_range(&layout, LAYOUT_RAM, 0, 0, 0x7FFFFFFF);
        assert_range(&layout, LAYOUT_RAM, 1, 0x10000000000, 0x2037FFFFFFF);
        assert_range(&layout, LAYOUT_HOLE64, 0, 0x20380000000, 0x20B7FFFFFFF);
        assert_range(&layout, LAYOUT_RESERVED, 0, 0xFD00000000, 0xFFFFFFFFFF);
        assert_range(&layout, LAYOUT_ECAM, 0, 0xB0000000, 0xBFFFFFFF);
        assert_range(&layout, LAYOUT_MSI, 0, 0xFEE00000, 0xFEEFFFFF);
        layout_done(&layout);

        guest.memory.ram = 2 * G;
        guest.memory.sgx_epc = 96 * M;
        guest.memory.max = 4 * G;
        guest.memory.slots = 2;
        assert_int_equal(layout_derive(&guest, &host, &layout), 0);
        assert_range(&layout, LAYOUT_SGX, 0, 4 * G, 4 * G + 96 * M - 1);
        assert_range(&layout, LAYOUT_HOTPLUG, 0, 5 * G, 9 * G - 1);
        assert_range(&layout, LAYOUT_HOLE64, 0, 9 * G, 41 * G - 1);
        layout_done(&layout);
}

typedef struct WidthRow {
        WidthMode mode;
        bool kvm;
        const char *model;
        uint8_t bits, limit, guest_bits, host, mappable; /* given */
        uint8_t phys, guest_phys;                        /* expected; phys 0: not known */
        bool starts;
} WidthRow;

static void test_widths(void **state) {
        static const WidthRow rows[] = {
                { WIDTH_DEFAULT, true, "EPYC", 0, 0, 0, 48, 0, 40, 0, true },
                { WIDTH_DEFAULT, true, "EPYC", 0, 0, 0, 0, 0, 40, 0, true },
                { WIDTH_HOST, true, "host", 0, 0, 0, 46, 0, 46, 0, true },
                { WIDTH_HOST, true, "host", 0, 39, 0, 46, 0, 39, 0, true },
                { WIDTH_HOST, true, "host", 0, 48, 0, 46, 0, 46, 0, true },
                { WIDTH_HOST, true, "host", 0, 0, 0, 0, 0, 0, 0, true },
                { WIDTH_HOST, true, "host", 0, 0, 0, 255, 0, 0, 0, true },
                { WIDTH_HOST, true, "host", 0, 1, 0, 46, 0, 0, 0, false },
                { WIDTH_HOST, false, "max", 0, 0, 0, 46, 0, 40, 0, true },
                { WIDTH_EXPLICIT, true, "EPYC", 52, 0, 0, 46, 0, 52, 0, true },
                { WIDTH_EXPLICIT, true, "EPYC", 53, 0, 0, 46, 0, 0, 0, false },
                { WIDTH_EXPLICIT, true, "EPYC", 31, 0, 0, 46, 0, 0, 0, false },
                { WIDTH_EXPLICIT, true, "EPYC", 255, 0, 0, 46, 0, 0, 0, false },
                { WIDTH_EXPLICIT, false, "pentium", 36, 0, 0, 46, 0, 32, 0, false },
                { WIDTH_DEFAULT, false, "coreduo", 0, 0, 0, 46, 0, 36, 0, true },
                { WIDTH_HOST, true, "host", 0, 0, 0, 52, 48, 52, 48, true },
                { WIDTH_HOST, true, "host", 0, 46, 0, 52, 48, 46, 46, true },
                { WIDTH_HOST, true, "host", 0, 0, 40, 52, 48, 52, 40, true },
                { WIDTH_HOST, true, "host", 0, 0, 53, 52, 48, 52, 0, false },
                { WIDTH_HOST, true, "host", 0, 0, 31, 52, 48, 52, 0, false },
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const WidthRow *row = &rows[i];
                LayoutHost host = { .vendor = CPU_VENDOR_INTEL,
                        .cpu_physical_bits = row->host,
                        .guest_mappable_bits = row->mappable,
                        .la57 = TRISTATE_NO,
                        .pdpe1gb = TRISTATE_YES,
                        .tells_guest_bits = TRISTATE_YES };
                Guest guest = { .machine = MACHINE_Q35, .kvm = row->kvm, .memory.ram = 2 * G };
                Layout layout = {};

                strcpy(guest.cpu.model, row->model);
                guest.cpu.width_mode = row->mode;
                guest.cpu.phys_bits = row->bits;
                guest.cpu.limit = row->limit;
                guest.cpu.guest_phys_bits = row->guest_bits;
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                if (layout.phys_bits != row->phys || layout.guest_phys_bits != row->guest_phys ||
                                layout.starts != row->starts)
                        fail_msg("row %zu: %u bits, guest %u, starts %d", i, layout.phys_bits,
                                        layout.guest_phys_bits, layout.starts);
                assert_true(row->phys || layout.unknown != REASON_NONE);
                layout_done(&layout);
        }
}

typedef struct WindowRow {
        FirmwareKind firmware;
        GuestVersion version;
        const char *model;
        uint8_t bits, guest_bits;
        uint64_t ram, max, bar;
        uint64_t mmio_mib;
        uint8_t paging;
        uint64_t start, size; /* of the window; 0, 0 none */
        uint64_t place;       /* of the BAR */
} WindowRow;

#define OVMF(tag)         \
        FIRMWARE_OVMF, {  \
                tag, 0, 0 \
        }
#define SEA(a, b, c)        \
        FIRMWARE_SEABIOS, { \
                a, b, c     \
        }
#define I39 "Skylake-Client"
#define INTEL "Skylake-Server"

static const WindowRow windows[] = {
        /* OVMF, one eighth, a small guest with 4-level paging. */
        { OVMF(202308), I39, 36, 0, 2 * G, 0, G, 0, 0, 0x800000000, 32 * G, 0x800000000 },
        { OVMF(202308), I39, 39, 0, 2 * G, 0, G, 0, 0, 0x7000000000, 64 * G, 0x7000000000 },
        { OVMF(202308), I39, 40, 0, 2 * G, 0, G, 0, 0, 0x800000000, 32 * G, 0x800000000 },
        { OVMF(202308), "EPYC", 40, 0, 2 * G, 0, G, 0, 0, 0xC000000000, 128 * G, 0xC000000000 },
        { OVMF(202308), INTEL, 46, 0, 2 * G, 0, G, 0, 0, 0x380000000000, 8 * T, 0x380000000000 },
        { OVMF(202308), "EPYC", 48, 0, 2 * G, 0, G, 0, 0, 0x380000000000, 8 * T, 0x380000000000 },
        { OVMF(202605), "EPYC", 52, 0, 2 * G, 0, G, 0, 0, 0x380000000000, 8 * T, 0x380000000000 },
        /* The same with one quarter, as in its sources after 202608. */
        { OVMF(202611), I39, 36, 0, 2 * G, 0, G, 0, 0, 0x800000000, 32 * G, 0x800000000 },
        { OVMF(202611), I39, 39, 0, 2 * G, 0, G, 0, 0, 0x6000000000, 128 * G, 0x6000000000 },
        { OVMF(202611), I39, 40, 0, 2 * G, 0, G, 0, 0, 0x800000000, 32 * G, 0x800000000 },
        { OVMF(202611), "EPYC", 40, 0, 2 * G, 0, G, 0, 0, 0x8000000000, 256 * G, 0x8000000000 },
        { OVMF(202611), INTEL, 46, 0, 2 * G, 0, G, 0, 0, 0x300000000000, 16 * T, 0x300000000000 },
        /* Versions: none by width; at 47 bits; not yet below the HyperTransport hole. */
        { OVMF(202208), INTEL, 46, 0, 2 * G, 0, G, 0, 0, 0x800000000, 32 * G, 0x800000000 },
        { OVMF(202305), INTEL, 48, 0, 2 * G, 0, G, 0, 0, 0x700000000000, 16 * T, 0x700000000000 },
        { OVMF(202211), "EPYC", 40, 0, 2 * G, 0, G, 0, 0, 0xE000000000, 128 * G, 0xE000000000 },
        { OVMF(202211), INTEL, 46, 0, 2 * G, 0, G, 0, 0, 0x380000000000, 8 * T, 0x380000000000 },
        { OVMF(202405), "Icelake-Server", 52, 0, 2 * G, 0, G, 0, 4, 0x380000000000, 8 * T, 0x380000000000 },
        /* No 1 GiB pages: 40 bits at most. */
        { OVMF(202308), I39, 46, 0, 2 * G, 0, G, 0, 0, 0xE000000000, 128 * G, 0xE000000000 },
        /* A hot-plug region, and RAM beyond what leaves room for an eighth. */
        { OVMF(202308), I39, 40, 0, 2 * G, 64 * G, G, 0, 0, 96 * G, 32 * G, 96 * G },
        { OVMF(202308), I39, 39, 0, 500 * G, 0, G, 0, 0, 512 * G, 32 * G, 0 },
        /* X-PciMmio64Mb: at least that much before 202505, just that much since; beyond 16 TiB nothing. */
        { OVMF(202308), I39, 39, 0, 2 * G, 0, G, 32768, 0, 0x7000000000, 64 * G, 0x7000000000 },
        { OVMF(202308), I39, 39, 0, 2 * G, 0, G, 131072, 0, 128 * G, 128 * G, 128 * G },
        { OVMF(202505), I39, 39, 0, 2 * G, 0, G, 32768, 0, 32 * G, 32 * G, 32 * G },
        { OVMF(202608), I39, 39, 0, 2 * G, 0, G, 4096, 0, 4 * G, 4 * G, 4 * G },
        { OVMF(202505), I39, 39, 0, 2 * G, 0, G, 0x1000001, 0, 0x7000000000, 64 * G, 0x7000000000 },
        /* A BAR larger than the classic window. */
        { OVMF(202208), INTEL, 46, 0, 2 * G, 0, 64 * G, 0, 0, 0x800000000, 32 * G, 0 },
        /* SeaBIOS: right after RAM; from 1.16.3 at the top, of 46, then of 44 bits. */
        { SEA(1, 16, 2), I39, 39, 0, 6 * G, 0, G, 0, 0, 0x200000000, G, 0x200000000 },
        { SEA(1, 16, 3), I39, 39, 0, 6 * G, 0, G, 0, 0, 0x7000000000, 64 * G, 0x7000000000 },
        { SEA(1, 17, 0), I39, 39, 0, 6 * G, 0, G, 0, 0, 0x7000000000, 64 * G, 0x7000000000 },
        { SEA(1, 17, 0), "EPYC", 40, 0, 6 * G, 0, G, 0, 0, 0xC000000000, 128 * G, 0xC000000000 },
        { SEA(1, 17, 0), INTEL, 46, 0, 6 * G, 0, G, 0, 0, 0xE0000000000, 2 * T, 0xE0000000000 },
        { SEA(1, 17, 0), INTEL, 48, 0, 6 * G, 0, G, 0, 0, 0xE0000000000, 2 * T, 0xE0000000000 },
        { SEA(1, 17, 0), INTEL, 48, 0, 2 * T, 0, G, 0, 0, 0xE00000000000, 32 * T, 0xE00000000000 },
        { SEA(1, 16, 3), INTEL, 48, 0, 6 * G, 0, G, 0, 0, 0x380000000000, 8 * T, 0x380000000000 },
        { SEA(1, 17, 0), I39, 40, 0, 6 * G, 0, G, 0, 0, 0x200000000, G, 0x200000000 },
        { SEA(1, 17, 0), I39, 39, 0, 2 * G, 0, 256 * M, 0, 0, 0, 0, 0 },
        { SEA(1, 17, 0), I39, 39, 0, 2 * G, 0, 16 * G, 0, 0, 0x7C00000000, 16 * G, 0x7C00000000 },
};

static void set_window(Guest *guest, GuestDevice *device, const WindowRow *row) {
        *guest = (Guest){ .machine = MACHINE_Q35,
                .vmm_version = NOW,
                .memory = { .ram = row->ram, .max = row->max },
                .firmware = { .kind = row->firmware,
                                .version = row->version,
                                .mmio64_mib = row->mmio_mib,
                                .paging_level = row->paging },
                .n_devices = 1,
                .devices = device };
        strcpy(guest->cpu.model, row->model);
        guest->cpu.width_mode = WIDTH_EXPLICIT;
        guest->cpu.phys_bits = row->bits;
        guest->cpu.guest_phys_bits = row->guest_bits;
        *device = (GuestDevice){ .n_bars = 1, .bars = { { 2, row->bar, true, true, false } } };
}

static void test_windows(void **state) {
        LayoutHost host = {};

        for (size_t i = 0; i < ELEMENTS(windows); i++) {
                const WindowRow *row = &windows[i];
                const LayoutRange *window, *bar;
                GuestDevice device;
                Layout layout = {};
                Guest guest;

                set_window(&guest, &device, row);
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                window = find(&layout, LAYOUT_WINDOW64, 0);
                bar = find(&layout, LAYOUT_BAR, 0);
                if (layout.unknown != REASON_NONE)
                        fail_msg("row %zu: not known: %s", i, layout.missing);
                if (!window != !row->size ||
                                (window &&
                                                (window->start != row->start ||
                                                                window->end != row->start + row->size - 1)))
                        fail_msg("row %zu: window %#lx-%#lx, %s", i, window ? window->start : 0,
                                        window ? window->end : 0, layout.rule);
                if ((bar ? bar->start : 0) != row->place || (bar && bar->end != bar->start + row->bar - 1))
                        fail_msg("row %zu: BAR at %#lx", i, bar ? bar->start : 0);
                layout_done(&layout);
        }
}

/* A build option decides; without it, as in Debian's 2025.02 and 2026.08, 52 bits of a CPU with la57 are 46. */
static void test_five_levels(void **state) {
        static const WindowRow rows[] = {
                { OVMF(202605), "Icelake-Server", 52, 48, 2 * G, 0, G, 0, 5, 0x380000000000, 8 * T,
                                0x380000000000 },
                { OVMF(202605), "Icelake-Server", 52, 0, 2 * G, 0, G, 0, 5, 0x380000000000, 8 * T,
                                0x380000000000 },
                { OVMF(202411), "Icelake-Server", 52, 0, 2 * T, 0, G, 0, 0, 0x380000000000, 8 * T,
                                0x380000000000 },
                { OVMF(202405), "Icelake-Server", 52, 0, 2 * G, 0, G, 0, 0, 0x380000000000, 8 * T,
                                0x380000000000 },
        };
        LayoutHost host = {};

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const LayoutRange *window;
                GuestDevice device;
                Layout layout = {};
                Guest guest;

                set_window(&guest, &device, &rows[i]);
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                assert_int_equal(layout.unknown, REASON_AMBIGUOUS);
                assert_non_null(strstr(layout.missing, "5-level"));
                window = find(&layout, LAYOUT_WINDOW64, 0);
                assert_true(window && window->start == rows[i].start);
                layout_done(&layout);
                /* Told to use 4 levels, every build does. */
                guest.firmware.paging_level = 4;
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                assert_int_equal(layout.unknown, REASON_NONE);
                layout_done(&layout);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_start_check),
                cmocka_unit_test(test_no_check),
                cmocka_unit_test(test_ranges),
                cmocka_unit_test(test_widths),
                cmocka_unit_test(test_windows),
                cmocka_unit_test(test_five_levels),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
