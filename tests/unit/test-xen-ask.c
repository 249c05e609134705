/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Questions to a Xen of this test's own, in place of the kernel's ioctl: versions, refusals, and numbers that no Xen gives. What a real
 * one answers is compared in tests/vm-xen. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "probe/root/root.h"
#include "probe/root/xen-abi.h"
#include "probe/root/xen-ask.h"

/* xen/privcmd.h */
typedef struct Hypercall {
        uint64_t number, arguments[5];
} Hypercall;

typedef struct FakeXen {
        uint32_t version;                           /* of sysctl */
        int version_error, sysctl_error, map_error; /* 0: it answers */
        uint32_t n_leaves, n_reserved;              /* more than there is room for: a broken Xen */
        const char *log;
        size_t log_at, log_step, log_lost; /* characters that the ring has overwritten */
        unsigned n_sysctls, n_maps;
} FakeXen;

static FakeXen fake;

int __wrap_ioctl(int fd, unsigned long request, ...);

static void put(uint8_t *at, uint64_t value, size_t n) {
        memcpy(at, &value, n);
}

static uint64_t get(const uint8_t *at, size_t n) {
        uint64_t value = 0;

        memcpy(&value, at, n);
        return value;
}

static int fake_version(uint64_t command, char *argument) {
        if (fake.version_error)
                return -fake.version_error;
        if (command == 1)
                strcpy(argument, ".5\n");
        else if (command == 3)
                strcpy(argument, "xen-3.0-x86_64 ");
        else if (command == 9)
                memset(argument, 'x', 1024); /* no NUL at its end */
        return command == 0 ? 4 << 16 | 17 : 0;
}

/* struct xen_sysctl_physinfo of that version (xen/include/public/sysctl.h): pages after capabilities, or after two more words. */
static void fake_physinfo(uint8_t *body) {
        size_t more = fake.version >= 0x15 ? 8 : 0;

        put(body + 28, 0x30f, 4);
        put(body + 32 + more, 1048443, 8);
        put(body + 40 + more, 7, 8);
        put(body + 64 + more, 0x17ffff, 8);
}

static void fake_policy(uint8_t *body) {
        uint8_t *leaf = (uint8_t *) (uintptr_t) get(body + 16, 8);

        put(leaf, 0x80000008, 4);
        put(leaf + 4, UINT32_MAX, 4);
        put(leaf + 8, 0x3028 + get(body, 4), 4);
        put(leaf + 24, 0xb, 4); /* not one that hawd decodes */
        put(body + 4, fake.n_leaves, 4);
}

static void fake_console(uint8_t *body) {
        uint8_t *buffer = (uint8_t *) (uintptr_t) get(body + 8, 8);
        size_t n = strlen(fake.log + fake.log_at);

        if (n > fake.log_step)
                n = fake.log_step;
        assert_int_equal(body[0], 0); /* never cleared */
        assert_int_equal(body[1], fake.log_at > 0);
        assert_int_equal(get(body + 4, 4), fake.log_at > 0 ? fake.log_lost + fake.log_at : 0);
        memcpy(buffer, fake.log + fake.log_at, n);
        fake.log_at += n;
        put(body + 4, fake.log_lost + fake.log_at, 4);
        put(body + 16, n, 4);
}

static int fake_sysctl(uint8_t *argument) {
        fake.n_sysctls++;
        if (get(argument + 4, 4) != fake.version)
                return -EACCES;
        if (fake.sysctl_error)
                return -fake.sysctl_error;
        if (get(argument, 4) == 3)
                fake_physinfo(argument + 8);
        else if (get(argument, 4) == 29 && get(argument + 8, 4) == 2)
                return -EOPNOTSUPP;
        else if (get(argument, 4) == 29)
                fake_policy(argument + 8);
        else if (get(argument, 4) == 1)
                fake_console(argument + 8);
        else
                return -ENOSYS;
        return 0;
}

