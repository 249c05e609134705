/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe/root/memory-tree.h"
#include "probe/root/root.h"

typedef struct Fixture {
        char path[64];
        int fd;
        Root *root;
        Buffer buffer;
} Fixture;

static void put(const Fixture *f, const char *path, const char *content, size_t n) {
        int fd = openat(f->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, content, n), n);
        close(fd);
}

static int setup(void **state) {
        Fixture *f = calloc(1, sizeof(Fixture));

        strcpy(f->path, "/tmp/hawd-root-XXXXXX");
        assert_non_null(mkdtemp(f->path));
        f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(mkdirat(f->fd, "hawd", 0755), 0);
        assert_int_equal(mkdirat(f->fd, "d", 0755), 0);
        put(f, "d/file", "hello\n", 6);
        assert_int_equal(root_open(f->path, &f->root), 0);
        *state = f;
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
        return remove(path);
}

static int teardown(void **state) {
        Fixture *f = *state;

        root_free(f->root);
        buffer_done(&f->buffer);
        close(f->fd);
        nftw(f->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(f);
        return 0;
}

static void test_read(void **state) {
        Fixture *f = *state;

        assert_false(root_is_live(f->root));
        assert_int_equal(root_read(f->root, "d/file", 6, &f->buffer), REASON_NONE);
        assert_int_equal(f->buffer.n, 6);
        assert_memory_equal(f->buffer.data, "hello\n", 6);
        assert_int_equal(root_read(f->root, "d/file", 5, &f->buffer), REASON_TOO_LARGE);
        assert_int_equal(f->buffer.n, 0);
        assert_int_equal(root_read(f->root, "d/none", 5, &f->buffer), REASON_ABSENT);
        assert_int_equal(root_read(f->root, "d", 5, &f->buffer), REASON_NOT_A_FILE);
}

static bool next_range(void *userdata, Bytes read, BytesRange *ret) {
        const BytesRange **next = userdata;

        *ret = *(*next)++;
        return ret->n > 0;
}

/* What is not read is not there: ones stand in its place, and the end is where the last read ended. */
static void test_parts(void **state) {
        static const BytesRange ranges[] = { { 0, 2 }, { 4, 1 }, { 3, 1 }, { 7, 4 }, { 100, 1 }, {} };
        Fixture *f = *state;
        const BytesRange *next = ranges;
        MemoryTree *tree;
        Root *root;

        put(f, "d/parts", "0123456789", 10);
        assert_int_equal(root_read_parts(f->root, "d/parts", 9, next_range, &next, &f->buffer), REASON_NONE);
        assert_int_equal(f->buffer.n, 9);
        assert_memory_equal(f->buffer.data, "01\xff\x33\x34\xff\xff\x37\x38", 9);
        next = ranges + 5;
        assert_int_equal(root_read_parts(f->root, "d/parts", 9, next_range, &next, &f->buffer), REASON_NONE);
        assert_int_equal(f->buffer.n, 0);
        assert_int_equal(
                        root_read_parts(f->root, "d/none", 9, next_range, &next, &f->buffer), REASON_ABSENT);
        assert_int_equal(root_read_parts(f->root, "d", 9, next_range, &next, &f->buffer), REASON_NOT_A_FILE);

        assert_int_equal(memory_tree_new(&tree), 0);
        assert_int_equal(memory_tree_write(tree, "parts", BYTES("0123456789", 10)), 0);
        assert_int_equal(root_open_memory(tree, &root), 0);
        next = ranges;
        assert_int_equal(root_read_parts(root, "parts", 9, next_range, &next, &f->buffer), REASON_NONE);
        assert_int_equal(f->buffer.n, 9);
        assert_memory_equal(f->buffer.data, "01\xff\x33\x34\xff\xff\x37\x38", 9);
        root_free(root);
}

/* None of them may be opened for reading, let alone wait for a writer. */
static void test_not_files(void **state) {
        Fixture *f = *state;

        alarm(10);
        assert_int_equal(mkfifoat(f->fd, "d/fifo", 0644), 0);
        assert_int_equal(root_read(f->root, "d/fifo", 5, &f->buffer), REASON_NOT_A_FILE);
        if (mknodat(f->fd, "d/node", S_IFCHR | 0644, makedev(1, 5)) == 0)
                assert_int_equal(root_read(f->root, "d/node", 5, &f->buffer), REASON_NOT_A_FILE);
        else
                print_message("skipped: only root makes device nodes\n");
        alarm(0);
}

static void test_sparse(void **state) {
        Fixture *f = *state;

        put(f, "d/sparse", "", 0);
        int fd = openat(f->fd, "d/sparse", O_WRONLY | O_CLOEXEC);
        assert_int_equal(ftruncate(fd, INT64_C(10) << 30), 0);
        close(fd);
        assert_int_equal(root_read(f->root, "d/sparse", 1 << 20, &f->buffer), REASON_TOO_LARGE);
        assert_int_equal(root_read_attribute(f->root, "d/sparse", &f->buffer), REASON_TOO_LARGE);
}

static void test_links(void **state) {
        Fixture *f = *state;
        char target[64];

        assert_int_equal(symlinkat("file", f->fd, "d/in"), 0);
        assert_int_equal(symlinkat("/etc/passwd", f->fd, "d/out"), 0);
        assert_int_equal(symlinkat("../../../../../../etc/passwd", f->fd, "d/up"), 0);
        assert_int_equal(symlinkat("loop", f->fd, "d/loop"), 0);
        assert_int_equal(symlinkat("/d/file", f->fd, "d/absolute"), 0);
        assert_int_equal(root_read(f->root, "d/in", 64, &f->buffer), REASON_NONE);
        assert_int_equal(root_read(f->root, "d/out", 1 << 20, &f->buffer), REASON_ABSENT);
        assert_int_equal(root_read(f->root, "d/up", 1 << 20, &f->buffer), REASON_ABSENT);
        assert_int_equal(root_read(f->root, "d/loop", 64, &f->buffer), REASON_LINK_LOOP);
        /* An absolute link is absolute within the tree. */
        assert_int_equal(root_read(f->root, "d/absolute", 64, &f->buffer), REASON_NONE);
        assert_int_equal(root_link(f->root, "d/in", target, sizeof(target)), REASON_NONE);
        assert_string_equal(target, "file");
        assert_int_equal(root_link_name(f->root, "d/up", target, sizeof(target)), REASON_NONE);
        assert_string_equal(target, "passwd");
        assert_int_equal(root_link(f->root, "d/file", target, sizeof(target)), REASON_MALFORMED);
        assert_int_equal(root_link(f->root, "d/none", target, sizeof(target)), REASON_ABSENT);
}

static void test_list(void **state) {
        static const char *const names[] = { "n10", "n9", ".hidden", "n1" };
        Fixture *f = *state;
        NameList list = {};

        assert_int_equal(mkdirat(f->fd, "l", 0755), 0);
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                char path[16];

                snprintf(path, sizeof(path), "l/%s", names[i]);
                put(f, path, "", 0);
        }
        assert_int_equal(root_list(f->root, "l", 10, &list), REASON_NONE);
        assert_int_equal(list.n, 3);
        assert_string_equal(list.names[0], "n1");
        assert_string_equal(list.names[1], "n9");
        assert_string_equal(list.names[2], "n10");
        assert_false(list.truncated);
        name_list_done(&list);
        assert_int_equal(root_list(f->root, "l", 2, &list), REASON_NONE);
        assert_true(list.n == 2 && list.truncated);
        name_list_done(&list);
        assert_int_equal(root_list(f->root, "d/file", 2, &list), REASON_ABSENT);
}

