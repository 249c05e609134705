/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the table tests/guest/virt-layouts does not have: hosts that cannot be had, by QEMU's rule (hw/arm/virt.c,
 * virt_set_memmap()); what is not known; fixed places; versions; DIMMs; Cloud Hypervisor by its source. */

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "guest/machine.h"
#include "guest/vmm/virt/virt.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"

#define M UINT64_C(0x100000)
#define G (1024 * M)
#define T (1024 * G)

#define REDISTS 1U << DROPPED_REDIST
#define ECAM 1U << DROPPED_ECAM
#define WINDOW 1U << DROPPED_WINDOW64

static const LayoutRange *range_of(const Layout *layout, LayoutKind kind, size_t skip) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == kind && skip-- == 0)
                        return &layout->ranges[i];
        return NULL;
}

static uint64_t start_of(const Layout *layout, LayoutKind kind) {
        const LayoutRange *range = range_of(layout, kind, 0);

        return range ? range->start : 0;
}

static bool lies(const Layout *layout, LayoutKind kind, size_t skip, uint64_t start, uint64_t end) {
        const LayoutRange *range = range_of(layout, kind, skip);

        return range && range->start == start && range->end == end;
}

static Guest virt(const char *model, uint64_t ram) {
        Guest guest = { .architecture = ARCHITECTURE_ARM64,
                .machine = MACHINE_VIRT,
                .machine_version = { 10, 0, 0 },
                .vmm_version = { 10, 0, 0 },
                .kvm = strcmp(model, "host") == 0,
                .firmware = { .kind = FIRMWARE_AAVMF },
                .memory = { .ram = ram } };

        snprintf(guest.cpu.model, sizeof(guest.cpu.model), "%s", model);
        return guest;
}

static bool has_cause(const Layout *layout, StartCauseKind kind) {
        for (size_t i = 0; i < layout->n_causes; i++)
                if (layout->causes[i].kind == kind)
                        return true;
        return false;
}

/* ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* The rule at the limits of a host: redistributors 64 MiB, configuration 256 MiB, window 512 GiB, each at a multiple of
 * its size from 256 GiB or the end of memory on. */
