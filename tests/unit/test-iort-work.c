/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdlib.h>

#include "probe/decode/acpi/iort.h"
#include "profile/findings/findings.h"
#include "tests/unit/quiet-host.h"

/* The work for a hostile IORT on a host with many functions: what was units times functions times mappings took 40 s for 268 KB.
 * The sources of this are compiled again for this test, and count their basic blocks. */

void __sanitizer_cov_trace_pc(void);

static uint64_t blocks;

void __sanitizer_cov_trace_pc(void) {
        blocks++;
}

#define N_UNITS 3000
#define N_FUNCTIONS 1000
#define N_MAPPINGS 3200
#define N_RMRS 10
#define N_RANGES 1600
#define N_IDS 1600 /* mappings of an RMR */
#define RMR_SIZE (28 + 20 * (N_RANGES + N_IDS))
#define TABLE_SIZE (48 + N_UNITS * 68 + 36 + 20 * N_MAPPINGS + N_RMRS * RMR_SIZE)

/* A few blocks for each pair of what one node has, of units, and of a function with a mapping or range. A product of three of them
 * would be a hundred times as many. */
#define DECODE_MAX                                                     \
        (UINT64_C(8) *                                                 \
                        (N_UNITS * N_UNITS + N_MAPPINGS * N_MAPPINGS + \
                                        N_RMRS * (N_RANGES * N_RANGES + N_IDS * N_IDS)))
#define FIND_MAX (UINT64_C(24) * (N_FUNCTIONS * (2 * N_MAPPINGS + N_RMRS * (N_RANGES + N_IDS)) + N_UNITS))

typedef struct Build {
        uint8_t *data;
        size_t n;
} Build;

static void put(Build *table, unsigned bytes, uint64_t value) {
        for (unsigned i = 0; i < bytes; i++)
                table->data[table->n++] = (uint8_t) (value >> 8 * i);
}

static void put_node(Build *table, uint8_t type, uint8_t revision, unsigned length, uint32_t n_mappings,
                unsigned mappings) {
        put(table, 1, type);
        put(table, 2, length);
        put(table, 1, revision);
        put(table, 4, 0);
        put(table, 4, n_mappings);
        put(table, 4, mappings);
}

static void put_mapping(Build *table, uint32_t input, uint32_t count, uint32_t output, uint32_t unit) {
        put(table, 4, input);
        put(table, 4, count - 1);
        put(table, 4, output);
        put(table, 4, 48 + unit * 68);
        put(table, 4, 0);
}

/* Mappings of ids that no function has come before the one that counts, and each RMR is for all functions. */
static void build(Build *table) {
        put(table, 4, 0x54524f49);
        put(table, 4, TABLE_SIZE);
        put(table, 1, 5);
        put(table, 8, 0);
        put(table, 8, 0);
        put(table, 8, 0);
        put(table, 3, 0);
        put(table, 4, N_UNITS + 1 + N_RMRS);
        put(table, 4, 48);
        put(table, 4, 0);
        for (unsigned i = 0; i < N_UNITS; i++) {
                put_node(table, 4, 4, 68, 0, 0);
                put(table, 8, 0x1000000 + i * UINT64_C(0x20000));
                put(table, 8, 0);
                put(table, 8, 0);
                put(table, 8, 0);
                put(table, 8, 0);
                put(table, 8, 0);
                put(table, 4, 0);
        }
        put_node(table, 2, 1, 36 + 20 * N_MAPPINGS, N_MAPPINGS, 36);
        put(table, 8, 1);
        put(table, 4, 0);
        put(table, 4, 0);
        put(table, 4, 40);
        for (unsigned i = 1; i < N_MAPPINGS; i++)
                put_mapping(table, 0x100000 + i, 1, i, i % N_UNITS);
        put_mapping(table, 0, 0x10000, 0, 0);
        for (unsigned i = 0; i < N_RMRS; i++) {
                put_node(table, 6, 3, RMR_SIZE, N_IDS, 28 + 20 * N_RANGES);
                put(table, 4, 0);
                put(table, 4, N_RANGES);
                put(table, 4, 28);
                for (unsigned j = 0; j < N_RANGES; j++) {
                        put(table, 8, 0x100000000 + j * UINT64_C(0x10000));
                        put(table, 8, 0x10000);
                        put(table, 4, 0);
                }
                for (unsigned j = 1; j < N_IDS; j++)
                        put_mapping(table, 0x100000 + j, 1, 0x100000 + j, 0);
                put_mapping(table, 0, 0x10000, 0, 0);
        }
        assert_int_equal(table->n, TABLE_SIZE);
}

/* Each function has a group, whose one region has all that the RMRs name: each range is compared. */
static void with_functions(
                QuietHost *h, ProfileDevice *devices, ProfileGroup *groups, ReservedRegion *region) {
        *region = (ReservedRegion){ .start = 0x100000000, .end = 0xffffffffff, .type = RESERVED_DIRECT };
        for (unsigned i = 0; i < N_FUNCTIONS; i++) {
                devices[i] = h->devices[0];
                devices[i].address = (PciAddress){
                        .bus = (uint8_t) (i >> 8), .device = i >> 3 & 31, .function = i & 7
                };
                devices[i].group = (int) i;
                devices[i].iommu = 0;
                groups[i] = h->groups[0];
                groups[i].regions = (ReservedRegions){ .n = 1, .regions = region };
        }
        h->profile.devices = devices;
        h->profile.n_devices = N_FUNCTIONS;
        h->profile.groups = groups;
        h->profile.n_groups = N_FUNCTIONS;
        h->profile.firmware.iort_reason = REASON_NONE;
}

static void test_work(void **state) {
        Build table = { .data = calloc(1, TABLE_SIZE) };
        ProfileDevice *devices = calloc(N_FUNCTIONS, sizeof(*devices));
        ProfileGroup *groups = calloc(N_FUNCTIONS, sizeof(*groups));
        ReservedRegion region;
        FaultList faults = {};
        FindingList list = {};
        QuietHost host;

        assert_true(table.data && devices && groups);
        build(&table);
        quiet_host_init(&host);
        with_functions(&host, devices, groups, &region);
        assert_int_equal(iort_decode((Bytes){ .data = table.data, .n = table.n },
                                         &host.profile.firmware.iort, &faults),
                        0);
        assert_int_equal(host.profile.firmware.iort.n_units, N_UNITS);
        assert_int_equal(host.profile.firmware.iort.n_reserved, N_RMRS);
        if (blocks == 0 || blocks > DECODE_MAX)
                fail_msg("decoded in %" PRIu64 " blocks", blocks);
        blocks = 0;
        find_iort(&host.profile, &list);
        if (blocks == 0 || blocks > FIND_MAX)
                fail_msg("findings in %" PRIu64 " blocks", blocks);
        /* Of each unit that the kernel does not drive, and of the limit of 40 bits. */
        assert_int_equal(list.n, N_UNITS + 1);
        finding_list_done(&list);
        fault_list_done(&faults);
        iort_done(&host.profile.firmware.iort);
        free(table.data);
        free(devices);
        free(groups);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_work) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
