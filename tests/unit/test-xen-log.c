/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/decode/xen/xen-log.h"

/* The lines' forms are those of Xen's source: xen/drivers/passthrough and xen/arch/x86/hvm, RELEASE-4.14.0 to 4.22.0. */
static void test_matters(void **state) {
        static const struct {
                const char *line;
                bool matters;
        } vectors[] = {
                { "(XEN) HVM: VMX enabled", true },
                { "(XEN) HVM: SVM enabled\r", true },
                { "(XEN) [    1.234567] HVM: SVM enabled", true },
                { "(XEN) [2026-01-31 12:00:00.123] I/O virtualisation enabled", true },
                { "(XEN) [0000012a4b5c6d7e] I/O virtualisation disabled", true },
                { "(XEN)  - Dom0 mode: Relaxed", true },
                { "(XEN) Intel VT-d iommu 0 supported page sizes: 4kB, 2MB, 1GB", true },
                { "(XEN) [VT-D]drhd->address = fed90000 iommu->reg = ffff82c00021d000", true },
                { "(XEN) [VT-D]cap = d2008c222f0686 ecap = f00f4a", true },
                { "(XEN) [VT-D]Host address width 39", true },
                { "(XEN) - Host Address Translation Size: 0x2", true },
                { "(XEN) AMD-Vi: IOMMU 0 Enabled.", true },
                { "(XEN) AMD-Vi: IOMMU not found!", true },
                { "(XEN) CPU0: VMX disabled by BIOS.", true },
                { "(XEN)  Xen version 4.17.5 (Debian 4.17.5+23) (pkg@debian.org) (gcc) debug=n", true },
                /* A guest's own line, and one that a guest made look like Xen's. */
                { "(d1) HVM: VMX enabled", false },
                { "(d1) (XEN) HVM: VMX enabled", false },
                { "HVM: VMX enabled", false },
                { "(XEN) HVM: VMX enabled!", false },
                { "(XEN) CPU3: VMX disabled by BIOS.", false },
                { "(XEN) [VT-D]d0:PCIe: map 0000:00:05.0", false },
                { "(XEN) ", false },
                { "", false },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                size_t n = strlen(vectors[i].line);
                Bytes line = { .data = (const uint8_t *) vectors[i].line, .n = n };

                if (n > 0 && vectors[i].line[n - 1] == '\r')
                        line.n--;
                assert_int_equal(xen_log_line_matters(line), vectors[i].matters);
        }
}

static void test_kept(void **state) {
        static const struct {
                const char *line, *kept;
        } vectors[] = {
                { "(XEN) Xen version 4.17.5 (Debian 4.17.5+72) (builder@machine.example) (gcc) debug=n Sat Nov 29",
                                "(XEN) Xen version 4.17.5" },
                { "(XEN) [VT-D]drhd->address = fed90000 iommu->reg = ffff82c000205000",
                                "(XEN) [VT-D]drhd->address = fed90000" },
                { "(XEN) [    1.5] [VT-D]drhd->address = fed90000",
                                "(XEN) [    1.5] [VT-D]drhd->address = fed90000" },
                { "(XEN) HVM: HAP page sizes: 4kB (x)", "(XEN) HVM: HAP page sizes: 4kB (x)" },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                Bytes kept = xen_log_line_kept(bytes_of(vectors[i].line));

                assert_true(text_equal(kept, vectors[i].kept));
                assert_true(xen_log_line_matters(kept));
        }
}

static XenLog decode(const char *text) {
        XenLog log = {};

        assert_int_equal(xen_log_decode(bytes_of(text), &log, NULL), 0);
        return log;
}