/* What could not be read when a tree was made is not "absent" when it is replayed. */
static void test_reasons(void **state) {
        static const char reasons[] =
                        "permission sys/firmware/acpi/tables/DMAR\nnonsense x\npermission dev/cpu/0/msr\n"
                        "hidden d/secret\n";
        Fixture *f = *state;
        uint64_t value;

        put(f, "hawd/reasons", reasons, strlen(reasons));
        root_free(f->root);
        assert_int_equal(root_open(f->path, &f->root), 0);
        assert_int_equal(root_read(f->root, "sys/firmware/acpi/tables/DMAR", 64, &f->buffer),
                        REASON_PERMISSION);
        assert_int_equal(root_read(f->root, "d/secret", 64, &f->buffer), REASON_HIDDEN);
        assert_int_equal(root_read(f->root, "d/none", 64, &f->buffer), REASON_ABSENT);
        assert_int_equal(root_read(f->root, "x", 64, &f->buffer), REASON_ABSENT);
        assert_int_equal(root_msr(f->root, 0x3a, &value), REASON_PERMISSION);
}

static void test_msr(void **state) {
        static const char msrs[] = "0x0000003a 0x0000000000000005\n0x48c nonsense\n0xc0010010 800000\n";
        Fixture *f = *state;
        uint64_t value;

        put(f, "hawd/msr", msrs, strlen(msrs));
        assert_int_equal(root_msr(f->root, 0x3a, &value), REASON_NONE);
        assert_int_equal(value, 5);
        assert_int_equal(root_msr(f->root, 0x48c, &value), REASON_MALFORMED);
        assert_int_equal(root_msr(f->root, 0xc0010010, &value), REASON_NONE);
        assert_int_equal(value, 0x800000);
        assert_int_equal(root_msr(f->root, 0x982, &value), REASON_ABSENT);
}

