/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's lines in a journal that systemd-journal-remote(8) wrote, in the journal export format. */

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "probe/root/root-internal.h"
#include "probe/root/root-journal.h"

#define WRITER "/lib/systemd/systemd-journal-remote"
#define OTHER_BOOT "00000000000000000000000000000001"

typedef struct Entry {
        const char *transport, *facility, *message; /* NULL: without the field */
        bool other_boot;
} Entry;

#define KERNEL "kernel", "0"

static const Entry entries[] = {
        { KERNEL, "virtio_iommu virtio0: input address: 61 bits", .other_boot = true },
        { KERNEL, "virtio_iommu virtio0: input address: 39 bits" },
        { KERNEL, "Booting Linux on physical CPU 0x0000000000" },
        /* logger(1), and a program that writes to /dev/kmsg. */
        { "syslog", "0", "virtio_iommu virtio0: input address: 62 bits" },
        { "journal", "0", "virtio_iommu virtio0: input address: 62 bits" },
        { "kernel", "1", "virtio_iommu virtio0: input address: 63 bits" },
        { "kernel", NULL, "virtio_iommu virtio0: input address: 63 bits" },
        { NULL, "0", "virtio_iommu virtio0: input address: 63 bits" },
        { KERNEL, NULL },
        { KERNEL, "" },
        { KERNEL, "a line\nvirtio_iommu virtio0: input address: 64 bits" },
        { KERNEL, "virtio_iommu virtio1: input address: 40 bits\nvirtio_iommu virtio1: input address: 64 bits" },
        { KERNEL, "arm-smmu-v3 arm-smmu-v3.0.auto: ias 44-bit, oas 44-bit (features 0x00008305)" },
};
#define LINES                                            \
        "virtio_iommu virtio0: input address: 39 bits\n" \
        "virtio_iommu virtio1: input address: 40 bits\n" \
        "arm-smmu-v3 arm-smmu-v3.0.auto: ias 44-bit, oas 44-bit (features 0x00008305)\n"

typedef struct Files {
        char directory[32], source[64], journal[64];
} Files;

/* https://systemd.io/JOURNAL_EXPORT_FORMATS/: a field of several lines has its length, little-endian, before it. */
static void put_field(FILE *file, const char *name, const char *value) {
        if (!value)
                return;
        if (strchr(value, '\n')) {
                fprintf(file, "%s\n", name);
                for (unsigned i = 0; i < 8; i++)
                        fputc((int) (strlen(value) >> 8 * i & 0xff), file);
                fprintf(file, "%s\n", value);
        } else
                fprintf(file, "%s=%s\n", name, value);
}

static void write_source(const char *path) {
        char boot[SD_ID128_STRING_MAX];
        FILE *file = fopen(path, "we");
        sd_id128_t id;

        assert_non_null(file);
        assert_return_code(sd_id128_get_boot(&id), 0);
        sd_id128_to_string(id, boot);
        for (size_t i = 0; i < ELEMENTS(entries); i++) {
                fprintf(file, "__REALTIME_TIMESTAMP=%zu\n__MONOTONIC_TIMESTAMP=%zu\n", 1700000000000000 + i,
                                1000000 + i);
                put_field(file, "_BOOT_ID", entries[i].other_boot ? OTHER_BOOT : boot);
                put_field(file, "_TRANSPORT", entries[i].transport);
                put_field(file, "SYSLOG_FACILITY", entries[i].facility);
                put_field(file, "MESSAGE", entries[i].message);
                fputc('\n', file);
        }
        assert_int_equal(fclose(file), 0);
}