/* One region, of 00:05.0. */
static int fake_map(uint8_t *argument) {
        uint8_t *entry = (uint8_t *) (uintptr_t) get(argument + 8, 8);
        bool all = get(argument, 4) == 1;

        fake.n_maps++;
        if (fake.map_error)
                return -fake.map_error;
        put(argument + 4, 0, 4);
        if (!all && (argument[19] != 5 << 3 || argument[18] != 0 || get(argument + 16, 2) != 0))
                return 0;
        put(argument + 4, fake.n_reserved, 4);
        put(entry, 0x60000, 8);
        put(entry + 8, 16, 8);
        return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...) {
        va_list arguments;
        Hypercall *call;
        int r = -ENOSYS;

        va_start(arguments, request);
        call = va_arg(arguments, Hypercall *);
        va_end(arguments);
        if (call->number == 17)
                r = fake_version(call->arguments[0], (char *) (uintptr_t) call->arguments[1]);
        else if (call->number == 35)
                r = fake_sysctl((uint8_t *) (uintptr_t) call->arguments[0]);
        else if (call->number == 12 && call->arguments[0] == 27)
                r = fake_map((uint8_t *) (uintptr_t) call->arguments[1]);
        if (r < 0)
                errno = -r;
        return r < 0 ? -1 : r;
}

static XenAnswers ask(void) {
        static const PciAddress devices[] = { { .device = 4 }, { .device = 5 },
                { .domain = 0x10000, .device = 5 } };
        _cleanup_(xen_call_done) XenCall call = {};
        XenAnswers answers = {};

        assert_int_equal(xen_call_begin(&call, open("/dev/null", O_RDWR | O_CLOEXEC), -1), REASON_NONE);
        xen_ask(&call, devices, ELEMENTS(devices), &answers);
        return answers;
}

static void test_versions(void **state) {
        for (uint32_t version = 0x13; version <= 0x16; version++) {
                XenAnswers answers;

                fake = (FakeXen){ .version = version, .n_leaves = 2, .n_reserved = 1 };
                answers = ask();
                assert_int_equal(answers.version_reason, REASON_NONE);
                assert_true(answers.major == 4 && answers.minor == 17);
                assert_string_equal(answers.command_line, "");
                assert_int_equal(answers.sysctl_version, version);
                assert_int_equal(answers.physinfo_reason, REASON_NONE);
                assert_int_equal(answers.physinfo.capabilities, 0x30f);
                assert_true(answers.physinfo.max_mfn == 0x17ffff && answers.physinfo.total_pages == 1048443);
                assert_int_equal(answers.policies[XEN_POLICY_PV_MAX].reason, REASON_NOT_APPLICABLE);
                assert_int_equal(answers.policies[XEN_POLICY_HVM_MAX].reason, REASON_NONE);
                assert_int_equal(answers.policies[XEN_POLICY_HVM_MAX].leaves.n, 1);
                assert_int_equal(answers.policies[XEN_POLICY_HVM_MAX].leaves.leaves[0].eax, 0x3028 + 3);
                assert_int_equal(answers.policies[XEN_POLICY_HVM_MAX].leaves.leaves[0].subleaf, 0);
                assert_int_equal(answers.n_reserved, 2);
                assert_true(answers.reserved[1].has_device && answers.reserved[1].device.device == 5);
                assert_int_equal(answers.reserved[1].device.domain, 0);
                assert_int_equal(fake.n_maps, 3); /* all, and two devices: no segment has five digits */
                xen_answers_done(&answers);
        }
}

/* A later Xen refuses all of them: nothing of it is read. Its version and regions are no sysctl's. */
static void test_newer(void **state) {
        XenAnswers answers;

        fake = (FakeXen){ .version = 0x17, .n_reserved = 1 };
        answers = ask();
        assert_int_equal(fake.n_sysctls, 4);
        assert_int_equal(answers.sysctl_version, 0);
        assert_int_equal(answers.physinfo_reason, REASON_UNSUPPORTED_KERNEL);
        assert_int_equal(answers.physinfo.max_mfn, 0);
        for (size_t i = 0; i < _XEN_POLICY_MAX; i++)
                assert_int_equal(answers.policies[i].reason, REASON_UNSUPPORTED_KERNEL);
        assert_int_equal(answers.version_reason, REASON_NONE);
        assert_int_equal(answers.n_reserved, 2);
        xen_answers_done(&answers);
}

