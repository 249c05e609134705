/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/memory/range.h"

#define UNIVERSE 8

/* Every set of cells of a small universe as ranges; `shift` moves the universe to either end of the address space. */
static void from_mask(unsigned mask, uint64_t shift, RangeSet *ret) {
        for (unsigned i = 0; i < UNIVERSE; i++)
                if (mask >> i & 1)
                        assert_int_equal(range_set_add(ret, shift + i, shift + i), 0);
}

static unsigned to_mask(const RangeSet *set, uint64_t shift) {
        unsigned mask = 0;

        for (size_t i = 0; i < set->n; i++)
                for (uint64_t cell = set->ranges[i].start - shift; cell <= set->ranges[i].end - shift;
                                cell++)
                        mask |= 1U << cell;
        return mask;
}

/* Subtraction against a bit mask, for every pair of sets, at both ends of the space. */
static void test_subtract(void **state) {
        static const uint64_t shifts[] = { 0, UINT64_MAX - (UNIVERSE - 1) };

        for (size_t s = 0; s < ELEMENTS(shifts); s++)
                for (unsigned a = 0; a < 1U << UNIVERSE; a++)
                        for (unsigned b = 0; b < 1U << UNIVERSE; b++) {
                                RangeSet set = {}, minus = {};

                                from_mask(a, shifts[s], &set);
                                from_mask(b, shifts[s], &minus);
                                assert_int_equal(range_set_subtract(&set, &minus), 0);
                                assert_int_equal(to_mask(&set, shifts[s]), a & ~b);
                                for (size_t i = 1; i < set.n; i++)
                                        assert_true(set.ranges[i].start > set.ranges[i - 1].end + 1);
                                range_set_done(&set);
                                range_set_done(&minus);
                        }
}

/* Unions of any two intervals, in either order, against the bit mask: what touches or overlaps is one range. */
static void test_normalise(void **state) {
        static const uint64_t shifts[] = { 0, UINT64_MAX - (UNIVERSE - 1) };

        for (size_t s = 0; s < ELEMENTS(shifts); s++)
                for (unsigned code = 0; code < UNIVERSE * UNIVERSE * UNIVERSE * UNIVERSE; code++) {
                        unsigned a = code % 8, b = code / 8 % 8, c = code / 64 % 8, d = code / 512;
                        unsigned mask = 0;
                        RangeSet set = {};

                        for (unsigned cell = 0; cell < UNIVERSE; cell++)
                                if ((cell >= a && cell <= b) || (cell >= c && cell <= d))
                                        mask |= 1U << cell;
                        assert_int_equal(range_set_add(&set, shifts[s] + a, shifts[s] + b), 0);
                        assert_int_equal(range_set_add(&set, shifts[s] + c, shifts[s] + d), 0);
                        range_set_normalise(&set);
                        assert_int_equal(to_mask(&set, shifts[s]), mask);
                        for (unsigned cell = 0; cell < UNIVERSE; cell++)
                                assert_int_equal(range_set_contains(&set, shifts[s] + cell),
                                                mask >> cell & 1);
                        for (size_t i = 1; i < set.n; i++)
                                assert_true(set.ranges[i].start > set.ranges[i - 1].end + 1);
                        range_set_done(&set);
                }
}

/* A comb out of a comb: each tooth loses its middle. A quadratic way runs into the time limit of tests. */
static void test_many(void **state) {
        const size_t teeth = 400000;
        RangeSet set = {}, minus = {};

        for (size_t i = teeth; i-- > 0;) {
                assert_int_equal(range_set_add(&set, i * 16, i * 16 + 8), 0);
                assert_int_equal(range_set_add(&minus, i * 16 + 4, i * 16 + 4), 0);
        }
        assert_int_equal(range_set_subtract(&set, &minus), 0);
        assert_int_equal(set.n, 2 * teeth);
        for (size_t i = 0; i < teeth; i++) {
                assert_int_equal(set.ranges[2 * i].end, i * 16 + 3);
                assert_int_equal(set.ranges[2 * i + 1].start, i * 16 + 5);
        }
        range_set_done(&set);
        range_set_done(&minus);
}

static void test_whole_space(void **state) {
        RangeSet set = {}, hole = {};

        assert_int_equal(range_set_add(&set, 0, UINT64_MAX), 0);
        assert_int_equal(range_set_add(&hole, 0xfee00000, 0xfeefffff), 0);
        assert_int_equal(range_set_subtract(&set, &hole), 0);
        assert_int_equal(set.n, 2);
        assert_true(set.ranges[1].start == 0xfef00000 && set.ranges[1].end == UINT64_MAX);
        assert_false(range_set_contains(&set, 0xfee00000));
        assert_true(range_set_contains(&set, UINT64_MAX));
        assert_int_equal(range_set_add(&hole, 0, UINT64_MAX), 0);
        assert_int_equal(range_set_subtract(&set, &hole), 0);
        assert_int_equal(set.n, 0);
        range_set_done(&set);
        range_set_done(&hole);
}

static void test_inverted_adds_nothing(void **state) {
        RangeSet set = {};

        assert_int_equal(range_set_add(&set, 2, 1), 0);
        assert_int_equal(set.n, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_subtract),
                cmocka_unit_test(test_normalise),
                cmocka_unit_test(test_many),
                cmocka_unit_test(test_whole_space),
                cmocka_unit_test(test_inverted_adds_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
