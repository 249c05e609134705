/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"
#include "profile/profile.h"

#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)

#define MAX_DEVICES 5

/* A guest of Xen, and the host's regions and width. 0 is the default everywhere. Sizes of memory in MiB. */
typedef struct Row {
        const char *name;
        uint64_t memory, maxmem, hole, boundary, video;
        const char *vga; /* NULL: "none" */
        XenRdmStrategy strategy;
        XenRdmPolicy policy;
        uint8_t bits;               /* 0: 40 */
        uint64_t bars[MAX_DEVICES]; /* one 64-bit BAR each, beside one of 4 KiB, as of QEMU's pci-testdev */
        uint8_t assigned; /* 1 + function of 00:05.0, 00:06.0, 00:07.0, or 4 of 00:08.0, without a region: the first
                                * device is that one */
        uint64_t low, high;           /* last addresses of RAM below and above 4 GiB; 0: none */
        uint64_t window;              /* start of the 64-bit window */
        uint64_t places[MAX_DEVICES]; /* of the BARs; 0: not checked */
        StartCauseKind cause;         /* 0: it starts */
        GuestVersion version;         /* all zero: 4.17.5 */
        bool xl;                      /* read by xl */
        uint8_t told;                 /* width; 0: as bits */
        size_t lost_bars;
        uint64_t hole_start; /* 0: not checked */
        uint64_t lost;       /* region that is left out */
} Row;

/* What real Xen 4.17 did with these guests: its hvmloader's lines and libxl's messages. */
static const Row seen[] = {
        { "r1", .memory = 512, .bars = { 2 * G }, .assigned = 1, .low = 0x1fffffff, .window = 4 * G,
                        .places = { 0x100000000 } },
        { "r2", .memory = 2048, .bars = { 2 * G }, .assigned = 1, .low = 0x7fffffff, .window = 4 * G,
                        .cause = START_RDM_CONFLICT },
        { "r4", .memory = 2048, .boundary = 1024, .bars = { 2 * G }, .assigned = 1, .low = 0x5fffffff,
                        .high = 0x11fffffff, .window = 0x120000000, .places = { 0x180000000 } },
        { "r11", .memory = 2048, .strategy = XEN_RDM_HOST, .low = 0x7fffffff, .window = 4 * G,
                        .lost = 0x60000000 },
        { "r13", .memory = 2048, .strategy = XEN_RDM_HOST, .boundary = 1024, .low = 0x5fffffff,
                        .high = 0x11fffffff, .window = 0x120000000 },
        { "r15", .memory = 1024, .maxmem = 2048, .bars = { 4 * G }, .assigned = 4, .low = 0x7fffffff,
                        .window = 4 * G, .cause = START_ON_DEMAND },
        { "b1", .memory = 256, .bars = { 512 * G }, .low = 0xfffffff, .window = 4 * G,
                        .places = { 0x8000000000 } },
        { "b3", .memory = 256, .maxmem = 4096, .bars = { 256 * M }, .low = 0xefffffff, .high = 0x10fffffff,
                        .window = 0x110000000, .places = { 0x110000000 } },
        { "b4", .memory = 256, .maxmem = 3584, .bars = { 256 * M }, .low = 0xdfffffff, .window = 4 * G,
                        .places = { 0xe0000000 } },
        { "b6", .memory = 256, .maxmem = 4096, .hole = 512, .bars = { 256 * M }, .low = 0xdfffffff,
                        .high = 0x11fffffff, .window = 0x120000000, .places = { 0xe0000000 } },
        { "b8", .memory = 256, .maxmem = 16384, .bars = { 8 * G }, .low = 0xefffffff, .high = 0x40fffffff,
                        .window = 0x410000000, .places = { 0x600000000 } },
        { "b9", .memory = 256, .maxmem = 3072, .bars = { G }, .low = 0xbfffffff, .window = 4 * G,
                        .places = { 0x100000000 } },
        { "b11", .memory = 256, .hole = 100, .low = 0xfffffff, .window = 4 * G, .cause = START_HOLE },
        { "b15", .memory = 256, .maxmem = 4096, .bars = { 128 * M, 64 * M, 16 * M }, .low = 0xefffffff,
                        .high = 0x10fffffff, .window = 0x110000000,
                        .places = { 0x110000000, 0xf0000000, 0xf5000000 } },
        { "d1", .memory = 512, .bars = { 4 * G }, .bits = 48, .assigned = 4, .low = 0x1fffffff,
                        .window = 4 * G, .places = { 0x100000000 } },
        { "d4", .memory = 256, .bars = { 256 * G, 512 * G, 128 * G }, .bits = 48, .low = 0xfffffff,
                        .window = 4 * G, .places = { 0x10000000000, 0x8000000000, 0x14000000000 } },
};