static void test_vtd(void **state) {
        XenLog log = decode("(XEN) Xen version 4.17.5 (Debian) (x@y) (gcc) debug=n Mon\n"
                            "(XEN) [VT-D]Host address width 39\n"
                            "(XEN) [VT-D]drhd->address = fed90000 iommu->reg = ffff82c00021d000\n"
                            "(XEN) [VT-D]cap = 1c0000c40660462 ecap = 19e2ff0505e\n"
                            "(XEN) [VT-D]drhd->address = fed91000 iommu->reg = ffff82c00021f000\n"
                            "(XEN) [VT-D]cap = d2008c40660462 ecap = f050da\n"
                            "(XEN) Intel VT-d iommu 0 supported page sizes: 4kB, 2MB, 1GB\n"
                            "(XEN) Intel VT-d iommu 1 supported page sizes: 4kB, 2MB\n"
                            "(XEN) Intel VT-d Snoop Control not enabled.\n"
                            "(XEN) Intel VT-d Dom0 DMA Passthrough not enabled.\n"
                            "(XEN) Intel VT-d Queued Invalidation enabled.\n"
                            "(XEN) Intel VT-d Interrupt Remapping enabled.\n"
                            "(XEN) Intel VT-d Posted Interrupt not enabled.\n"
                            "(XEN) Intel VT-d Shared EPT tables enabled.\n"
                            "(XEN) I/O virtualisation enabled\n"
                            "(XEN)  - Dom0 mode: Relaxed\n"
                            "(XEN) Interrupt remapping enabled\n"
                            "(XEN) HVM: VMX enabled\n"
                            "(XEN) HVM: Hardware Assisted Paging (HAP) detected\n"
                            "(XEN) HVM: HAP page sizes: 4kB, 2MB, 1GB [disabled]\n");

        assert_true(log.begins);
        assert_int_equal(log.iommu, XEN_IOMMU_VTD);
        assert_int_equal(log.dmar_bits, 39);
        assert_int_equal(log.n_units, 2);
        assert_true(log.units[0].address == 0xfed90000 && log.units[1].address == 0xfed91000);
        assert_true(log.units[0].registers_known && log.units[1].registers_known);
        assert_true(log.units[0].cap == UINT64_C(0x1c0000c40660462));
        assert_true(log.units[1].ecap == 0xf050da);
        assert_int_equal(log.units[0].page_1g, TRISTATE_YES);
        assert_int_equal(log.units[1].page_1g, TRISTATE_NO);
        assert_int_equal(log.units[1].page_2m, TRISTATE_YES);
        assert_int_equal(log.snoop_control, TRISTATE_NO);
        assert_int_equal(log.queued_invalidation, TRISTATE_YES);
        assert_int_equal(log.posted_interrupts, TRISTATE_NO);
        assert_int_equal(log.shared_tables, TRISTATE_YES);
        assert_int_equal(log.iommu_enabled, TRISTATE_YES);
        assert_int_equal(log.dom0_passthrough, TRISTATE_NO);
        assert_int_equal(log.interrupt_remapping, TRISTATE_YES);
        assert_int_equal(log.hvm, XEN_VIRTUALISATION_VMX);
        assert_int_equal(log.hap, TRISTATE_YES);
        assert_int_equal(log.hap_present, TRISTATE_YES);
        assert_int_equal(log.hap_2m, TRISTATE_YES);
        assert_int_equal(log.hap_1g, TRISTATE_NO);
        assert_string_equal(log.iommu_failure, "");
        xen_log_done(&log);
}

static void test_amdvi(void **state) {
        XenLog log = decode("(XEN) AMD-Vi: IOMMU Extended Features:\n"
                            "(XEN) - Prefetch Pages Command\n"
                            "(XEN) - Host Address Translation Size: 0x2\n"
                            "(XEN) AMD-Vi: IOMMU Extended Features:\n"
                            "(XEN) - Host Address Translation Size: 0\n"
                            "(XEN) AMD-Vi: Disabled HAP memory map sharing with IOMMU\n"
                            "(XEN) AMD-Vi: IOMMU 0 Enabled.\n"
                            "(XEN) AMD-Vi: IOMMU 1 Enabled.\n"
                            "(XEN) I/O virtualisation enabled\n"
                            "(XEN)  - Dom0 mode: Passthrough\n"
                            "(XEN) HVM: SVM enabled\n"
                            "(XEN) HVM: Hardware Assisted Paging (HAP) detected but disabled\n");

        assert_false(log.begins);
        assert_int_equal(log.iommu, XEN_IOMMU_AMDVI);
        assert_int_equal(log.n_units, 2);
        assert_false(log.units[0].address_known || log.units[0].registers_known);
        assert_true(log.hats_known);
        assert_int_equal(log.hats, 0);
        assert_int_equal(log.shared_tables, TRISTATE_NO);
        assert_int_equal(log.dom0_passthrough, TRISTATE_YES);
        assert_int_equal(log.interrupt_remapping, TRISTATE_UNKNOWN);
        assert_int_equal(log.hvm, XEN_VIRTUALISATION_SVM);
        assert_int_equal(log.hap, TRISTATE_NO);
        assert_int_equal(log.hap_present, TRISTATE_YES);
        xen_log_done(&log);
}

static XenLog decode_file(const char *directory, const char *name) {
        char path[512];
        static char text[64 * 1024];
        FILE *file;
        size_t n;

        snprintf(path, sizeof(path), "%s/%s", directory, name);
        file = fopen(path, "re");
        assert_non_null(file);
        n = fread(text, 1, sizeof(text) - 1, file);
        text[n] = 0;
        fclose(file);
        return decode(text);
}