static void test_executed(void **state) {
        static const char kvm[] = "api-version 12\ncapability 185 0\nmsr 0x48c 0x6734141\n"
                                  "   0x80000008 0x00: eax=0x00303030 ebx=0x0 ecx=0x0 edx=0x0\nnoise\n";
        static const char host[] = "architecture x86_64\nmachine-id 0123456789abcdef0123456789abcdef\n";
        Fixture *f = *state;
        FaultList faults = {};
        HostIdentity identity;
        KvmAnswers answers;
        CpuidTable table;
        uint64_t msr;
        int32_t cap;

        assert_int_equal(root_kvm(f->root, &answers, &faults), REASON_ABSENT);
        assert_int_equal(root_cpuid(f->root, &table, &faults), REASON_ABSENT);
        put(f, "hawd/kvm", kvm, strlen(kvm));
        put(f, "hawd/host", host, strlen(host));
        assert_int_equal(root_kvm(f->root, &answers, &faults), REASON_NONE);
        assert_int_equal(faults.n, 1);
        assert_int_equal(faults.faults[0].offset, 5);
        assert_int_equal(answers.api_version, 12);
        assert_true(kvm_answers_msr(&answers, 0x48c, &msr) && msr == 0x6734141);
        assert_true(kvm_answers_capability(&answers, 185, &cap) && cap == 0);
        assert_false(kvm_answers_capability(&answers, 165, &cap));
        assert_int_equal(cpuid_table_find(&answers.supported_cpuid, 0x80000008, 0)->eax, 0x303030);
        assert_int_equal(root_identity(f->root, &identity), REASON_NONE);
        assert_string_equal(identity.architecture, "x86_64");
        assert_string_equal(identity.machine_id, "0123456789abcdef0123456789abcdef");
        kvm_answers_done(&answers);
        fault_list_done(&faults);
}