static void test_hosts(void **state) {
        static const struct {
                uint8_t ipa;
                uint64_t ram;
                uint32_t cpus;
                bool narrow; /* redistributors and high configuration are off */
                bool starts;
                unsigned dropped;
                uint64_t ecam, window; /* 0: none */
        } rows[] = {
                { 36, 63 * G, 1, false, true, REDISTS | ECAM | WINDOW, 0x3f000000, 0 },
                { 36, 64 * G, 1, false, false, 0, 0, 0 },
                { 36, 63 * G, 123, false, true, REDISTS | ECAM | WINDOW, 0x3f000000, 0 },
                { 36, 63 * G, 124, false, false, 0, 0, 0 },
                { 38, 255 * G, 1, false, true, REDISTS | ECAM | WINDOW, 0x3f000000, 0 },
                { 39, 4 * G, 1, false, true, WINDOW, 0x4010000000, 0 },
                { 40, 510 * G, 1, false, true, 0, 0x7fd0000000, 0x8000000000 },
                { 40, 511 * G, 1, false, true, WINDOW, 0x8010000000, 0 },
                { 40, 511 * G, 1, true, true, 0, 0x3f000000, 0x8000000000 },
                { 40, 1022 * G, 1, false, true, WINDOW, 0xffd0000000, 0 },
                { 40, 1023 * G, 1, false, true, REDISTS | ECAM | WINDOW, 0x3f000000, 0 },
                { 40, 1023 * G, 124, false, false, 0, 0, 0 },
                { 40, 1024 * G, 1, false, false, 0, 0, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const LayoutHost host = { .is_arm64 = true, .ipa_bits = rows[i].ipa };
                Guest guest = virt("host", rows[i].ram);
                _cleanup_(layout_done) Layout layout = {};

                print_message("row %zu\n", i);
                guest.virt.cpus = rows[i].cpus;
                if (rows[i].narrow)
                        guest.virt.highmem_redists = guest.virt.highmem_ecam = TRISTATE_NO;
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                assert_int_equal(layout.unknown, REASON_NONE);
                assert_int_equal(layout.starts, rows[i].starts);
                if (!rows[i].starts)
                        continue;
                assert_int_equal(layout.dropped, rows[i].dropped);
                assert_int_equal(start_of(&layout, LAYOUT_ECAM), rows[i].ecam);
                assert_int_equal(start_of(&layout, LAYOUT_WINDOW64), rows[i].window);
                if (rows[i].dropped & WINDOW)
                        assert_true(layout.dropped_end[DROPPED_WINDOW64] >> rows[i].ipa);
        }
}

/* A vendor's build with a window of 4 TiB: on 42 bits 4 to 8 TiB do not fit, on 43 they do. */
static void test_vendor(void **state) {
        for (uint8_t bits = 42; bits <= 43; bits++) {
                const LayoutHost host = { .is_arm64 = true, .ipa_bits = bits };
                Guest guest = virt("host", 4 * G);
                _cleanup_(layout_done) Layout layout = {};

                guest.virt.mmio_size_default = 4 * T;
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                assert_int_equal(layout.dropped, bits == 42 ? WINDOW : 0);
                assert_int_equal(start_of(&layout, LAYOUT_WINDOW64), bits == 42 ? 0 : 4 * T);
        }
}

/* ── unknown ───────────────────────────────────────────────────────────────────────────────────────────── */

/* Without the width no window is said to be there, nor to be left out; memory is where it is. */
static void test_unknown(void **state) {
        static const struct {
                const char *model;
                GuestVersion version;
                bool arm64;
                bool windows; /* whatever the width: the rule of old versions */
        } rows[] = {
                { "host", { 10, 0, 0 }, true, false },
                { "host", { 10, 0, 0 }, false, false },
                { "cortex-x925", { 10, 0, 0 }, true, false },
                { "host", { 5, 2, 0 }, true, true },
                { "cortex-x925", { 6, 2, 0 }, true, true },
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const LayoutHost host = { .is_arm64 = rows[i].arm64, .cpu_physical_bits = 46 };
                Guest guest = virt(rows[i].model, 4 * G);
                _cleanup_(layout_done) Layout layout = {};

                guest.vmm_version = guest.machine_version = rows[i].version;
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                assert_int_equal(layout.unknown, REASON_ABSENT);
                assert_true(strstr(layout.missing, "address bits"));
                assert_int_equal(layout.phys_bits, 0);
                assert_int_equal(layout.dropped, 0);
                assert_int_equal(start_of(&layout, LAYOUT_RAM), G);
                assert_int_equal(!!range_of(&layout, LAYOUT_WINDOW64, 0), rows[i].windows);
                assert_int_equal(!!range_of(&layout, LAYOUT_ECAM, 0), rows[i].windows);
        }
}

/* ── fixed places ──────────────────────────────────────────────────────────────────────────────────────── */

static void test_fixed(void **state) {
        static const struct {
                uint8_t gic;
                uint64_t start, end;
        } pages[] = { { 2, 0x8020000, 0x8020fff }, { 3, 0x8090000, 0x809ffff },
                { 4, 0x8090000, 0x809ffff } };

        for (size_t i = 0; i < ELEMENTS(pages); i++) {
                Guest guest = virt("cortex-a57", 4 * G);
                _cleanup_(layout_done) Layout layout = {};

                guest.virt.gic_version = pages[i].gic;
                assert_int_equal(layout_derive(&guest, &(LayoutHost){}, &layout), 0);
                assert_true(lies(&layout, LAYOUT_MSI, 0, pages[i].start, pages[i].end));
                assert_null(range_of(&layout, LAYOUT_MSI, 1));
                assert_true(lies(&layout, LAYOUT_WINDOW32, 0, 0x10000000, 0x3efeffff));
                assert_int_equal(start_of(&layout, LAYOUT_DEVICES), 0);
                for (size_t r = 1; r < layout.n; r++)
                        assert_true(layout.ranges[r].start > layout.ranges[r - 1].end);
        }
}

/* ── memory devices ────────────────────────────────────────────────────────────────────────────────────── */

static void test_dimms(void **state) {
        static const struct {
                FirmwareKind firmware;
                const char *model;
                uint32_t machine;
                Tristate acpi, mte;
                MemoryKind kind;
                bool refused;
        } rows[] = {
                { FIRMWARE_AAVMF, "cortex-a57", 10, 0, 0, MEMORY_DIMM, false },
                { FIRMWARE_NONE, "cortex-a57", 10, 0, 0, MEMORY_DIMM, true },
                { FIRMWARE_AAVMF, "cortex-a57", 10, TRISTATE_NO, 0, MEMORY_DIMM, true },
                { FIRMWARE_AAVMF, "", 10, 0, 0, MEMORY_DIMM, true }, /* cortex-a15, a 32-bit CPU */
                { FIRMWARE_AAVMF, "max", 10, 0, TRISTATE_YES, MEMORY_DIMM, true },
                { FIRMWARE_AAVMF, "cortex-a57", 4, 0, 0, MEMORY_DIMM, true },
                { FIRMWARE_NONE, "cortex-a57", 10, 0, 0, MEMORY_VIRTIO_MEM, false },
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                Guest guest = virt(rows[i].model, 4 * G);
                _cleanup_(layout_done) Layout layout = {};

                guest.machine_version = (GuestVersion){ rows[i].machine, 0, 0 };
                guest.firmware.kind = rows[i].firmware;
                guest.virt.acpi = rows[i].acpi;
                guest.virt.mte = rows[i].mte;
                guest.memory.max = 8 * G;
                guest.memory.slots = 2;
                assert_int_equal(guest_add_module(&guest, &(GuestModule){ .kind = rows[i].kind, .size = G }),
                                0);
                assert_int_equal(layout_derive(&guest, &(LayoutHost){}, &layout), 0);
                print_message("row %zu\n", i);
                assert_int_equal(has_cause(&layout, START_GED), rows[i].refused);
                assert_int_equal(layout.starts, !rows[i].refused);
        }
}

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void test_words(void **state) {
        static const struct {
                StartCause cause;
                const char *summary, *part; /* of the numbers or the advice */
        } rows[] = {
                { { START_GIC_CPUS, 9, VIRT_LIMIT_GIC, 8 }, "more CPUs than the interrupt controller", "8" },
                { { START_GIC_CPUS, 124, VIRT_LIMIT_REDISTS, 123 }, "more CPUs", "second region" },
                { { START_GIC_CPUS, 600, VIRT_LIMIT_MACHINE, 512 }, "the machine type", "virt-10.0 is 512" },
                { { START_REDIST, 124, 0, 123 }, "more CPUs", "QEMU 6.2" },
                { { START_IPA, 41, 0, 40 }, "KVM on this host", "41 bits" },
                { { START_PA_TCG, 45, 0, 44 }, "its CPU model", "45 bits" },
                { { START_HUGE, UINT64_MAX, 0, 0 }, "too large", "slots" },
                { { START_MMIO_SIZE_ODD, 768 * G, 0, 0 }, "power of 2", "768 GiB" },
                { { START_MMIO_SIZE_SMALL, 256 * G, 512 * G, 0 }, "smaller than the default", "512 GiB" },
                { { START_SWITCH_ABSENT, VIRT_COMPACT, 0, 0 }, "compact-highmem is not supported", "8.0" },
                { { START_SWITCH_ABSENT, VIRT_MMIO_SIZE, 0, 0 }, "highmem-mmio-size", "10.0" },
                { { START_SWITCH_ABSENT, VIRT_SMMU, 0, 0 }, "-device arm-smmuv3", "10.2" },
                { { START_SWITCH_ABSENT, VIRT_EXPANDER, 0, 0 }, "pxb-pcie", "6.0" },
                { { START_MODEL_ABSENT, 0, 8U << 16 | 2, 0 }, "no CPU model", "QEMU 8.2" },
                { { START_MTE, 0, 0, 0 }, "the CPU model does not support memory tagging", "-cpu max" },
                { { START_MTE, 1, 0, 0 }, "KVM in this version of QEMU", "later QEMU" },
                { { START_NESTED, 0, 0, 0 }, "guests within guests", "virtualization=on" },
                { { START_GICV2_ITS, 0, 0, 0 }, "GICv2 has no ITS", "gic-version=3" },
                { { START_TWO_IOMMUS, 0, 0, 0 }, "two IOMMUs", "virtio-iommu" },
                { { START_GED, 0, 0, 0 }, "DIMMs need UEFI firmware", "virt-4.2" },
                { { START_GED, 1, 0, 0 }, "memory tagging", "mte=on" },
                { { START_NO_REGION, 8 * G, 0, 0 }, "before 4.2", "8 GiB" },
                { { START_SLOTS, 257, 0, 256 }, "too many memory slots", "257 slots" },
        };
        const Guest guest = virt("host", 4 * G);

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                StartWords words;

                vmm_of(&guest)->start_words(&guest, &(Layout){}, &rows[i].cause, &words);
                print_message("%s: %s; %s\n", words.summary, words.numbers, words.advice);
                assert_non_null(strstr(words.summary, rows[i].summary));
                assert_true(strstr(words.numbers, rows[i].part) || strstr(words.advice, rows[i].part));
                assert_true(*words.advice);
        }
}

