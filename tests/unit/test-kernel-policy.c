/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "profile/kernel-policy.h"

#define Y TRISTATE_YES
#define N TRISTATE_NO
#define U TRISTATE_UNKNOWN

/* Of 6.1, 6.12 and 7.2 VFIO's own answer (tests/kernel) and the kernel's source; what lies between is not known. Columns:
 * first stage preferred, scalable by default, pgtbl_v2 known, its lower half, VASize, HATDis, direct regions refused,
 * iommufd by the first stage, GuestPhysBits told by KVM. */
static const struct {
        const char *release;
        Tristate goes[_KERNEL_WAY_MAX];
} vectors[] = {
        { "6.1.0-50-amd64", { N, Y, Y, N, N, N, N, U, N } },
        { "6.12.107+deb13-amd64", { N, Y, Y, Y, N, N, Y, N, Y } },
        { "7.2.13+deb14-amd64", { Y, Y, Y, Y, Y, Y, Y, Y, Y } },
        { "7.3.4", { Y, Y, Y, Y, Y, Y, Y, Y, Y } },
        { "10.0", { Y, Y, Y, Y, Y, Y, Y, Y, Y } },
        { "6.8.12-4-pve", { N, Y, Y, U, N, N, U, U, U } },
        { "6.11.0-26-generic", { N, Y, Y, U, N, N, U, U, Y } },
        { "6.13.0-rc1", { U, Y, Y, Y, U, U, Y, U, Y } },
        { "6.19.14+deb13-amd64", { U, Y, Y, Y, U, U, Y, U, Y } },
        { "5.10.0-30-amd64", { U, U, N, N, N, N, N, U, N } },
        { "5.15.0-100-generic", { U, U, U, N, N, N, N, U, N } },
        /* Later drivers under an old number. */
        { "5.14.0-570.12.1.el9_6.x86_64", { U, U, U, U, U, U, U, U, U } },
        { "6.12.0-55.el10.x86_64", { U, U, U, U, U, U, U, U, U } },
        { "6.4.0-150600.23.25-default", { U, U, U, U, U, U, U, U, U } },
        { "", { U, U, U, U, U, U, U, U, U } },
        { "6", { U, U, U, U, U, U, U, U, U } },
        { "6.", { U, U, U, U, U, U, U, U, U } },
        { "-6.12", { U, U, U, U, U, U, U, U, U } },
        { " 6.12", { U, U, U, U, U, U, U, U, U } },
        { "six.twelve", { U, U, U, U, U, U, U, U, U } },
        { "4294967302.12", { U, U, U, U, U, U, U, U, U } },
        { "6.4294967308", { U, U, U, U, U, U, U, U, U } },
};

static void test_ways(void **state) {
        for (size_t i = 0; i < ELEMENTS(vectors); i++)
                for (unsigned way = 0; way < _KERNEL_WAY_MAX; way++)
                        if (kernel_goes(vectors[i].release, way) != vectors[i].goes[way])
                                fail_msg("\"%s\", way %u", vectors[i].release, way);
}

/* bcb81ac6ae3c is in 6.15. */
static void test_groups(void **state) {
        assert_int_equal(kernel_groups_early("6.1.0-50-arm64"), N);
        assert_int_equal(kernel_groups_early("6.14.11-arm64"), N);
        assert_int_equal(kernel_groups_early("6.15.0-arm64"), Y);
        assert_int_equal(kernel_groups_early("7.2.13+deb14-arm64"), Y);
        assert_int_equal(kernel_groups_early("6.12.0-55.el10.aarch64"), U);
        assert_int_equal(kernel_groups_early(""), U);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_ways),
                cmocka_unit_test(test_groups),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
