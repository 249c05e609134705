/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "profile/assignment.h"

#define SET(obstacle) (1U << OBSTACLE_##obstacle)

typedef struct Row {
        Reason iova; /* REASON_NONE: 39 bits */
        Reason groups_reason;
        Tristate possible;
        unsigned obstacles;
        struct {
                Tristate assignable;
                AssignableWhy why;
        } groups[3]; /* up to the first that has neither */
} Row;

#define YES \
        { TRISTATE_YES, ASSIGNABLE_WHY_NONE }
#define NO(why) \
        { TRISTATE_NO, ASSIGNABLE_WHY_##why }
#define DOUBT(why) \
        { TRISTATE_UNKNOWN, ASSIGNABLE_WHY_##why }

static Assignment assignment_of_row(const Row *row) {
        ProfileGroup groups[ELEMENTS(row->groups)] = {};
        Profile profile = { .groups = groups, .groups_reason = row->groups_reason };

        profile.widths.iova_bits = row->iova == REASON_NONE ? fact_measured(39, "test")
                                                            : fact_unknown(row->iova, "test");
        while (profile.n_groups < ELEMENTS(groups) &&
                        row->groups[profile.n_groups].why != _ASSIGNABLE_WHY_MAX) {
                groups[profile.n_groups].assignable = row->groups[profile.n_groups].assignable;
                groups[profile.n_groups].why = row->groups[profile.n_groups].why;
                profile.n_groups++;
        }
        return assignment_of(&profile);
}

#define END \
        { TRISTATE_NO, _ASSIGNABLE_WHY_MAX }

/* docs/fleet.md: no is said only of what is known. */
static void test_assignment(void **state) {
        static const Row rows[] = {
                { REASON_NONE, REASON_NONE, TRISTATE_YES, 0, { YES, END } },
                { REASON_NONE, REASON_NONE, TRISTATE_YES, 0, { NO(BRIDGES_ONLY), DOUBT(UNREADABLE), YES } },
                /* Whatever the groups say. */
                { REASON_ABSENT, REASON_NONE, TRISTATE_NO, SET(NO_IOMMU), { END } },
                { REASON_ABSENT, REASON_PERMISSION, TRISTATE_NO, SET(NO_IOMMU), { END } },
                { REASON_PERMISSION, REASON_NONE, TRISTATE_YES, 0, { YES, END } },
                { REASON_NONE, REASON_NONE, TRISTATE_NO, SET(NO_GROUPS), { END } },
                { REASON_NONE, REASON_NONE, TRISTATE_NO, SET(BRIDGES_ONLY), { NO(BRIDGES_ONLY), END } },
                /* Each host has bridges. */
                { REASON_NONE, REASON_NONE, TRISTATE_NO, SET(NO_INTERRUPT_REMAPPING),
                                { NO(BRIDGES_ONLY), NO(NO_INTERRUPT_REMAPPING), END } },
                { REASON_NONE, REASON_NONE, TRISTATE_NO, SET(DIRECT_REGION) | SET(NOT_PCI),
                                { NO(DIRECT_REGION), NO(NOT_PCI), NO(NOT_PCI) } },
                { REASON_NONE, REASON_NONE, TRISTATE_UNKNOWN, SET(DIRECT_REGION),
                                { NO(NOT_PCI), DOUBT(DIRECT_REGION), END } },
                { REASON_NONE, REASON_NONE, TRISTATE_UNKNOWN, SET(UNREADABLE), { DOUBT(UNREADABLE), END } },
                { REASON_NONE, REASON_PERMISSION, TRISTATE_UNKNOWN, 0, { END } },
                { REASON_NONE, REASON_NOT_APPLICABLE, TRISTATE_UNKNOWN, 0, { END } },
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const Assignment assignment = assignment_of_row(&rows[i]);

                assert_int_equal(assignment.possible, rows[i].possible);
                assert_int_equal(assignment.obstacles, rows[i].obstacles);
                assert_int_equal(assignment.reason,
                                rows[i].possible == TRISTATE_UNKNOWN ? rows[i].groups_reason : REASON_NONE);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_assignment),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
