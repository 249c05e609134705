/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "ctl/show/cpu-name.h"
#include "ctl/show/numbers.h"

/* Names as lscpu shows them. */
static void test_names(void **state) {
        static const struct {
                const char *model, *name;
        } cases[] = {
                { "Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz", "Core i7-8700" },
                { "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", "Xeon Gold 6230" },
                { "Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz", "Xeon E5-2670 0" },
                { "Intel(R) Core(TM)2 Duo CPU     E8400  @ 3.00GHz", "Core2 Duo E8400" },
                { "        Intel(R) Xeon(R) CPU E3-1245 V2 @ 3.40GHz", "Xeon E3-1245 V2" },
                { "AMD EPYC 7742 64-Core Processor", "EPYC 7742" },
                { "AMD Ryzen 5 3600 6-Core Processor", "Ryzen 5 3600" },
                { "Common KVM processor", "Common KVM processor" },
                { "Intel(R) CPU", "Intel(R) CPU" },
                { "AMD", "AMD" },
                { "Neoverse-N1", "Neoverse-N1" },
                { "", "" },
        };
        char name[CPU_NAME_MAX];

        for (size_t i = 0; i < ELEMENTS(cases); i++)
                assert_string_equal(cpu_name(cases[i].model, name, sizeof(name)), cases[i].name);
        /* What does not fit is cut off. */
        assert_string_equal(cpu_name("AMD EPYC 7742 64-Core Processor", name, 7), "EPYC 7");
}

static void test_counts(void **state) {
        static const struct {
                uint64_t count;
                const char *text;
        } cases[] = {
                { 0, "0" },
                { 999, "999" },
                { 1000, "1,000" },
                { 4096, "4,096" },
                { 100000, "100,000" },
                { 1234567, "1,234,567" },
        };
        char text[NUMBER_TEXT_MAX];

        for (size_t i = 0; i < ELEMENTS(cases); i++)
                assert_string_equal(number_count(cases[i].count, text, sizeof(text)), cases[i].text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_counts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
