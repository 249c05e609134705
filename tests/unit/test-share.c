/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "dbus/pipe.h"
#include "dbus/share.h"

#define SECOND UINT64_C(1000000)

/* Ten units at once, one comes back each second. */
static const ShareLimits limits = { 10, 1, 1000, 100 };

static void test_runs_out_and_comes_back(void **state) {
        Share share = {};

        assert_true(share_left(&share, &limits, SECOND));
        share_take(&share, &limits, 10, 0);
        assert_false(share_left(&share, &limits, SECOND));
        assert_false(share_left(&share, &limits, 2 * SECOND - 1));
        assert_true(share_left(&share, &limits, 3 * SECOND));
}

static void test_either_runs_out(void **state) {
        Share share = {};

        assert_true(share_left(&share, &limits, SECOND));
        share_take(&share, &limits, 0, 1000);
        assert_false(share_left(&share, &limits, SECOND));
        assert_true(share_left(&share, &limits, 2 * SECOND));
        assert_int_equal(share.bytes, 100);
        assert_int_equal(share.cpu_nsec, 10);
}

static void test_never_more_than_all(void **state) {
        Share share = {};

        assert_true(share_left(&share, &limits, SECOND));
        assert_true(share_left(&share, &limits, UINT64_MAX));
        assert_int_equal(share.cpu_nsec, 10);
        assert_int_equal(share.bytes, 1000);
}

/* A call may take more than was left: the debt is bounded, so an hour's work is not an hour's silence. */
static void test_debt(void **state) {
        Share share = {};

        assert_true(share_left(&share, &limits, SECOND));
        share_take(&share, &limits, INT64_MAX / 2, INT64_MAX / 2);
        assert_int_equal(share.cpu_nsec, -10);
        assert_int_equal(share.bytes, -1000);
        assert_false(share_left(&share, &limits, 11 * SECOND));
        assert_true(share_left(&share, &limits, 12 * SECOND));
}

/* A clock that stands still or goes back gives nothing and takes nothing. */
static void test_clock(void **state) {
        Share share = {};

        assert_true(share_left(&share, &limits, 5 * SECOND));
        share_take(&share, &limits, 10, 0);
        for (uint64_t now = 5 * SECOND; now > SECOND; now -= SECOND)
                assert_false(share_left(&share, &limits, now));
}

static void test_pipe(void **state) {
        Pipe pipe = {};

        /* Nothing is known: it takes all. */
        assert_true(pipe_takes(&pipe, 64 << 20, SECOND));
        /* A question took 1 ms more than what is no sign: 4 MB would take two seconds, 1 MB half a second. */
        pipe_learn(&pipe, 0, PIPE_SLACK_USEC, SECOND);
        assert_true(pipe_takes(&pipe, 64 << 20, SECOND));
        pipe_learn(&pipe, 0, PIPE_SLACK_USEC + 1000, SECOND);
        assert_false(pipe_takes(&pipe, 4 << 20, SECOND));
        assert_true(pipe_takes(&pipe, 1 << 20, SECOND));
        /* Half of that a second later, a quarter two seconds later. */
        assert_true(pipe_takes(&pipe, 4 << 20, 3 * SECOND));
        /* 100 KiB took 5 s: a small answer passes, another of that kind does not. */
        pipe_learn(&pipe, 100 << 10, 5 * SECOND, 3 * SECOND);
        assert_true(pipe_takes(&pipe, 512, 3 * SECOND));
        assert_false(pipe_takes(&pipe, 100 << 10, 3 * SECOND));
        assert_true(pipe_takes(&pipe, SIZE_MAX, UINT64_MAX));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_runs_out_and_comes_back),
                cmocka_unit_test(test_either_runs_out),
                cmocka_unit_test(test_never_more_than_all),
                cmocka_unit_test(test_debt),
                cmocka_unit_test(test_clock),
                cmocka_unit_test(test_pipe),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
