/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Of drawn guests of Xen: RAM is as large as what was given, BARs are aligned, within the width and apart from all else, a
 * narrower host makes none safer, an unknown input is never safe, and what is proposed helps as it says. */

#include "tests/unit/unit.h"

#include <string.h>

#include "guest/answer/answer.h"
#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"

#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)
#define DRAWS 4000
#define DEVICES 3

typedef struct Case {
        Profile profile;
        ProfileDevice host_devices[DEVICES];
        ProfileXenRegion regions[2];
        Guest guest;
        GuestDevice devices[DEVICES];
} Case;

static uint64_t next(uint64_t *state, uint64_t below) {
        uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        return (z ^ z >> 31) % below;
}

static void draw_host(uint64_t *state, Case *c) {
        static const uint8_t widths[] = { 36, 39, 40, 42, 46, 48, 52 };
        static const uint64_t starts[] = { 0xe0000, 0x60000000, 0x9f800000, 0xbd000000, 0xcd800000,
                0xf1000000, 0xfd000000, 0x140000000 };
        Profile *p = &c->profile;

        strcpy(p->host.architecture, "x86_64");
        p->host.vendor = next(state, 2) ? CPU_VENDOR_INTEL : CPU_VENDOR_AMD;
        p->widths.cpu_physical_bits = fact_measured(widths[next(state, ELEMENTS(widths))], "CPUID");
        p->widths.iova_bits = fact_derived(39 + 9 * next(state, 2), "unit");
        p->xen.role = XEN_ROLE_CONTROL;
        snprintf(p->xen.version, sizeof(p->xen.version), "4.%u.0", (unsigned) (14 + next(state, 9)));
        p->xen.hvm = p->xen.hap = p->xen.passthrough_hvm = fact_measured(1, "physinfo");
        p->xen.shadow = fact_measured(next(state, 2), "physinfo");
        p->xen.n_reserved = next(state, 3);
        p->xen.reserved = c->regions;
        for (size_t i = 0; i < 2; i++) {
                const uint64_t start = starts[next(state, ELEMENTS(starts))];

                c->regions[i] = (ProfileXenRegion){ start, start + (UINT64_C(4096) << next(state, 16)) - 1,
                        { .device = (uint8_t) next(state, DEVICES) }, true };
        }
        p->devices = c->host_devices;
        p->n_devices = DEVICES;
        for (size_t i = 0; i < DEVICES; i++)
                c->host_devices[i] = (ProfileDevice){ .address = { .device = (uint8_t) i },
                        .header_type_known = true,
                        .group = -1,
                        .xen_assignable = TRISTATE_YES };
}

static void draw_devices(uint64_t *state, Case *c) {
        for (size_t i = 0; i < DEVICES; i++) {
                GuestDevice *device = &c->devices[i];

                device->assigned = device->has_address = next(state, 2);
                device->address.device = (uint8_t) i;
                device->rdm_policy = next(state, _XEN_RDM_POLICY_MAX);
                snprintf(device->name, sizeof(device->name), "device%zu", i);
                device->n_bars = (uint8_t) (1 + next(state, 3));
                for (unsigned j = 0; j < device->n_bars; j++)
                        device->bars[j] = (GuestBar){ .index = (uint8_t) j,
                                .size = next(state, 64) ? UINT64_C(4096) << next(state, 28)
                                                        : UINT64_C(1) << 63,
                                .is_64bit = next(state, 4) > 0 };
        }
        c->guest.devices = c->devices;
        c->guest.n_devices = next(state, DEVICES + 1);
}

static void draw_case(uint64_t seed, Case *c) {
        static const char *const vgas[] = { "", "none", "stdvga", "cirrus", "qxl" };
        uint64_t state = seed;
        Guest *guest = &c->guest;

        *c = (Case){ .guest = { .vmm = VMM_XEN, .machine = MACHINE_XEN_HVM } };
        draw_host(&state, c);
        if (next(&state, 12) == 0)
                guest->machine = MACHINE_XEN_PVH;
        guest->memory.ram = next(&state, 2) ? (256 + next(&state, 8192)) * M : (1 + next(&state, 1100)) * G;
        if (next(&state, 4) == 0)
                guest->memory.max = guest->memory.ram + next(&state, 64) * G;
        guest->xen.mmio_hole = next(&state, 3) ? 0 : (200 + next(&state, 3700)) * M;
        guest->xen.rdm_strategy = next(&state, 2);
        guest->xen.rdm_policy = next(&state, _XEN_RDM_POLICY_MAX);
        guest->xen.rdm_mem_boundary = next(&state, 2) ? 0 : next(&state, 4096) * M;
        guest->xen.relocates = next(&state, 8) ? TRISTATE_UNKNOWN : TRISTATE_YES;
        guest->xen.hap = next(&state, 8) ? TRISTATE_UNKNOWN : next(&state, 3);
        snprintf(guest->xen.vga, sizeof(guest->xen.vga), "%s", vgas[next(&state, ELEMENTS(vgas))]);
        draw_devices(&state, c);
        assert_int_equal(guest_defaults(guest, &(const GuestInstalled){}), 0);
}