/* By hand, from libxl and hvmloader of these releases. The graphics card takes 8 MiB of RAM (cirrus), 16 MiB (stdvga),
 * and 32 MiB or 16 MiB of the hole, its registers 4 KiB, its ROM 64 KiB, xen-platform 16 MiB. */
static const Row derived[] = {
        /* 4.14: the BAR counts, so the hole grows to 2 GiB, and the BAR still goes above. */
        { "4.14", .version = { 4, 14, 6 }, .memory = 256, .bars = { 4 * G }, .low = 0xfffffff,
                        .window = 4 * G, .hole_start = 0x80000000, .places = { 4 * G } },
        { "4.17.3", .version = { 4, 17, 3 }, .memory = 256, .bars = { 4 * G }, .low = 0xfffffff,
                        .window = 4 * G, .hole_start = 0x80000000, .places = { 4 * G } },
        { "4.18.0", .version = { 4, 18, 0 }, .memory = 256, .bars = { 4 * G }, .low = 0xfffffff,
                        .window = 4 * G, .hole_start = 0x80000000, .places = { 4 * G } },
        /* BAR_RELOC_THRESH of hvmloader's pci.c, by the tags of Xen. */
        { "4.17.4", .version = { 4, 17, 4 }, .memory = 256, .bars = { 4 * G }, .low = 0xfffffff,
                        .window = 4 * G, .hole_start = 0xf0000000, .places = { 4 * G } },
        { "4.18.1", .version = { 4, 18, 1 }, .memory = 256, .bars = { 4 * G }, .low = 0xfffffff,
                        .window = 4 * G, .hole_start = 0xf0000000, .places = { 4 * G } },
        { "4.19.0", .version = { 4, 19, 0 }, .memory = 256, .bars = { 4 * G }, .low = 0xfffffff,
                        .window = 4 * G, .hole_start = 0xf0000000, .places = { 4 * G } },
        { "cirrus", .memory = 512, .vga = "cirrus", .low = 0x1f7fffff, .window = 4 * G,
                        .hole_start = 0xf0000000 },
        { "stdvga", .memory = 4096, .vga = "stdvga", .bars = { 128 * M }, .low = 0xefffffff,
                        .high = 0x10effffff, .window = 0x10f000000, .places = { 0xf0000000 } },
        /* "info pci" of QEMU 7.2: BAR 0 of VGA,vgamem_mb=2048 is 512 MiB. They fit into 960 MiB, not into 448 MiB. */
        { "large stdvga", .memory = 4096, .vga = "stdvga", .video = 2048, .low = 0x7fffffff, .window = 4 * G,
                        .hole_start = 0xc0000000 },
        /* 128 + 32 + 16 MiB fit into 192 MiB, 128 + 64 do not. */
        { "two", .memory = 4096, .vga = "cirrus", .bars = { 128 * M }, .low = 0xefffffff,
                        .high = 0x10f7fffff, .window = 0x10f800000, .places = { 0xf0000000 } },
        { "three", .memory = 4096, .vga = "cirrus", .bars = { 64 * M, 128 * M }, .low = 0xefffffff,
                        .high = 0x10f7fffff, .window = 0x10f800000, .places = { 0xf0000000, 0x110000000 } },
        /* 4.14: rdm= with a policy works; 4.15: xl loses it, and the device's own stays strict. */
        { "policy 4.14", .version = { 4, 14, 0 }, .memory = 2048, .strategy = XEN_RDM_HOST,
                        .policy = XEN_RDM_STRICT, .xl = true, .low = 0x7fffffff, .window = 4 * G,
                        .cause = START_RDM_CONFLICT },
        { "policy 4.17 (r5)", .memory = 2048, .strategy = XEN_RDM_HOST, .policy = XEN_RDM_STRICT, .xl = true,
                        .low = 0x7fffffff, .window = 4 * G },
        { "policy of libxl", .memory = 2048, .strategy = XEN_RDM_HOST, .policy = XEN_RDM_STRICT,
                        .low = 0x7fffffff, .window = 4 * G, .cause = START_RDM_CONFLICT },
        /* rdm= without a policy: xl leaves that of a device undefined, which libxl does not take. */
        { "no policy", .memory = 512, .strategy = XEN_RDM_HOST, .bars = { 2 * G }, .assigned = 1, .xl = true,
                        .low = 0x1fffffff, .window = 4 * G, .cause = START_RDM_POLICY },
        { "no policy, of libxl", .memory = 512, .strategy = XEN_RDM_HOST, .bars = { 2 * G }, .assigned = 1,
                        .low = 0x1fffffff, .window = 4 * G },
        { "no policy, no device", .memory = 512, .strategy = XEN_RDM_HOST, .xl = true, .low = 0x1fffffff,
                        .window = 4 * G },
        /* 2 MiB aligned with HAP. */
        { "boundary below 4 GiB", .memory = 3072, .boundary = 1600, .strategy = XEN_RDM_HOST,
                        .low = 0x6fffffff, .high = 0x14fffffff, .window = 0x150000000, .lost = 0x60000000 },
        /* 2^40 less 512 GiB of RAM and its hole leave less than 512 GiB. */
        { "no space", .memory = 512 * 1024, .bars = { 512 * G }, .low = 0xefffffff, .high = 0x800fffffff,
                        .window = 0x8010000000, .lost_bars = 1 },
        { "hole of 3840 MiB", .memory = 512, .hole = 3840, .bars = { 1024 * M }, .low = 0xfffffff,
                        .high = 0x10fffffff, .window = 0x110000000, .places = { 0x40000000 } },
        { "hole too large", .memory = 512, .hole = 3841, .low = 0x1fffffff, .window = 4 * G,
                        .cause = START_HOLE },
        { "48 bits at most", .memory = 512, .bits = 52, .told = 48, .low = 0x1fffffff, .window = 4 * G },
        { "36 bits at least", .memory = 512, .bits = 36, .low = 0x1fffffff, .window = 4 * G },
};

