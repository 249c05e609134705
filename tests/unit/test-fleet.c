/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fleet/fleet.h"
#include "fleet/place.h"
#include "tests/unit/quiet-host.h"
#include "tests/unit/short-memory.h"

/* A host of `bits`, with two groups that are one to guests, an empty slot, and a region that closes a group. */
typedef struct Host {
        QuietHost quiet;
        Profile profile; /* of it, with these groups */
        ProfileGroup groups[4];
        ReservedRegion msi[4], direct;
        HostRegion regions[2];
        Range reserved[2];
} Host;

static void make(const char *id, const char *name, uint64_t bits, Host *ret) {
        const ReservedRegion msi = { 0xfee00000, 0xfeefffff, RESERVED_MSI, "msi" };

        *ret = (Host){ .direct = { 0x7b800000, 0x7fffffff, RESERVED_DIRECT, "direct" } };
        quiet_host_init(&ret->quiet);
        ret->profile = ret->quiet.profile;
        strcpy(ret->profile.host.vendor_name, "GenuineIntel");
        strcpy(ret->profile.host.architecture, "x86_64");
        snprintf(ret->profile.host.machine_id, sizeof(ret->profile.host.machine_id), "%s", id);
        snprintf(ret->profile.host.hostname, sizeof(ret->profile.host.hostname), "%s", name);
        snprintf(ret->profile.host.model_name, sizeof(ret->profile.host.model_name), "CPU of %d bits",
                        (int) bits);
        ret->profile.widths.guest_physical_bits = ret->profile.widths.guest_mappable_bits =
                        fact_measured(bits, "test");
        ret->profile.widths.iova_bits = fact_measured(bits, "test");
        for (size_t i = 0; i < ELEMENTS(ret->groups); i++) {
                ret->msi[i] = msi;
                ret->groups[i] = (ProfileGroup){ .id = (uint32_t) i + 1,
                        .iommu = -1,
                        .bits = (uint8_t) bits,
                        .assignable = TRISTATE_YES,
                        .regions = { 1, &ret->msi[i] } };
        }
        ret->groups[2].assignable = ret->groups[3].assignable = TRISTATE_NO;
        ret->groups[2].why = ASSIGNABLE_WHY_BRIDGES_ONLY;
        ret->groups[3].why = ASSIGNABLE_WHY_DIRECT_REGION;
        ret->groups[3].regions.regions = &ret->direct;
        ret->regions[0] = (HostRegion){ ret->direct, 1, 4 };
        ret->regions[1] = (HostRegion){ msi, 3, 1 };
        ret->reserved[0] = (Range){ 0x7b800000, 0x7fffffff };
        ret->reserved[1] = (Range){ 0xfee00000, 0xfeefffff };
        ret->profile.groups = ret->groups;
        ret->profile.n_groups = ELEMENTS(ret->groups);
        ret->profile.groups_reason = REASON_NONE;
        ret->profile.regions = (HostRegions){ 2, ret->regions };
        ret->profile.reserved = (RangeSet){ 2, ret->reserved };
}

static int add(Fleet *fleet, const char *id, const char *name, uint64_t bits, uint32_t line,
                FleetDouble *ret) {
        FleetRecord record;
        Host host;
        int r;

        make(id, name, bits, &host);
        r = fleet_record(&host.profile, &record);
        if (r < 0)
                return r;
        r = fleet_add(fleet, &record, (FleetPlace){ 0, line }, ret);
        fleet_record_done(&record);
        return r;
}

static void fleet_freep(Fleet **fleet) {
        *fleet = fleet_free(*fleet);
}

/* ── classes ───────────────────────────────────────────────────────────────────────────────────────────── */