static uint64_t video(const Guest *guest) {
        const char *vga = guest->xen.vga;

        if (guest->machine == MACHINE_XEN_PVH || strcmp(vga, "none") == 0)
                return 0;
        return strcmp(vga, "stdvga") == 0 ? 16 * M : strcmp(vga, "qxl") == 0 ? 128 * M : 8 * M;
}

static bool meet(const LayoutRange *a, const LayoutRange *b) {
        return a->start <= b->end && b->start <= a->end;
}

/* Nothing of the guest's own lies on a BAR. RAM and BARs below 4 GiB leave the host's regions free. */
/* hvmloader does not look when it moves RAM: R14 then tells. */
static void hold_ranges(const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++)
                for (size_t j = 0; j < layout->n; j++) {
                        const LayoutRange *a = &layout->ranges[i], *b = &layout->ranges[j];
                        const bool apart = (a->kind == LAYOUT_BAR &&
                                                           (b->kind == LAYOUT_BAR || b->kind == LAYOUT_RAM ||
                                                                           b->kind == LAYOUT_RESERVED)) ||
                                        (b->kind == LAYOUT_RDM &&
                                                        (a->kind == LAYOUT_RAM ||
                                                                        (a->kind == LAYOUT_BAR &&
                                                                                        a->end < 4 * G)));

                        if (i != j && apart && meet(a, b))
                                fail_msg("%s meets %s", a->label, b->label);
                }
}

static void hold_bars(const Case *c, const Layout *layout) {
        size_t placed = 0, all = 0;

        for (size_t i = 0; i < c->guest.n_devices; i++)
                all += c->guest.devices[i].n_bars;
        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];
                uint64_t size = range->end - range->start + 1;

                if (range->kind != LAYOUT_BAR)
                        continue;
                placed++;
                assert_int_equal(range->start % size, 0);
                assert_true(range->end <= width_end(layout->phys_bits));
                assert_true(range->start >= 4 * G || range->end < 0xfc000000);
        }
        if (c->guest.machine == MACHINE_XEN_HVM)
                assert_true(placed <= all && placed + layout->n_lost_bars >= all);
}

static void hold_layout(const Case *c, const Layout *layout) {
        const GuestMemory *memory = &c->guest.memory;
        uint64_t sum = 0;

        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == LAYOUT_RAM)
                        sum += layout->ranges[i].end - layout->ranges[i].start + 1;
        assert_int_equal(sum, (memory->max ? memory->max : memory->ram) - video(&c->guest));
        hold_bars(c, layout);
        if (layout->starts && c->guest.xen.relocates == TRISTATE_UNKNOWN)
                hold_ranges(layout);
}

/* The plan's verdict is that of a second check. */
static void hold_plan(const Case *c, const Check *check) {
        Check after = {};
        Guest changed = c->guest;

        if (check->plan.n == 0)
                return;
        for (size_t i = 0; i < check->plan.n; i++)
                assert_true(change_apply(&check->plan.changes[i], &changed));
        assert_int_equal(check_findings(&changed, &c->profile, &after), 0);
        assert_int_equal(after.verdict, check->plan.verdict);
        assert_true(after.verdict <= check->verdict);
        assert_true(*check->plan.forms.option);
        check_done(&after);
}

static Verdict verdict_of(Case *c) {
        Check check = {};
        Verdict verdict;

        assert_int_equal(check_findings(&c->guest, &c->profile, &check), 0);
        verdict = check.verdict;
        check_done(&check);
        return verdict;
}

/* What is not known. */
static void hold_unknown(Case *c) {
        const Fact known = c->profile.widths.cpu_physical_bits;

        c->profile.widths.cpu_physical_bits = fact_unknown(REASON_XEN, "CPUID");
        assert_true(verdict_of(c) >= VERDICT_UNKNOWN);
        c->profile.widths.cpu_physical_bits = known;
        c->profile.xen.reserved_reason = REASON_PERMISSION;
        for (size_t i = 0; i < c->guest.n_devices; i++)
                if (c->guest.devices[i].assigned)
                        assert_true(verdict_of(c) >= VERDICT_UNKNOWN);
}

static void test_drawn(void **state) {
        size_t safe = 0, unsafe = 0;

        for (uint64_t i = 0; i < DRAWS; i++) {
                Check check = {};
                Case c;

                draw_case(i * 131, &c);
                assert_int_equal((i % 8 ? check_findings : check_guest)(&c.guest, &c.profile, &check), 0);
                safe += check.verdict == VERDICT_SAFE;
                unsafe += check.verdict == VERDICT_UNSAFE;
                hold_layout(&c, &check.layout);
                hold_plan(&c, &check);
                if (check.verdict == VERDICT_SAFE)
                        assert_true(check.layout.starts && check.layout.n_lost_bars == 0);
                check_done(&check);
                hold_unknown(&c);
                c.guest.devices = NULL;
                c.guest.n_devices = 0;
                guest_done(&c.guest);
        }
        print_message("%zu safe, %zu unsafe\n", safe, unsafe);
        assert_true(safe > DRAWS / 20 && unsafe > DRAWS / 20);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_drawn),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
