/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>

#include "guest/cpu-model.h"
#include "guest/machine.h"

static void test_names(void **state) {
        static const struct {
                const char *name;
                MachineKind kind;
                GuestVersion version;
                bool exact;
        } cases[] = {
                { "pc", MACHINE_PC, {}, true },
                { "q35", MACHINE_Q35, {}, true },
                { "microvm", MACHINE_MICROVM, {}, true },
                { "pc-q35-7.1", MACHINE_Q35, { 7, 1 }, true },
                { "pc-q35-10.0", MACHINE_Q35, { 10, 0 }, true },
                { "pc-i440fx-2.11", MACHINE_PC, { 2, 11 }, true },
                { "pc-q35-rhel9.2.0", MACHINE_Q35, { 7, 2 }, false },
                { "pc-i440fx-rhel7.3.0", MACHINE_PC, { 2, 6 }, false },
                { "pc-i440fx-trusty", MACHINE_PC, { 2, 0 }, false },
                { "pc-0.14", MACHINE_PC, { 0, 14 }, true },
                { "pc-i440fx-jammy-hpb", MACHINE_PC, { 6, 2 }, false },
                { "pc-q35-noble-v2", MACHINE_Q35, { 8, 2 }, false },
                { "pc-q35-plucky", MACHINE_Q35, { 9, 2 }, false },
                { "pc-q35-nextyear", MACHINE_Q35, {}, false },
                { "pc-1.3", MACHINE_PC, { 1, 3 }, true },
                { "pc-0.12", MACHINE_PC, { 0, 12 }, true },
                { "pc-q35-9.2+pve1", MACHINE_Q35, { 9, 2 }, true },
                { "q35+pve0", MACHINE_Q35, {}, true },
                { "pc-i440fx-8.1+pve0", MACHINE_PC, { 8, 1 }, true },
                { "virt", MACHINE_VIRT, {}, true },
                { "virt-2.12", MACHINE_VIRT, { 2, 12 }, true },
                { "virt-11.1", MACHINE_VIRT, { 11, 1 }, true },
                { "virt-rhel9.2.0", MACHINE_VIRT, { 7, 2 }, false },
        };
        static const char *const others[] = { "", "isapc", "virt-", "virtual", "pc-q35-", "pc-q36-7.1",
                "none", "q35 ", "q35+pve", "q35+pve0x", "xenfv", "pc-1.4", "pc-2.4" };
        GuestVersion version;
        MachineKind kind;
        bool exact;

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                assert_int_equal(machine_from_name(cases[i].name, &kind, &version, &exact), 0);
                assert_int_equal(kind, cases[i].kind);
                assert_int_equal(guest_version_compare(&version, &cases[i].version), 0);
                assert_int_equal(exact, cases[i].exact);
        }
        for (size_t i = 0; i < ELEMENTS(others); i++)
                assert_int_equal(machine_from_name(others[i], &kind, &version, &exact), -EINVAL);
}

static void test_versions(void **state) {
        GuestVersion version;
        char text[40];

        assert_int_equal(guest_version_from_text("7.2.22", false, &version), 0);
        assert_int_equal(version.patch, 22);
        assert_int_equal(guest_version_from_text("202411", false, &version), 0);
        guest_version_to_text(&version, text, sizeof(text));
        assert_string_equal(text, "202411");
        assert_int_equal(guest_version_from_text("7.2+dfsg-7+deb12u18", true, &version), 0);
        assert_int_equal(version.minor, 2);
        assert_int_equal(guest_version_from_text("1.16.2-1", true, &version), 0);
        assert_int_equal(version.patch, 2);
        assert_int_equal(guest_version_from_text("7.2+dfsg", false, &version), -EINVAL);
        assert_int_equal(guest_version_from_text("7.", false, &version), -EINVAL);
        assert_int_equal(guest_version_from_text("7.2.3.4", false, &version), -EINVAL);
        assert_int_equal(guest_version_from_text("", true, &version), -EINVAL);
        assert_int_equal(guest_version_from_text("4294967296", true, &version), -EINVAL);
        assert_true(guest_version_compare(&(GuestVersion){ 9, 2 }, &(GuestVersion){ 10, 0 }) < 0);
}

/* What a machine of that version may be named again. */
static void test_named_back(void **state) {
        char name[64];

        machine_to_name(MACHINE_Q35, &(GuestVersion){ 7, 1 }, "", name, sizeof(name));
        assert_string_equal(name, "pc-q35-7.1");
        machine_to_name(MACHINE_PC, &(GuestVersion){ 10, 0 }, "", name, sizeof(name));
        assert_string_equal(name, "pc-i440fx-10.0");
        machine_to_name(MACHINE_PC, &(GuestVersion){}, "", name, sizeof(name));
        assert_string_equal(name, "pc");
}

/* QEMU's own answers are asked in tests/guest/test_models.py; here, what names lead to which. */
static void test_models(void **state) {
        static const struct {
                const char *name, *found;
        } cases[] = {
                { "Skylake-Server-noTSX-IBRS", "Skylake-Server" },
                { "Skylake-Server-v4", "Skylake-Server" },
                { "Haswell-noTSX", "Haswell" },
                { "EPYC-Milan-v2", "EPYC-Milan" },
                { "EPYC-IBPB", "EPYC" },
                { "qemu64", "qemu64" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const GuestCpuModel *model = guest_cpu_model_find(cases[i].name);

                assert_non_null(model);
                assert_string_equal(model->name, cases[i].found);
        }
        assert_null(guest_cpu_model_find("x86-64-v3"));
        assert_null(guest_cpu_model_find("host"));
        assert_null(guest_cpu_model_find(""));
        assert_null(guest_cpu_model_find("-v1"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_versions),
                cmocka_unit_test(test_named_back),
                cmocka_unit_test(test_models),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