static void test_class(void **state) {
        _cleanup_(host_class_done) HostClass a = {}, b = {}, c = {};
        Host host;
        char pool_a[CLASS_KEY_SIZE], pool_c[CLASS_KEY_SIZE];

        make("1", "a", 46, &host);
        assert_int_equal(host_class(&host.profile, &a), 0);
        assert_int_equal(a.profile.n_groups, 2);
        assert_int_equal(a.profile.groups[0].assignable, TRISTATE_NO);
        assert_int_equal(a.profile.groups[0].why, ASSIGNABLE_WHY_DIRECT_REGION);
        assert_int_equal(a.profile.groups[1].bits, 46);
        assert_int_equal(a.profile.groups[1].regions.n, 1);
        assert_int_equal(a.profile.regions.n, 2);
        assert_int_equal(a.profile.reserved.n, 2);
        assert_int_equal(a.profile.usable_iova.n, 3);
        assert_string_equal(a.profile.host.hostname, "");

        /* Other names, another slot, another source of a number. */
        make("2", "b", 46, &host);
        host.groups[0].id = 77;
        host.profile.n_groups = 4;
        host.groups[2].id = 99;
        host.profile.widths.iova_bits = fact_derived(46, "elsewhere");
        assert_int_equal(host_class(&host.profile, &b), 0);
        assert_string_equal(a.key, b.key);

        make("2", "b", 46, &host);
        host.profile.widths.iova_bits = fact_unknown(REASON_PERMISSION, "test");
        assert_int_equal(host_class(&host.profile, &c), 0);
        assert_string_not_equal(a.key, c.key);
        assert_true(host_class_pool(&a, pool_a));
        assert_false(host_class_pool(&c, pool_c));
}

/* Whatever was done to a text that was kept in a file. */
static void test_broken_text(void **state) {
        _cleanup_free_ char *text = NULL;
        Host host;
        size_t n;

        make("1", "a", 46, &host);
        assert_int_equal(host_class_pack(&host.profile, &text, &n), 0);
        for (size_t i = 0; i < n; i++) {
                static const char bytes[] = { 0, '\n', ' ', '0', 'f', '?', '~', ':', '-', 'G', '\xff' };
                const char former = text[i];
                HostClass class;

                if (host_class_unpack(text, i, &class) == 0)
                        host_class_done(&class);
                for (size_t j = 0; j < sizeof(bytes); j++) {
                        text[i] = bytes[j];
                        if (host_class_unpack(text, n, &class) == 0)
                                host_class_done(&class);
                }
                text[i] = former;
        }
        assert_int_equal(host_class_unpack("", 0, &(HostClass){}), -EINVAL);
        assert_int_equal(host_class_unpack("hawd-class/2\n", 13, &(HostClass){}), -EINVAL);
}

/* ── fleets ────────────────────────────────────────────────────────────────────────────────────────────── */

