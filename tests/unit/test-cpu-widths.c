/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "profile/model/cpu-narrow.h"
#include "profile/model/cpu-table.h"

#define MEASURED(value) fact_measured((value), "test")

static void assert_bits(const char *name, const char *expected) {
        const CpuNamed *named = cpu_named(name);
        char text[128] = "";
        size_t n = 0;
        CpuWidths widths;

        assert_non_null(named);
        cpu_named_widths(named, &widths);
        for (size_t i = 0; i < widths.n; i++) {
                n += (size_t) snprintf(
                                text + n, sizeof(text) - n, "%s%u", i ? " " : "", widths.widths[i].bits);
                assert_true(widths.widths[i].hosts + widths.widths[i].dumps > 0);
        }
        if (strcmp(text, expected) != 0)
                fail_msg("%s: %s instead of %s", name, text, expected);
}

/* Intel's and AMD's data sheets: client CPUs from Haswell on have 39 bits, servers from Sandy Bridge to Ice
 * Lake 46; Xeon 7400 has 40, Nehalem-EX and Westmere-EX have 44, EPYC 48 and Genoa 52. 43 is what
 * memory encryption leaves of 48. */
static void test_named(void **state) {
        assert_bits("Skylake-Client", "39");
        assert_bits("Skylake-Client-noTSX-IBRS", "39");
        assert_bits("Skylake-Server", "46");
        assert_bits("Skylake-Server-v5", "46");
        assert_bits("Cascadelake-Server", "46");
        assert_bits("Cooperlake-v2", "46");
        assert_bits("Icelake-Server-noTSX", "46");
        assert_bits("SapphireRapids", "46 52");
        assert_bits("GraniteRapids-v2", "52");
        assert_bits("EPYC-Genoa", "52");
        assert_bits("EPYC", "43 48");
        assert_bits("EPYC-IBPB", "43 48");
        assert_bits("EPYC-Rome", "43 48");
        assert_bits("EPYC-Milan-v2", "48");
        assert_bits("SandyBridge", "36 46");
        assert_bits("IvyBridge-IBRS", "36 46");
        assert_bits("Haswell-noTSX", "39 46");
        assert_bits("Broadwell-v4", "39 46");
        assert_bits("Nehalem", "36 40 44");
        assert_bits("Westmere", "36 40 44");
        assert_bits("Penryn", "36 38 40");
        assert_bits("phenom", "48");
        /* No machine was seen. */
        assert_bits("SierraForest", "");
        assert_bits("Opteron_G1", "");
}

static void test_no_names(void **state) {
        static const char *const names[] = { "", "host", "max", "host-model", "qemu64", "qemu32-v1", "kvm64",
                "kvm32", "base", "x86-64-v3", "skylake-server", "Skylake-Serve", "-v1",
                "0123456789012345678901234567890123456789012345678901234567890123456789-v1" };

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (cpu_named(names[i]))
                        fail_msg("'%s' was found", names[i]);
}

static void test_tables_are_sorted(void **state) {
        assert_true(n_cpus_seen > 100 && n_cpus_named > 40);
        for (size_t i = 0; i < n_cpus_seen; i++)
                assert_ptr_equal(cpu_seen(cpus_seen[i].vendor, cpus_seen[i].family, cpus_seen[i].model),
                                &cpus_seen[i]);
        for (size_t i = 0; i < n_cpus_named; i++)
                assert_ptr_equal(cpu_named(cpus_named[i].name), &cpus_named[i]);
        assert_null(cpu_seen(CPU_VENDOR_INTEL, 6, 256 + 85));
        assert_null(cpu_seen(CPU_VENDOR_INTEL, 65536 + 6, 85));
        assert_null(cpu_seen(CPU_VENDOR_UNKNOWN, 6, 85));
}

/* A host of that CPU, with `taken` bits taken by encryption. */
static void init(Profile *profile, CpuVendor vendor, unsigned family, unsigned model, unsigned cpu,
                unsigned host, unsigned taken, const char *virtualised) {
        *profile = (Profile){
                .host = { .vendor = vendor, .family = MEASURED(family), .model = MEASURED(model) },
                .widths = { .cpu_physical_bits = MEASURED(cpu), .host_physical_bits = MEASURED(host) },
                .encryption = { .bits_taken = MEASURED(taken) },
        };
        snprintf(profile->host.virtualised, sizeof(profile->host.virtualised), "%s", virtualised);
}

typedef struct Case {
        const char *what;
        CpuVendor vendor;
        unsigned family, model, cpu, host, taken;
        const char *virtualised;
        NarrowCause cause;
        unsigned bits, usual;
} Case;

#define INTEL CPU_VENDOR_INTEL
#define AMD CPU_VENDOR_AMD