/* arm64: registers of a virtual CPU, the page size. What does not parse is left out, not read as something. */
static void test_replay_arm64(void **state) {
        static const char kvm[] =
                        "api-version 12\ncapability 165 44\none-reg 0x603000000013c038 0x1124\n"
                        "one-reg 0x603000000013c03a\none-reg 0x603000000013c03a 0x0 1\none-reg zero 0x1\n"
                        "vcpu-reason nonsense\n";
        static const struct {
                const char *host;
                uint64_t page_size;
                uint8_t address_bits;
        } sizes[] = {
                { "page-size 4096\naddress-bits 39\n", 4096, 39 },
                { "address-bits 48\n", 0, 48 },
                { "address-bits 0\n", 0, 0 },
                { "address-bits 64\n", 0, 0 },
                { "address-bits 47.5\n", 0, 0 },
                { "address-bits 304\n", 0, 0 },
                { "address-bits\n", 0, 0 },
                { "page-size 4096\n", 4096 },
                { "page-size 16384\n", 16384 },
                { "page-size 65536\n", 65536 },
                { "page-size 0\n", 0 },
                { "page-size 8192\n", 0 },
                { "page-size 0x1000\n", 0 },
                { "page-size 18446744073709555712\n", 0 },
                { "page-size\n", 0 },
        };
        Fixture *f = *state;
        FaultList faults = {};
        KvmAnswers answers = {}, again = {};
        uint64_t value;

        put(f, "hawd/kvm", kvm, strlen(kvm));
        assert_int_equal(root_kvm(f->root, &answers, &faults), REASON_NONE);
        assert_int_equal(faults.n, 4);
        assert_int_equal(answers.n_registers, 1);
        assert_int_equal(answers.vcpu_reason, REASON_NONE);
        assert_true(kvm_answers_register(&answers, KVM_REGISTER_ID_AA64MMFR0_EL1, &value) &&
                        value == 0x1124);
        assert_false(kvm_answers_register(&answers, KVM_REGISTER_ID_AA64MMFR2_EL1, &value));
        /* Its text reads the same, with the reason why there are no others. */
        answers.vcpu_reason = REASON_RESOURCES;
        _cleanup_free_ char *text = kvm_answers_format(&answers);
        assert_non_null(text);
        assert_non_null(strstr(text, "one-reg 0x603000000013c038 0x0000000000001124\n"));
        assert_int_equal(kvm_answers_parse(BYTES(text, strlen(text)), &again, NULL), 0);
        assert_int_equal(again.vcpu_reason, REASON_RESOURCES);
        assert_int_equal(again.n_registers, 1);
        kvm_answers_done(&answers);
        kvm_answers_done(&again);
        fault_list_done(&faults);
        for (size_t i = 0; i < ELEMENTS(sizes); i++) {
                HostIdentity identity;

                put(f, "hawd/host", sizes[i].host, strlen(sizes[i].host));
                assert_int_equal(root_identity(f->root, &identity), REASON_NONE);
                assert_int_equal(identity.page_size, sizes[i].page_size);
                assert_int_equal(identity.address_bits, sizes[i].address_bits);
        }
}

static void test_live(void **state) {
        Buffer buffer = {};
        Root *root;

        assert_int_equal(root_open("/", &root), 0);
        assert_true(root_is_live(root));
        assert_int_equal(root_read_attribute(root, "proc/version", &buffer), REASON_NONE);
        assert_true(buffer.n > 5 && memcmp(buffer.data, "Linux", 5) == 0);
        buffer_done(&buffer);
        root_free(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_read, setup, teardown),
                cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
                cmocka_unit_test_setup_teardown(test_not_files, setup, teardown),
                cmocka_unit_test_setup_teardown(test_sparse, setup, teardown),
                cmocka_unit_test_setup_teardown(test_links, setup, teardown),
                cmocka_unit_test_setup_teardown(test_list, setup, teardown),
                cmocka_unit_test_setup_teardown(test_reasons, setup, teardown),
                cmocka_unit_test_setup_teardown(test_msr, setup, teardown),
                cmocka_unit_test_setup_teardown(test_executed, setup, teardown),
                cmocka_unit_test_setup_teardown(test_replay_arm64, setup, teardown),
                cmocka_unit_test(test_live),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