/* What `xl dmesg` printed on Xen 4.17.5 of Debian 12; numbers by eye, from its lines. */
static void test_real(void **state) {
        XenLog log = decode_file(*state, "real-4.17-amdvi");

        assert_true(log.begins);
        assert_int_equal(log.iommu, XEN_IOMMU_AMDVI);
        assert_int_equal(log.n_units, 1);
        assert_true(log.hats_known && log.hats == 2);
        assert_int_equal(log.iommu_enabled, TRISTATE_YES);
        assert_int_equal(log.interrupt_remapping, TRISTATE_YES);
        assert_int_equal(log.shared_tables, TRISTATE_NO);
        assert_int_equal(log.dom0_passthrough, TRISTATE_NO);
        assert_int_equal(log.hvm, XEN_VIRTUALISATION_SVM);
        assert_int_equal(log.hap, TRISTATE_YES);
        assert_int_equal(log.hap_2m, TRISTATE_YES);
        assert_int_equal(log.hap_1g, TRISTATE_YES);
        xen_log_done(&log);

        log = decode_file(*state, "real-4.17-vtd");
        assert_true(log.begins);
        assert_int_equal(log.iommu, XEN_IOMMU_VTD);
        assert_int_equal(log.n_units, 1);
        assert_int_equal(log.dmar_bits, 39);
        assert_true(log.units[0].address == 0xfed90000 && log.units[0].registers_known);
        assert_true(log.units[0].cap == UINT64_C(0xd2008c22260206) && log.units[0].ecap == 0xf00f4a);
        assert_int_equal(log.units[0].page_1g, TRISTATE_YES);
        assert_int_equal(log.shared_tables, TRISTATE_NO);
        assert_int_equal(log.posted_interrupts, TRISTATE_NO);
        assert_int_equal(log.queued_invalidation, TRISTATE_YES);
        assert_false(log.hats_known);
        assert_int_equal(log.hvm, XEN_VIRTUALISATION_SVM);
        xen_log_done(&log);
}

/* Nothing is said: nothing is known. */
static void test_unknown(void **state) {
        XenLog log = decode("(XEN) d1v0: upcall vector f3\n(d1) HVM: VMX enabled\n");

        assert_false(log.begins);
        assert_int_equal(log.iommu, XEN_IOMMU_UNKNOWN);
        assert_int_equal(log.iommu_enabled, TRISTATE_UNKNOWN);
        assert_int_equal(log.hvm, XEN_VIRTUALISATION_UNKNOWN);
        assert_int_equal(log.hap, TRISTATE_UNKNOWN);
        assert_int_equal(log.hap_present, TRISTATE_UNKNOWN);
        assert_int_equal(log.n_units, 0);
        xen_log_done(&log);
}

static void test_none(void **state) {
        XenLog log = decode("(XEN) CPU0: AMD SVM Extension is disabled in BIOS.\n"
                            "(XEN) AMD-Vi: IOMMU not found!\n(XEN) I/O virtualisation disabled\n"
                            "(XEN) HVM: Hardware Assisted Paging (HAP) not detected\n");

        assert_int_equal(log.hvm, XEN_VIRTUALISATION_DISABLED_BY_FIRMWARE);
        assert_int_equal(log.iommu_enabled, TRISTATE_NO);
        assert_string_equal(log.iommu_failure, "AMD-Vi: IOMMU not found!");
        assert_int_equal(log.hap, TRISTATE_NO);
        assert_int_equal(log.hap_present, TRISTATE_NO);
        xen_log_done(&log);
}

static void test_bad(void **state) {
        static const char *const lines[] = {
                "(XEN) Intel VT-d iommu x supported page sizes: 4kB",
                "(XEN) Intel VT-d iommu 256 supported page sizes: 4kB",
                "(XEN) Intel VT-d iommu 99999999999999999999 supported page sizes: 4kB",
                "(XEN) [VT-D]drhd->address = xyz",
                "(XEN) [VT-D]drhd->address = 11112222333344445",
                "(XEN) [VT-D]cap = d2008c40660462 ecap =",
                "(XEN) [VT-D]Host address width 65",
                "(XEN) [VT-D]Host address width 0",
                "(XEN) - Host Address Translation Size: 0x4",
                "(XEN) AMD-Vi: IOMMU 256 Enabled.",
        };

        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                char text[256];
                FaultList faults = {};
                XenLog log = {};

                snprintf(text, sizeof(text), "(XEN) HVM: SVM enabled\n%s\n", lines[i]);
                assert_int_equal(xen_log_decode(bytes_of(text), &log, &faults), 0);
                assert_int_equal(faults.n, 1);
                assert_int_equal(faults.faults[0].offset, 2);
                assert_int_equal(log.n_units, 0);
                assert_int_equal(log.hvm, XEN_VIRTUALISATION_SVM);
                xen_log_done(&log);
                fault_list_done(&faults);
        }
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_prestate(test_real, argv[1]),
                cmocka_unit_test(test_matters),
                cmocka_unit_test(test_kept),
                cmocka_unit_test(test_vtd),
                cmocka_unit_test(test_amdvi),
                cmocka_unit_test(test_unknown),
                cmocka_unit_test(test_none),
                cmocka_unit_test(test_bad),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