static const Case cases[] = {
        { "Renoir, encryption on", AMD, 23, 96, 48, 44, 4, "none", NARROW_ENCRYPTION, 44, 48 },
        { "Renoir, virtualisation unknown", AMD, 23, 96, 48, 44, 4, "", NARROW_ENCRYPTION, 44, 48 },
        { "Renoir, encryption off", AMD, 23, 96, 48, 48, 0, "none", NARROW_NOT, 0, 0 },
        { "Renoir, encryption does not explain it", AMD, 23, 96, 48, 43, 4, "none", NARROW_NOT, 0, 0 },
        { "Zen: nearly all have it on", AMD, 23, 1, 48, 43, 5, "none", NARROW_NOT, 0, 0 },
        { "Vermeer: none has it on", AMD, 25, 33, 48, 44, 4, "none", NARROW_ENCRYPTION, 44, 48 },
        { "Milan: known from dumps only", AMD, 25, 1, 48, 43, 5, "none", NARROW_ENCRYPTION, 43, 48 },
        { "Sapphire Rapids, limited", INTEL, 6, 143, 46, 46, 0, "none", NARROW_FIRMWARE, 46, 52 },
        { "the same, whole", INTEL, 6, 143, 52, 52, 0, "none", NARROW_NOT, 0, 0 },
        { "the same, encrypted", INTEL, 6, 143, 52, 46, 6, "none", NARROW_ENCRYPTION, 46, 52 },
        { "the same, limited and encrypted", INTEL, 6, 143, 46, 40, 6, "none", NARROW_FIRMWARE, 46, 52 },
        { "the same, virtual", INTEL, 6, 143, 46, 46, 0, "kvm", NARROW_NOT, 0, 0 },
        { "the same, virtualisation unknown", INTEL, 6, 143, 46, 46, 0, "", NARROW_NOT, 0, 0 },
        { "virtual Skylake server", INTEL, 6, 85, 40, 40, 0, "kvm", NARROW_HYPERVISOR, 40, 46 },
        { "the same as hardware: no cause is known", INTEL, 6, 85, 40, 40, 0, "none", NARROW_NOT, 0, 0 },
        { "virtual, wider than the hardware", INTEL, 6, 94, 40, 40, 0, "kvm", NARROW_NOT, 0, 0 },
        { "virtual, as made: Westmere 36 or 40", INTEL, 6, 44, 36, 36, 0, "kvm", NARROW_NOT, 0, 0 },
        { "client Alder Lake", INTEL, 6, 151, 39, 39, 0, "none", NARROW_NOT, 0, 0 },
        { "virtual Genoa: one dump is not enough", AMD, 25, 17, 48, 48, 0, "kvm", NARROW_NOT, 0, 0 },
        { "Sapphire Rapids, not what the setting gives", INTEL, 6, 143, 48, 48, 0, "none", NARROW_NOT, 0,
                        0 },
        { "CPU that nobody saw", INTEL, 6, 175, 39, 39, 0, "kvm", NARROW_NOT, 0, 0 },
        { "another vendor", CPU_VENDOR_OTHER, 6, 143, 46, 46, 0, "none", NARROW_NOT, 0, 0 },
};

static void test_narrow(void **state) {
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const Case *c = &cases[i];
                CpuNarrow narrow;
                Profile profile;

                init(&profile, c->vendor, c->family, c->model, c->cpu, c->host, c->taken, c->virtualised);
                cpu_narrow(&profile, &narrow);
                if (narrow.cause != c->cause || narrow.bits != c->bits || narrow.usual != c->usual)
                        fail_msg("%s: cause %d, %u of %u bits", c->what, (int) narrow.cause, narrow.bits,
                                        narrow.usual);
        }
}

/* Hardware as it was seen raises nothing, whatever other hardware of that family and model has, but for the
 * one width that firmware may have set. */
static void test_no_false_alarm(void **state) {
        unsigned limited = 0;

        for (size_t i = 0; i < n_cpus_seen; i++) {
                const CpuSeen *seen = &cpus_seen[i];

                for (size_t j = 0; j < CPU_SEEN_WIDTHS_MAX && seen->widths[j].bits; j++) {
                        unsigned bits = seen->widths[j].bits;
                        CpuNarrow narrow;
                        Profile profile;

                        init(&profile, seen->vendor, seen->family, seen->model, bits, bits, 0, "none");
                        cpu_narrow(&profile, &narrow);
                        if (seen->vendor == INTEL && seen->model == 143 && bits == 46)
                                limited++;
                        else
                                assert_int_equal(narrow.cause, NARROW_NOT);
                }
        }
        assert_int_equal(limited, 1);
}

static void test_unknown(void **state) {
        CpuNarrow narrow;
        Profile profile;

        init(&profile, AMD, 23, 96, 48, 44, 4, "none");
        profile.encryption.bits_taken = fact_unknown(REASON_PERMISSION, "test");
        cpu_narrow(&profile, &narrow);
        assert_int_equal(narrow.cause, NARROW_NOT);
        init(&profile, AMD, 23, 96, 48, 44, 4, "none");
        profile.host.model = fact_unknown(REASON_ABSENT, "test");
        cpu_narrow(&profile, &narrow);
        assert_int_equal(narrow.cause, NARROW_NOT);
        /* A width that is assumed is not the CPU's own. */
        init(&profile, INTEL, 6, 85, 36, 36, 0, "kvm");
        profile.widths.cpu_physical_bits = fact_assumed(36, "test");
        cpu_narrow(&profile, &narrow);
        assert_int_equal(narrow.cause, NARROW_NOT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_named),
                cmocka_unit_test(test_no_names),
                cmocka_unit_test(test_tables_are_sorted),
                cmocka_unit_test(test_narrow),
                cmocka_unit_test(test_no_false_alarm),
                cmocka_unit_test(test_unknown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