/* ── versions ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Those with other rules for that guest: what drops (7.0), compact and the interrupt controller (8.0). */
static void test_versions(void **state) {
        GuestVersion versions[VMM_VERSIONS_MAX];
        Guest guest = virt("host", 4 * G);
        size_t n;

        guest.vmm_version = guest.machine_version = (GuestVersion){};
        n = vmm_of(&guest)->versions(&guest, versions);
        assert_true(n >= 3 && n <= VMM_VERSIONS_MAX);
        assert_int_equal(versions[0].major, 5);
        for (size_t i = 1; i < n; i++)
                assert_true(version_reaches(versions[i], versions[i - 1].major, versions[i - 1].minor, 1));

        /* A machine type fixes what is older than it. */
        guest.machine_version = (GuestVersion){ 9, 0, 0 };
        n = vmm_of(&guest)->versions(&guest, versions);
        assert_int_equal(n, 1);
        assert_int_equal(versions[0].major, 9);
        guest.virt.highmem_mmio_size = T;
        assert_int_equal(vmm_of(&guest)->versions(&guest, versions), 2);
        assert_int_equal(versions[1].major, 10);
}

/* ── Cloud Hypervisor ──────────────────────────────────────────────────────────────────────────────────── */

/* RAM_START, MEM_32BIT_RESERVED_START, RAM_64BIT_START, PCI_MMCONFIG_START of its source. */
static void test_cloud_hypervisor(void **state) {
        const LayoutHost host = { .is_arm64 = true, .ipa_bits = 40 };
        Guest guest = { .architecture = ARCHITECTURE_ARM64,
                .vmm = VMM_CLOUD_HYPERVISOR,
                .vmm_version = { 50, 0, 0 },
                .machine = MACHINE_CLOUD_HYPERVISOR,
                .kvm = true,
                .firmware = { .kind = FIRMWARE_NONE },
                .memory = { .ram = 4 * G } };
        _cleanup_(layout_done) Layout layout = {}, narrow = {}, old = {};

        assert_int_equal(layout_derive(&guest, &host, &layout), 0);
        assert_int_equal(layout.unknown, REASON_NONE);
        assert_int_equal(layout.phys_bits, 40);
        assert_true(lies(&layout, LAYOUT_RAM, 0, 0x40000000, 0xfbffffff));
        assert_true(lies(&layout, LAYOUT_RAM, 1, 0x100000000, 0x143ffffff));
        assert_int_equal(start_of(&layout, LAYOUT_WINDOW32), 0x10000000);
        assert_int_equal(start_of(&layout, LAYOUT_ECAM), 0x30000000);
        assert_int_equal(start_of(&layout, LAYOUT_WINDOW64), 0x144000000);
        assert_null(range_of(&layout, LAYOUT_MSI, 0));

        guest.vmm_version = (GuestVersion){ 22, 0, 0 };
        assert_int_equal(layout_derive(&guest, &host, &old), 0);
        assert_int_equal(old.unknown, REASON_ABSENT);
        guest.vmm_version = (GuestVersion){ 50, 0, 0 };
        assert_int_equal(layout_derive(&guest, &(LayoutHost){ .is_arm64 = true }, &narrow), 0);
        assert_int_equal(narrow.unknown, REASON_ABSENT);
}

