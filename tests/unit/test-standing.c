/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "tests/unit/fleet-rows.h"

/* What limits a width: docs/fleet.md. */
static void test_limits(void **state) {
        static const struct {
                FleetRow row;
                unsigned limits, device_limits;
        } cases[] = {
#define SET(limit) (1U << LIMIT_##limit)
                { { 1, 46, 46, 46, 46, 46 }, SET(CPU), SET(CPU) | SET(IOMMU) },
                { { 1, 46, 46, 46, 46, 39 }, SET(CPU), SET(IOMMU) },
                { { 1, 46, 46, 46, 46, 48 }, SET(CPU), SET(CPU) },
                /* 5-level CPU, 4-level EPT. */
                { { 1, 52, 52, 52, 48, 57 }, SET(SECOND_LEVEL), SET(SECOND_LEVEL) },
                /* Memory encryption takes bits of the host. With NPT, guests keep the CPU's width. */
                { { 1, 48, 43, 48, 48, 48, .encryption = 5 }, SET(CPU), SET(CPU) | SET(IOMMU) },
                /* Shadow paging: both are what the host has left. */
                { { 1, 48, 43, 43, 43, 48, .encryption = 5, .shadow = true }, SET(ENCRYPTION),
                                SET(ENCRYPTION) },
                { { 1, 48, 43, 48, 43, 48, .encryption = 5, .shadow = true }, SET(ENCRYPTION),
                                SET(ENCRYPTION) },
                { { 1, 48, 43, 48, 43, 48, .encryption = 5 }, SET(SECOND_LEVEL), SET(SECOND_LEVEL) },
                /* Nobody knows that encryption took them. */
                { { 1, 48, 43, 43, 43, 48 }, SET(KVM), SET(KVM) },
                { { 1, 48, 48, 40, 40, 40 }, SET(KVM), SET(KVM) | SET(IOMMU) },
                { { .physical = 40, .mappable = 40 }, SET(KVM), 0 },
                { { .cpu = 46, .host = 46, .iova = 46 }, 0, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                Profile profile = {};
                Standing standing;

                fleet_row_profile(&cases[i].row, &profile);
                standing = standing_of(&profile, false);
                assert_int_equal(standing.limits, cases[i].limits);
                assert_int_equal(standing.device_limits, cases[i].device_limits);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_limits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
