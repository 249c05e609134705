/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/fleet/fleet-input.h"
#include "ctl/fleet/fleet-store.h"

/* A file that others can write to, as a path. */
static int make_file(char path[static 32], const char *text) {
        int fd;

        strcpy(path, "/tmp/test-fleet-XXXXXX");
        fd = mkostemp(path, O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
        return fd;
}

static void append(int fd, const char *text) {
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
}

static FleetInput open_input(const char *path) {
        FleetInput input;
        char why[ARCHIVE_WHY_MAX];
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(fleet_input_open(fd, &input, why), 0);
        assert_false(input.capture);
        return input;
}

/* Reads all, in parts of `step` bytes. Returns the last result. */
static ssize_t read_all(FleetInput *input, size_t step, char *ret, size_t size) {
        size_t n = 0;
        ssize_t got;

        while ((got = fleet_input_read(input, ret + n, step)) > 0) {
                n += (size_t) got;
                assert_true(n + step < size);
        }
        ret[n] = 0;
        return got;
}

/* What is added behind the last line is of another reading. */
static void test_growing(void **state) {
        static const char first[] = "{\"a\":1}\n{\"b\":2}\n";
        char path[32], text[4096];

        for (size_t step = 1; step < 40; step += 13) {
                int fd = make_file(path, first);
                FleetInput input = open_input(path);

                append(fd, "{\"c\":3}\n");
                assert_int_equal(read_all(&input, step, text, sizeof(text)), 0);
                assert_string_equal(text, first);
                fleet_input_close(&input);
                close(fd);
                unlink(path);
        }
}

/* A line whose first half was there is read whole; nothing after it. */
static void test_growing_line(void **state) {
        char path[32], text[4096], first[1001];

        /* Longer than what is read ahead. */
        memset(first, 'x', sizeof(first) - 1);
        first[sizeof(first) - 1] = 0;
        for (size_t step = 1; step < 40; step += 13) {
                int fd = make_file(path, first);
                FleetInput input = open_input(path);

                append(fd, "yy\nzz\nzz");
                assert_int_equal(read_all(&input, step, text, sizeof(text)), 0);
                assert_int_equal(strlen(text), 1003);
                assert_string_equal(text + 1000, "yy\n");
                fleet_input_close(&input);
                close(fd);
                unlink(path);
        }
}

/* Who writes all the time keeps nobody reading. */
static void test_endless(void **state) {
        char path[32], text[65536];
        int fd = make_file(path, "start\n");
        FleetInput input = open_input(path);
        ssize_t n;
        unsigned reads = 0;

        while ((n = fleet_input_read(&input, text, 7)) > 0) {
                append(fd, "one more line\n");
                assert_true(++reads < 100);
        }
        assert_int_equal(n, 0);
        fleet_input_close(&input);
        close(fd);
        unlink(path);
}

static void test_shrinking(void **state) {
        char path[32], text[8192], first[2001];
        FleetInput input;
        int fd;

        memset(first, 'x', sizeof(first) - 1);
        first[sizeof(first) - 1] = 0;
        fd = make_file(path, first);
        input = open_input(path);
        assert_int_equal(ftruncate(fd, 600), 0);
        assert_int_equal(read_all(&input, 100, text, sizeof(text)), -ESTALE);
        assert_int_equal(strlen(text), 600);
        fleet_input_close(&input);
        close(fd);
        unlink(path);
}

/* From where the descriptor is, as standard input may be. */
static void test_offset(void **state) {
        char path[32], text[4096], why[ARCHIVE_WHY_MAX];
        int fd = make_file(path, "one\ntwo\nthree\n");
        FleetInput input;

        assert_int_equal(lseek(fd, 4, SEEK_SET), 4);
        assert_int_equal(fleet_input_open(fd, &input, why), 0);
        assert_int_equal(read_all(&input, 100, text, sizeof(text)), 0);
        assert_string_equal(text, "two\nthree\n");
        fleet_input_close(&input);
        unlink(path);
}

/* ── texts of classes ──────────────────────────────────────────────────────────────────────────────────── */

static void text_of(unsigned i, char ret[static 1001]) {
        memset(ret, 'a' + (int) (i % 26), 1000);
        snprintf(ret, 1001, "%u", i);
        ret[strlen(ret)] = '.';
}

/* 10 MB, of which 4 MiB are in memory. */
static void test_texts(void **state) {
        FleetTexts texts = FLEET_TEXTS_NONE;
        char text[1001] = "", back[1001] = "";
        static uint64_t places[10000];

        for (unsigned i = 0; i < ELEMENTS(places); i++) {
                text_of(i, text);
                assert_int_equal(fleet_texts_append(text, 1 + i % 1000, &places[i], &texts), 0);
        }
        assert_true(texts.size <= 4 << 20 && texts.fd >= 0);
        for (unsigned i = 0; i < ELEMENTS(places); i++) {
                text_of(i, text);
                assert_int_equal(fleet_texts_read(places[i], back, 1 + i % 1000, &texts), 0);
                assert_memory_equal(text, back, 1 + i % 1000);
        }
        /* Beyond the end. */
        assert_true(fleet_texts_read(places[9999] + 1000, back, 1, &texts) < 0);
        fleet_texts_done(&texts);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_growing),
                cmocka_unit_test(test_growing_line),
                cmocka_unit_test(test_endless),
                cmocka_unit_test(test_shrinking),
                cmocka_unit_test(test_offset),
                cmocka_unit_test(test_texts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