static void test_doubles(void **state) {
        _cleanup_(fleet_freep) Fleet *fleet = NULL;
        FleetDouble d;
        FleetHost host;
        FleetClass class;

        assert_int_equal(fleet_new(NULL, &fleet), 0);
        assert_int_equal(add(fleet, "id1", "a", 39, 1, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_NONE);
        assert_int_equal(add(fleet, "id1", "b", 46, 2, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_SAME_ID);
        assert_int_equal(d.former.line, 1);
        assert_int_equal(add(fleet, "id2", "a", 46, 3, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_SAME_NAME);
        assert_int_equal(d.former.line, 1);
        assert_int_equal(add(fleet, "id1", "a", 46, 4, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_AGAIN);
        assert_int_equal(d.former.line, 1);
        /* What is unknown is not the same. */
        for (uint32_t line = 5; line < 7; line++) {
                assert_int_equal(add(fleet, "", "", 46, line, &d), 0);
                assert_int_equal(d.kind, FLEET_DOUBLE_NONE);
        }
        assert_int_equal(add(fleet, "", "a", 46, 7, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_NONE);
        assert_int_equal(add(fleet, "", "a", 52, 8, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_AGAIN);
        assert_int_equal(d.former.line, 7);

        assert_int_equal(fleet_finish(fleet), 0);
        assert_int_equal(fleet_n_hosts(fleet), 6);
        /* The class of 39 bits has no host any more. */
        assert_int_equal(fleet_n_classes(fleet), 2);
        fleet_host(fleet, 2, &host);
        assert_int_equal(host.place.line, 4);
        assert_string_equal(host.name, "a");
        assert_string_equal(host.machine_id, "id1");
        fleet_host(fleet, 3, &host);
        assert_string_equal(host.name, "");
        fleet_class(fleet, 0, &class);
        assert_int_equal(class.n_hosts, 5);
        assert_string_equal(class.model_name, "CPU of 46 bits");
        assert_string_equal(class.examples[0], "b");
        assert_string_equal(class.examples[1], "a");
        assert_int_equal(class.hosts[4], 4);
        fleet_class(fleet, 1, &class);
        assert_int_equal(class.n_hosts, 1);
        assert_null(class.examples[1]);
}

/* A summary of `bits` of a host that has 46. */
static int add_summary(Fleet *fleet, const char *id, const char *name, uint64_t bits, uint32_t line,
                FleetDouble *ret) {
        _cleanup_(summary_done) Summary summary = {};
        FleetRecord record;
        Host host;
        int r;

        make(id, name, 46, &host);
        assert_int_equal(summary_make(&host.profile, &summary), 0);
        summary.widths.guest_physical_bits = fact_measured(bits, "test");
        assert_int_equal(fleet_record_summary(&summary, &record), 0);
        r = fleet_add(fleet, &record, (FleetPlace){ 0, line }, ret);
        fleet_record_done(&record);
        return r;
}

/* Of a profile and its summary the profile counts, in any order; of others the last. */
static void test_summary_of_profile(void **state) {
        _cleanup_(fleet_freep) Fleet *fleet = NULL;
        FleetDouble d;
        FleetHost host;
        FleetClass class;

        assert_int_equal(fleet_new(NULL, &fleet), 0);
        assert_int_equal(add(fleet, "1", "a", 46, 1, &d), 0);
        assert_int_equal(add_summary(fleet, "1", "a", 46, 2, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_NONE);
        assert_int_equal(add_summary(fleet, "2", "b", 46, 3, &d), 0);
        assert_int_equal(add(fleet, "2", "b", 46, 4, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_NONE);
        /* It names the class, but its width is another. */
        assert_int_equal(add(fleet, "3", "c", 46, 5, &d), 0);
        assert_int_equal(add_summary(fleet, "3", "c", 39, 6, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_SUMMARY);
        assert_int_equal(d.former.line, 5);
        assert_int_equal(add_summary(fleet, "4", "d", 46, 7, &d), 0);
        assert_int_equal(add(fleet, "4", "d", 39, 8, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_PROFILE);
        assert_int_equal(d.former.line, 7);
        /* The last profile is still the one that comes again. */
        assert_int_equal(add(fleet, "1", "a", 46, 9, &d), 0);
        assert_int_equal(d.kind, FLEET_DOUBLE_AGAIN);
        assert_int_equal(d.former.line, 1);

        assert_int_equal(fleet_finish(fleet), 0);
        assert_int_equal(fleet_n_hosts(fleet), 4);
        assert_int_equal(fleet_n_summaries(fleet), 1);
        fleet_host(fleet, 0, &host);
        assert_int_equal(host.place.line, 4);
        assert_false(host.summary);
        fleet_host(fleet, 1, &host);
        assert_int_equal(host.place.line, 6);
        assert_true(host.summary);
        fleet_class(fleet, 0, &class);
        assert_int_equal(class.n_hosts, 2);
        assert_int_equal(class.n_summaries, 0);
        assert_false(class.summary);
}

static void test_letters(void **state) {
        static const struct {
                size_t i;
                const char *letters;
        } cases[] = { { 0, "A" }, { 25, "Z" }, { 26, "AA" }, { 51, "AZ" }, { 52, "BA" }, { 701, "ZZ" },
                { 702, "AAA" } };
        char text[FLEET_LETTERS_SIZE];

        for (size_t i = 0; i < ELEMENTS(cases); i++)
                assert_string_equal(fleet_class_letters(cases[i].i, text), cases[i].letters);
        assert_int_equal(strlen(fleet_class_letters(SIZE_MAX, text)), 14);
}

static int full(const char *text, size_t n, uint64_t *ret_place, void *userdata) {
        return -ENOSPC;
}

static int keep_nothing(const char *text, size_t n, uint64_t *ret_place, void *userdata) {
        *ret_place = 0;
        return 0;
}

static int read_rubbish(uint64_t place, char *ret, size_t n, void *userdata) {
        memset(ret, 'x', n);
        return 0;
}

static void test_store(void **state) {
        const FleetStore none = { full, read_rubbish, NULL }, rubbish = { keep_nothing, read_rubbish, NULL };
        _cleanup_(fleet_freep) Fleet *a = NULL, *b = NULL;
        FleetDouble d;
        HostClass class;

        assert_int_equal(fleet_new(&none, &a), 0);
        assert_int_equal(add(a, "1", "a", 46, 1, &d), -ENOSPC);
        assert_int_equal(fleet_finish(a), 0);
        assert_int_equal(fleet_n_hosts(a), 0);
        assert_int_equal(fleet_new(&rubbish, &b), 0);
        assert_int_equal(add(b, "1", "a", 46, 1, &d), 0);
        assert_int_equal(fleet_finish(b), 0);
        assert_int_equal(fleet_class_read(b, 0, &class), -EINVAL);
}

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Hosts, outcomes and causes, and who takes the guest. */
typedef struct Counts {
        size_t hosts, outcomes, causes, takers[_PLACE_KIND_MAX];
} Counts;

static int place_all(Counts *ret) {
        _cleanup_(place_question_done) PlaceQuestion question = {};
        _cleanup_(fleet_freep) Fleet *fleet = NULL;
        _cleanup_(place_done) Place place = {};
        _cleanup_(guest_done) Guest guest = { .machine = MACHINE_Q35, .kvm = true };
        FleetDouble d;
        Host from;
        int r;

        make("0", "from", 46, &from);
        r = fleet_new(NULL, &fleet);
        for (uint32_t i = 0; r >= 0 && i < 4; i++)
                r = add(fleet, "", (const char *[]){ "a", "b", "c", "a" }[i], 39 + i / 2 * 7, i, &d);
        if (r >= 0)
                r = fleet_finish(fleet);
        if (r >= 0)
                r = place_question_make(&guest, NULL, &from.profile, &question);
        if (r >= 0)
                r = place_make(&question, fleet, &place);
        *ret = (Counts){ .hosts = place.n_hosts, .outcomes = place.n_outcomes, .causes = place.n_causes };
        for (PlaceKind kind = 0; kind < _PLACE_KIND_MAX; kind++)
                ret->takers[kind] = place_takers(&place, kind);
        return r;
}

/* Each allocation fails once: an error or the same answer, nothing leaks, nothing is used that is not there. */
static void test_no_memory(void **state) {
        unsigned long n;
        Counts whole, counts;

        short_memory_start(0);
        assert_int_equal(place_all(&whole), 0);
        n = short_memory_stop();
        assert_int_equal(whole.hosts, 3);
        assert_int_equal(whole.outcomes, 2);
        assert_true(n > 100);
        for (unsigned long i = 1; i <= n; i++) {
                int r;

                short_memory_start(i);
                r = place_all(&counts);
                short_memory_stop();
                /* jansson does without some. */
                assert_true(r == -ENOMEM || (r == 0 && memcmp(&counts, &whole, sizeof(counts)) == 0));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_class),
                cmocka_unit_test(test_broken_text),
                cmocka_unit_test(test_doubles),
                cmocka_unit_test(test_summary_of_profile),
                cmocka_unit_test(test_letters),
                cmocka_unit_test(test_store),
                cmocka_unit_test(test_no_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