/* ── hostile ───────────────────────────────────────────────────────────────────────────────────────────── */

static uint64_t next(uint64_t *seed) {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        return *seed ^= *seed << 17;
}

/* Whatever comes in: ordered ranges, and nothing starts beyond its width. */
static void test_hostile(void **state) {
        uint64_t seed = 88172645463325252;
        size_t started = 0, refused = 0;

        for (unsigned i = 0; i < 20000; i++) {
                const LayoutHost host = { .is_arm64 = true, .ipa_bits = (uint8_t) (next(&seed) % 65) };
                Guest guest = virt(i % 3 ? "host" : "max", next(&seed) >> (next(&seed) % 64));
                _cleanup_(layout_done) Layout layout = {};

                guest.memory.max = next(&seed) % 2 ? next(&seed) >> (next(&seed) % 64) : 0;
                guest.memory.slots = (uint32_t) (next(&seed) >> (32 + next(&seed) % 32));
                guest.vmm_version = (GuestVersion){ 4 + (uint32_t) (next(&seed) % 8), 2, 0 };
                guest.virt.highmem_mmio_size = next(&seed) % 2 ? UINT64_C(1) << (next(&seed) % 64) : 0;
                if (next(&seed) % 8 == 0)
                        guest.virt.highmem_mmio_size = next(&seed);
                guest.virt.mmio_size_default = next(&seed) % 4 ? 0 : next(&seed);
                guest.virt.gic_version = (uint8_t) next(&seed);
                guest.virt.cpus = (uint32_t) (next(&seed) >> (32 + next(&seed) % 32));
                guest.virt.highmem_ecam = next(&seed) % 3;
                guest.virt.compact_highmem = next(&seed) % 3;
                if (next(&seed) % 2) {
                        guest.virt.cpus %= 9;
                        guest.memory.slots %= 4;
                        guest.memory.ram = M + guest.memory.ram % T;
                        guest.memory.max = guest.memory.ram + guest.memory.max % T;
                        guest.virt.highmem_mmio_size = 0;
                }
                assert_int_equal(layout_derive(&guest, &host, &layout), 0);
                for (size_t r = 0; r < layout.n; r++) {
                        assert_true(layout.ranges[r].start <= layout.ranges[r].end);
                        if (layout.starts && layout.phys_bits && guest.vmm_version.major >= 7)
                                assert_true(layout.phys_bits >= 64 ||
                                                layout.ranges[r].end >> layout.phys_bits == 0);
                }
                started += layout.starts;
                refused += !layout.starts;
        }
        assert_true(started > 100 && refused > 100);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_hosts), cmocka_unit_test(test_vendor),
                cmocka_unit_test(test_unknown), cmocka_unit_test(test_fixed), cmocka_unit_test(test_dimms),
                cmocka_unit_test(test_words), cmocka_unit_test(test_versions),
                cmocka_unit_test(test_cloud_hypervisor), cmocka_unit_test(test_hostile) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