static void test_refused(void **state) {
        XenAnswers answers;

        fake = (FakeXen){
                .version = 0x15, .version_error = EPERM, .sysctl_error = EPERM, .map_error = EPERM
        };
        answers = ask();
        assert_int_equal(answers.version_reason, REASON_PERMISSION);
        assert_int_equal(answers.command_line_reason, REASON_PERMISSION);
        assert_int_equal(answers.physinfo_reason, REASON_PERMISSION);
        assert_int_equal(answers.policies[XEN_POLICY_HOST].reason, REASON_PERMISSION);
        assert_int_equal(answers.reserved_reason, REASON_PERMISSION);
        xen_answers_done(&answers);

        fake = (FakeXen){ .version = 0x15, .map_error = ENOBUFS };
        answers = ask();
        assert_int_equal(answers.reserved_reason, REASON_TOO_LARGE);
        assert_int_equal(answers.policies[XEN_POLICY_HOST].reason, REASON_ABSENT);
        xen_answers_done(&answers);
}

/* Numbers beyond the memory of the call are cut off at its end: entries of zeros are no regions. */
static void test_beyond(void **state) {
        XenAnswers answers;

        fake = (FakeXen){ .version = 0x15, .n_leaves = UINT32_MAX, .n_reserved = UINT32_MAX };
        answers = ask();
        assert_int_equal(answers.policies[XEN_POLICY_HOST].leaves.n, 2); /* the leaf, and 0 of all zeros */
        assert_int_equal(answers.reserved_reason, REASON_MALFORMED);
        xen_answers_done(&answers);
}

static void read_log(const char *log, size_t step, size_t lost, size_t max, Buffer *ret) {
        _cleanup_(xen_call_done) XenCall call = {};

        fake = (FakeXen){ .version = 0x15, .log = log, .log_step = step, .log_lost = lost };
        assert_int_equal(xen_call_begin(&call, open("/dev/null", O_RDWR | O_CLOEXEC), -1), REASON_NONE);
        ret->n = 0;
        assert_int_equal(xen_ask_log(&call, max, ret), REASON_NONE);
}

/* Parts end anywhere, and the last line may have no end. */
static void test_log(void **state) {
        static const char log[] = "beginning is lost\n(XEN) HVM: SVM enabled\n(d1) (XEN) HVM: VMX enabled\n"
                                  "(XEN) Xen version 4.17.5 (a@b) (c)\n(XEN) I/O virtualisation enabled";
        static const char kept[] =
                        "(XEN) HVM: SVM enabled\n(XEN) Xen version 4.17.5\n(XEN) I/O virtualisation enabled\n";
        _cleanup_(buffer_done) Buffer lines = {};

        for (size_t step = 1; step <= sizeof(log); step++) {
                read_log(log, step, 0, 1024, &lines);
                assert_int_equal(lines.n, sizeof(kept) - 1);
                assert_memory_equal(lines.data, kept, lines.n);
        }
        /* Lines of the boot come first: later ones give way. */
        read_log(log, 64, 0, strlen("(XEN) HVM: SVM enabled\n") + 1, &lines);
        assert_int_equal(lines.n, strlen("(XEN) HVM: SVM enabled\n"));
        read_log("", 64, 0, 1024, &lines);
        assert_int_equal(lines.n, 0);
        /* Of "(d1) (XEN) HVM: VMX enabled" the ring has the end: no line of Xen's. */
        read_log("(XEN) HVM: VMX enabled\n(XEN) HVM: SVM enabled\n", 64, 4711, 1024, &lines);
        assert_int_equal(lines.n, strlen("(XEN) HVM: SVM enabled\n"));
        assert_memory_equal(lines.data, "(XEN) HVM: SVM enabled\n", lines.n);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_versions),
                cmocka_unit_test(test_newer),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_beyond),
                cmocka_unit_test(test_log),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
