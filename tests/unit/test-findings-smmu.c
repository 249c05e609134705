/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "profile/findings/findings.h"
#include "tests/unit/quiet-host.h"

static size_t count(const FindingList *list, const char *id) {
        size_t n = 0;

        for (size_t i = 0; i < list->n; i++)
                n += strcmp(list->findings[i].id, id) == 0;
        return n;
}

/* RAM that ends at the limit is below it. */
static void test_ram_above_oas(void **state) {
        static const struct {
                uint64_t oas, top; /* 0: unknown */
                bool devices, found;
        } vectors[] = {
                { 40, UINT64_C(0x10000001000), true, true },
                { 40, UINT64_C(0x10000000000), true, false },
                { 40, UINT64_C(0x10000001000), false, false },
                { 44, UINT64_C(0x10000001000), true, false },
                { 64, UINT64_MAX, true, false },
                { 0, UINT64_MAX, true, false },
                { 32, 0, true, false },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                FindingList list = {};
                QuietHost host;

                quiet_host_init(&host);
                host.profile.iommus[0].oas = vectors[i].oas ? fact_measured(vectors[i].oas, "log")
                                                            : fact_unknown(REASON_ABSENT, "log");
                host.profile.iommus[0].n_devices = vectors[i].devices;
                host.profile.memory.ram_top = vectors[i].top ? fact_measured(vectors[i].top, "iomem")
                                                             : fact_unknown(REASON_HIDDEN, "iomem");
                assert_int_equal(profile_find(&host.profile, &list), 0);
                if (count(&list, "ram-above-oas") != vectors[i].found)
                        fail_msg("vector %zu", i);
                finding_list_done(&list);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_ram_above_oas) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
