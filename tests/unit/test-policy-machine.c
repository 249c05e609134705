/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/vmm/qemu/qemu.h"

#define NEVER MACHINE_NEVER
#define NEWER MACHINE_NEWER
#define GONE MACHINE_GONE
#define THERE MACHINE_THERE

/* What "-M help" of 5.2, 7.2, 10.0 and 11.1 lists and does not; between them what QEMU's docs/about/removed-features has. */
static void test_fates(void **state) {
        static const struct {
                MachineKind kind;
                GuestVersion machine, program;
                MachineFate fate;
        } rows[] = {
                { MACHINE_Q35, { 9, 2 }, { 7, 2, 22 }, NEWER },
                { MACHINE_Q35, { 7, 2 }, { 7, 2, 22 }, THERE },
                { MACHINE_Q35, { 7, 2 }, { 7, 1, 94 }, THERE }, /* on the way to 7.2 */
                { MACHINE_Q35, { 9, 0 }, { 8, 2, 50 }, THERE }, /* to 9.0 */
                { MACHINE_Q35, { 9, 1 }, { 8, 2, 50 }, NEWER },
                { MACHINE_Q35, { 7, 3 }, { 10, 0 }, NEVER },
                { MACHINE_PC, { 3, 2 }, { 10, 0 }, NEVER },
                { MACHINE_PC, { 2, 13 }, { 10, 0 }, NEVER },
                { MACHINE_Q35, { 4, 0, 1 }, { 7, 2 }, THERE },
                { MACHINE_PC, { 4, 0, 1 }, { 7, 2 }, NEVER },
                { MACHINE_Q35, { 2, 4 }, { 5, 2 }, THERE },
                { MACHINE_Q35, { 2, 3 }, { 5, 2 }, GONE },
                { MACHINE_PC, { 1, 0 }, { 5, 2 }, THERE },
                { MACHINE_PC, { 0, 15 }, { 5, 2 }, GONE },
                { MACHINE_PC, { 0, 12 }, { 4, 2 }, THERE },
                { MACHINE_PC, { 0, 11 }, { 4, 2 }, GONE },
                { MACHINE_PC, { 1, 4 }, { 7, 2 }, THERE },
                { MACHINE_PC, { 1, 3 }, { 7, 2 }, GONE },
                { MACHINE_PC, { 1, 7 }, { 8, 2 }, GONE },
                { MACHINE_PC, { 2, 0 }, { 8, 2 }, THERE },
                { MACHINE_PC, { 2, 3 }, { 10, 0, 13 }, GONE },
                { MACHINE_PC, { 2, 4 }, { 10, 0, 13 }, THERE },
                { MACHINE_Q35, { 4, 1 }, { 10, 1 }, GONE },
                { MACHINE_Q35, { 4, 2 }, { 10, 1 }, THERE },
                { MACHINE_Q35, { 4, 2 }, { 10, 2 }, GONE },
                { MACHINE_Q35, { 5, 0 }, { 10, 2 }, THERE },
                { MACHINE_PC, { 5, 1 }, { 11, 1, 3 }, GONE },
                { MACHINE_PC, { 5, 2 }, { 11, 1, 3 }, THERE },
                { MACHINE_PC, { 5, 2 }, {}, THERE }, /* nobody knows which QEMU */
                { MACHINE_Q35, {}, { 7, 2 }, THERE },
                { MACHINE_MICROVM, { 9, 2 }, { 7, 2 }, THERE },
                { MACHINE_VIRT, { 10, 0 }, { 7, 2, 22 }, NEWER },
                { MACHINE_VIRT, { 7, 2 }, { 7, 2, 22 }, THERE },
                { MACHINE_VIRT, { 2, 6 }, { 10, 0, 13 }, THERE },
                { MACHINE_VIRT, { 2, 5 }, { 10, 0, 13 }, NEVER },
                { MACHINE_VIRT, { 4, 0, 1 }, { 10, 0, 13 }, NEVER },
                { MACHINE_VIRT, { 2, 12 }, { 11, 1, 3 }, GONE },
                { MACHINE_VIRT, { 5, 1 }, { 11, 1, 3 }, GONE },
                { MACHINE_VIRT, { 5, 2 }, { 11, 1, 3 }, THERE },
                { MACHINE_VIRT, { 5, 1 }, {}, THERE },
                { MACHINE_VIRT, {}, { 7, 2 }, THERE },
        };
        GuestVersion oldest;

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                MachineFate fate = policy_machine(rows[i].kind, rows[i].machine, rows[i].program, &oldest);

                if (fate != rows[i].fate)
                        fail_msg("row %zu: %d", i, (int) fate);
        }
}

static void test_whose(void **state) {
        assert_string_equal(policy_machine_of(""), "");
        assert_string_equal(policy_machine_of("noble-hpb"), "ubuntu");
        assert_string_equal(policy_machine_of("rhel9.2.0"), "rhel");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fates),
                cmocka_unit_test(test_whose),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
