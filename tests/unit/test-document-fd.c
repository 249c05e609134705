/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl/origin/document-fd.h"

#define ALL (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int memory(const char *text, size_t n, int seals) {
        int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, n), (ssize_t) n);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
        return fd;
}

static void refuse(int fd, size_t max, int expected) {
        char *text = NULL;
        size_t n = 0;

        assert_int_equal(document_fd_read(fd, max, &text, &n), expected);
        assert_null(text);
        close(fd);
}

/* From its beginning, wherever the descriptor stands. */
static void test_sealed(void **state) {
        int fd = memory("{}\n", 3, ALL);
        char *text = NULL;
        size_t n = 0;

        assert_int_equal(document_fd_read(fd, 3, &text, &n), 0);
        assert_int_equal(n, 3);
        assert_string_equal(text, "{}\n");
        free(text);
        close(fd);
}

static void test_too_long(void **state) {
        refuse(memory("{}\n", 3, ALL), 2, -EFBIG);
}

/* What may be another at each look, be cut short while it is read, or never end. */
static void test_anything_else(void **state) {
        int ends[2];

        refuse(memory("{}", 2, F_SEAL_SHRINK | F_SEAL_GROW), 64, -EBADMSG);
        refuse(memory("{}", 2, F_SEAL_WRITE | F_SEAL_GROW), 64, -EBADMSG);
        refuse(memory("{}", 2, 0), 64, -EBADMSG);
        assert_int_equal(pipe(ends), 0);
        refuse(ends[0], 64, -EBADMSG);
        close(ends[1]);
        refuse(open("/dev/zero", O_RDONLY | O_CLOEXEC), 64, -EBADMSG);
        refuse(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 64, -EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sealed),
                cmocka_unit_test(test_too_long),
                cmocka_unit_test(test_anything_else),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