static const ProfileXenRegion regions[] = {
        { 0x60000000, 0x6000ffff, { .bus = 0, .device = 5 }, true },
        { 0x70000000, 0x7000ffff, { .bus = 0, .device = 6 }, true },
        { 0x70000000, 0x7000ffff, { .bus = 0, .device = 7 }, true },
};

typedef struct Case {
        ProfileXen xen;
        ProfileXenRegion regions[3];
        Guest guest;
        GuestDevice devices[MAX_DEVICES];
        LayoutHost host;
        Layout layout;
} Case;

static void set(Case *c, const Row *row) {
        *c = (Case){ .xen = { .role = XEN_ROLE_CONTROL, .n_reserved = 3, .reserved = c->regions },
                .host = { .cpu_physical_bits = row->bits ? row->bits : 40, .xen = &c->xen },
                .guest = { .vmm = VMM_XEN, .vmm_version = { 4, 17, 5 }, .machine = MACHINE_XEN_HVM } };
        memcpy(c->regions, regions, sizeof(regions));
        c->xen.hvm = c->xen.hap = fact_measured(1, "xl info");
        c->xen.shadow = fact_measured(0, "xl info");
        if (row->version.major)
                c->guest.vmm_version = row->version;
        if (row->xl)
                c->guest.form.manager = MANAGER_COMMAND_LINE;
        c->guest.firmware.kind = FIRMWARE_SEABIOS;
        c->guest.memory.ram = row->memory * M;
        c->guest.memory.max = row->maxmem * M;
        c->guest.xen.mmio_hole = row->hole * M;
        c->guest.xen.video_memory = row->video * M;
        c->guest.xen.rdm_mem_boundary = row->boundary * M;
        c->guest.xen.rdm_strategy = row->strategy;
        c->guest.xen.rdm_policy = row->policy;
        snprintf(c->guest.xen.vga, sizeof(c->guest.xen.vga), "%s", row->vga ? row->vga : "none");
        c->guest.devices = c->devices;
        for (; c->guest.n_devices < MAX_DEVICES && row->bars[c->guest.n_devices]; c->guest.n_devices++) {
                GuestDevice *device = &c->devices[c->guest.n_devices];

                device->bars[device->n_bars++] = (GuestBar){ .index = 0, .size = 4096 };
                device->bars[device->n_bars++] =
                                (GuestBar){ 2, row->bars[c->guest.n_devices], true, true, false };
        }
        if (!row->assigned)
                return;
        c->devices[0].assigned = c->devices[0].has_address = true;
        c->devices[0].address.device = (uint8_t) (4 + row->assigned);
}

