/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/process/process-identity.h"

/* As the kernel's fs/proc/array.c writes it. */
#define HEAD "Name:\tqemu-system-x86\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t7\n"
#define USERS "Uid:\t64055\t64056\t64057\t64058\nGid:\t108\t109\t110\t111\n"

static int decode(const char *text, ProcessIdentity *ret) {
        return process_identity_decode(BYTES(text, strlen(text)), ret);
}

static void test_users_and_groups(void **state) {
        ProcessIdentity identity;

        assert_int_equal(decode(HEAD USERS "FDSize:\t64\nGroups:\t36 108 4294967294 \nNStgid:\t7\n",
                                         &identity),
                        0);
        assert_int_equal(identity.uids[0], 64055);
        assert_int_equal(identity.uids[1], 64056);
        assert_int_equal(identity.uids[3], 64058);
        assert_int_equal(identity.gids[0], 108);
        assert_int_equal(identity.gids[3], 111);
        assert_int_equal(identity.n_groups, 3);
        assert_int_equal(identity.groups[0], 36);
        assert_true(identity.groups[2] == 4294967294U);
        process_identity_done(&identity);
        assert_int_equal(decode(HEAD USERS "Groups:\t \n", &identity), 0);
        assert_int_equal(identity.n_groups, 0);
        process_identity_done(&identity);
}

/* Whose it is is known, or nothing is. */
static void test_others(void **state) {
        static const char *const texts[] = { "", HEAD USERS, HEAD "Groups:\t4\n",
                "Uid:\t1\t1\t1\t1\nGroups:\t\n", "Uid:\t1\t1\t1\nGid:\t1\t1\t1\t1\nGroups:\t\n",
                "Uid:\t1\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\nGroups:\t\n",
                "Uid:\t1\t1\t1\t4294967296\nGid:\t1\t1\t1\t1\nGroups:\t\n",
                "Uid:\t1\t1\t1\t-1\nGid:\t1\t1\t1\t1\nGroups:\t\n", USERS "Groups:\t4 x\n",
                USERS "Groups:\t4294967296\n",
                /* A later line does not stand for the one before it. */
                USERS "Uid:\tx\nGroups:\t4\n" };
        ProcessIdentity identity;

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                assert_int_equal(decode(texts[i], &identity), -EINVAL);
}

static void assert_request(const char *label, const char *expected) {
        char request[PROCESS_LABEL_MAX + 16];

        process_label_request(label, request);
        assert_string_equal(request, expected);
}

/* AppArmor's labels as aa_getprocattr() gives them, and those of others. */
static void test_labels(void **state) {
        assert_request("libvirt-1b0e (enforce)", "changeprofile libvirt-1b0e");
        assert_request("/usr/bin/a (b) (complain)", "changeprofile /usr/bin/a (b)");
        assert_request(":ns://one//&two (enforce)", "changeprofile :ns://one//&two");
        assert_request("system_u:system_r:svirt_t:s0:c1,c2", "system_u:system_r:svirt_t:s0:c1,c2");
        assert_request("_", "_");
        assert_request("(enforce)", "(enforce)");
        assert_request("x(y)", "x(y)");
}

static void write_file(int directory, const char *name, const char *text) {
        _cleanup_close_ int fd = openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* A process stacks as many profiles of AppArmor on itself as it likes. */
static void test_label_too_long(void **state) {
        char place[] = "/tmp/hawd-identity.XXXXXX", label[5000];
        _cleanup_(process_identity_done) ProcessIdentity identity = {};
        _cleanup_close_ int directory = -EBADF;

        assert_non_null(mkdtemp(place));
        directory = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(directory >= 0 && mkdirat(directory, "attr", 0700) == 0);
        memset(label, 'a', sizeof(label) - 1);
        label[sizeof(label) - 1] = 0;
        write_file(directory, "status", "Uid:\t7\t7\t7\t7\nGid:\t8\t8\t8\t8\nGroups:\t9 \n");
        write_file(directory, "attr/current", label);
        assert_int_equal(process_identity_read(directory, &identity), 0);
        assert_int_equal(identity.uids[0], 7);
        assert_true(identity.label_unknown);
        unlinkat(directory, "attr/current", 0);
        unlinkat(directory, "attr", AT_REMOVEDIR);
        unlinkat(directory, "status", 0);
        rmdir(place);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_users_and_groups),
                cmocka_unit_test(test_others),
                cmocka_unit_test(test_labels),
                cmocka_unit_test(test_label_too_long),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