static int setup(void **state) {
        Files *files = calloc(1, sizeof(*files));
        int status;
        pid_t pid;

        assert_non_null(files);
        *state = files;
        strcpy(files->directory, "/tmp/hawd-journal-XXXXXX");
        if (!mkdtemp(files->directory))
                return -1;
        snprintf(files->source, sizeof(files->source), "%s/source", files->directory);
        snprintf(files->journal, sizeof(files->journal), "%s/test.journal", files->directory);
        if (access(WRITER, X_OK) < 0)
                return 0;
        write_source(files->source);
        pid = fork();
        if (pid == 0) {
                execl(WRITER, WRITER, "-o", files->journal, files->source, (char *) NULL);
                _exit(127);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status == 0 ? 0 : -1;
}

static int teardown(void **state) {
        Files *files = *state;

        unlink(files->source);
        unlink(files->journal);
        rmdir(files->directory);
        free(files);
        return 0;
}

static sd_journal *open_journal(void **state) {
        const Files *files = *state;
        const char *paths[] = { files->journal, NULL };
        sd_journal *journal;

        if (access(WRITER, X_OK) < 0) {
                print_message("skipped: no " WRITER " (package systemd-journal-remote)\n");
                skip();
        }
        assert_return_code(sd_journal_open_files(&journal, paths, 0), 0);
        return journal;
}

typedef struct Lines {
        char text[1024];
        size_t n, most;
} Lines;

static bool put_line(void *userdata, Bytes line) {
        Lines *lines = userdata;
        size_t end = strlen(lines->text);

        if (lines->n++ == lines->most)
                return false;
        snprintf(lines->text + end, sizeof(lines->text) - end, "%.*s\n", (int) line.n,
                        (const char *) line.data);
        return true;
}

static void test_lines(void **state) {
        sd_journal *journal = open_journal(state);
        Lines lines = { .most = 16 }, few = { .most = 1 };

        assert_int_equal(root_journal_lines(journal, put_line, &lines), REASON_NONE);
        assert_string_equal(lines.text, LINES);
        sd_journal_flush_matches(journal);
        assert_int_equal(root_journal_lines(journal, put_line, &few), REASON_RESOURCES);
        sd_journal_close(journal);
}

/* ── with the kernel's ring ────────────────────────────────────────────────────────────────────────────── */

/* One for each read, as from /dev/kmsg. */
static void read_ring(const char *const *records, RootJournal journal, void *userdata, Buffer *ret) {
        int fds[2];

        assert_return_code(
                        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), errno);
        for (; *records; records++)
                assert_int_equal(send(fds[1], *records, strlen(*records), 0), strlen(*records));
        assert_int_equal(root_log_read(fds[0], journal, userdata, ret), REASON_NONE);
        close(fds[0]);
        close(fds[1]);
}

static Reason whole(void *journal, RootLogLine line, void *userdata) {
        sd_journal_flush_matches(journal);
        return root_journal_lines(journal, line, userdata);
}

/* Some lines, then it cannot be read. */
static Reason broken(void *journal, RootLogLine line, void *userdata) {
        assert_int_equal(whole(journal, line, userdata), REASON_NONE);
        return REASON_MALFORMED;
}

#define RING "virtio_iommu virtio0: input address: 48 bits\n"

static void test_ring(void **state) {
        const char *const overwritten[] = { "6,700,1,-;eth0: up\n", "6,701,2,-;" RING, NULL },
                          *const kept[] = { "5,0,0,-;Linux version 6.12\n", "6,1,2,-;" RING, NULL },
                          *const quiet[] = { "6,700,1,-;eth0: up\n", NULL };
        sd_journal *journal = open_journal(state);
        const struct {
                const char *const *records;
                RootJournal journal;
                const char *text;
        } cases[] = {
                /* Of equal lines the last counts, which is the ring's. */
                { overwritten, whole, LINES RING },
                { quiet, whole, LINES },
                /* The ring has all since boot. */
                { kept, whole, RING },
                { overwritten, broken, RING },
                { quiet, broken, "" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                Buffer text = {};

                read_ring(cases[i].records, cases[i].journal, journal, &text);
                assert_int_equal(text.n, strlen(cases[i].text));
                assert_memory_equal(text.n ? text.data : (const uint8_t *) "", cases[i].text, text.n);
                buffer_done(&text);
        }
        sd_journal_close(journal);
}

static Reason empty(void *journal, RootLogLine line, void *userdata) {
        return REASON_NONE;
}

static void test_refused(void **state) {
        sd_journal *journal = open_journal(state);
        Buffer text = {};

        assert_int_equal(root_log_refused(whole, journal, &text), REASON_NONE);
        assert_int_equal(text.n, strlen(LINES));
        assert_memory_equal(text.data, LINES, text.n);
        text.n = 0;
        assert_int_equal(root_log_refused(broken, journal, &text), REASON_PERMISSION);
        assert_int_equal(text.n, 0);
        assert_int_equal(root_log_refused(empty, journal, &text), REASON_PERMISSION);
        buffer_done(&text);
        sd_journal_close(journal);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_lines),
                cmocka_unit_test(test_ring),
                cmocka_unit_test(test_refused),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