static uint64_t end_of(const Layout *layout, LayoutKind kind, uint64_t from) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == kind && layout->ranges[i].start == from)
                        return layout->ranges[i].end;
        return 0;
}

static uint64_t start_of(const Layout *layout, LayoutKind kind, int device, int bar) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == kind && layout->ranges[i].device == device &&
                                layout->ranges[i].bar == bar)
                        return layout->ranges[i].start;
        return 0;
}

static void check_row(const Row *row) {
        Case c;

        set(&c, row);
        assert_int_equal(layout_derive(&c.guest, &c.host, &c.layout), 0);
        print_message("%s\n", row->name);
        assert_int_equal(c.layout.unknown, REASON_NONE);
        assert_int_equal(c.layout.phys_bits, row->told ? row->told : row->bits ? row->bits : 40);
        assert_int_equal(c.layout.n_lost_bars, row->lost_bars);
        if (row->hole_start)
                assert_int_equal(start_of(&c.layout, LAYOUT_WINDOW32, -1, -1), row->hole_start);
        assert_int_equal(end_of(&c.layout, LAYOUT_RAM, 0), row->low);
        assert_int_equal(end_of(&c.layout, LAYOUT_RAM, 4 * G), row->high);
        assert_int_equal(start_of(&c.layout, LAYOUT_WINDOW64, -1, -1), row->window);
        for (int i = 0; i < MAX_DEVICES; i++)
                if (row->places[i])
                        assert_int_equal(start_of(&c.layout, LAYOUT_BAR, i, 1), row->places[i]);
        assert_int_equal(c.layout.starts, row->cause == 0);
        assert_int_equal(c.layout.n_causes > 0, row->cause != 0);
        if (row->cause)
                assert_int_equal(c.layout.causes[0].kind, row->cause);
        assert_int_equal(c.layout.n_lost > 0 ? c.layout.lost[0].start : 0, row->lost);
        layout_done(&c.layout);
}

static void test_seen(void **state) {
        for (size_t i = 0; i < ELEMENTS(seen); i++)
                check_row(&seen[i]);
}

static void test_derived(void **state) {
        for (size_t i = 0; i < ELEMENTS(derived); i++)
                check_row(&derived[i]);
}

/* A region at 0xc0000000 in the hole that grew to 2 GiB: the hole starts right after RAM, and no BAR meets the region. */
static void test_region_in_hole(void **state) {
        const Row row = { "in the hole", .memory = 1024, .strategy = XEN_RDM_HOST,
                .bars = { G, G, 256 * M } };
        const uint64_t places[] = { 0x40000000, 0x80000000, 0xd0000000 };
        Case c;

        set(&c, &row);
        c.xen.n_reserved = 1;
        c.regions[0].start = 0xc0000000;
        c.regions[0].end = 0xc000ffff;
        assert_int_equal(layout_derive(&c.guest, &c.host, &c.layout), 0);
        assert_int_equal(start_of(&c.layout, LAYOUT_WINDOW32, -1, -1), 0x40000000);
        for (int i = 0; i < 3; i++)
                assert_int_equal(start_of(&c.layout, LAYOUT_BAR, i, 1), places[i]);
        assert_int_equal(c.layout.n_lost_bars, 0);
        layout_done(&c.layout);
}

static void test_pvh(void **state) {
        Case c;

        /* RAM goes up to the ACPI tables at 0xfc000000; no BARs, no graphics card. */
        set(&c, &(const Row){ "pvh", .memory = 4096 });
        c.guest.machine = MACHINE_XEN_PVH;
        c.guest.xen.vga[0] = 0;
        assert_int_equal(layout_derive(&c.guest, &c.host, &c.layout), 0);
        assert_int_equal(end_of(&c.layout, LAYOUT_RAM, 0), 0xfbffffff);
        assert_int_equal(end_of(&c.layout, LAYOUT_RAM, 4 * G), 0x103ffffff);
        assert_true(c.layout.starts);
        layout_done(&c.layout);
        set(&c, &(const Row){ "pvh", .memory = 512, .bars = { G }, .assigned = 4 });
        c.guest.machine = MACHINE_XEN_PVH;
        assert_int_equal(layout_derive(&c.guest, &c.host, &c.layout), 0);
        assert_int_equal(c.layout.causes[0].kind, START_PVH_ASSIGNED);
        layout_done(&c.layout);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_seen),
                cmocka_unit_test(test_derived),
                cmocka_unit_test(test_region_in_hole),
                cmocka_unit_test(test_pvh),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
