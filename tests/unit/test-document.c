/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/resource.h>

#include "daemon/document.h"

/* No descriptor is left: that is the error, whatever giving back the former document says. */
static void test_error_of_the_failure(void **state) {
        Document document = { .fd = 9999 };
        struct rlimit before;
        Profile profile = {};
        int r;

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, before.rlim_max }), 0);
        r = document_write(&document, &profile);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(r, -EMFILE);
        assert_int_equal(document.fd, -1);
}

static void test_whole(void **state) {
        Document document = DOCUMENT_NONE;
        Profile profile = {};
        const char *text;

        assert_int_equal(document_write(&document, &profile), 0);
        assert_int_equal(document_hold(&document, &text), 0);
        assert_int_equal(text[0], '{');
        assert_int_equal(text[document.n - 1], '}');
        assert_int_equal(text[document.n], '\n');
        document_done(&document);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_error_of_the_failure),
                cmocka_unit_test(test_whole),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
