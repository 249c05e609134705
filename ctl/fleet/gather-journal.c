/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/gather-journal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "profile/document/json-parse.h"

/* The line before a document. */
#define HEAD_MAX 4096

void gather_journal_done(GatherJournal *journal) {
        if (journal->path)
                closep(&journal->fd);
        free(journal->path);
        *journal = (GatherJournal){ .fd = -EBADF };
}

/* ── opening ───────────────────────────────────────────────────────────────────────────────────────────── */

static int complain(const char *path, const char *what) {
        fprintf(stderr, "hawctl: %s: %s\n", path, what);
        return EXIT_FAILURE;
}

/* Nobody else may have put it there, as others may write to directories such as /tmp. */
static bool is_own(const struct stat *st) {
        return S_ISREG(st->st_mode) && st->st_uid == geteuid() && st->st_nlink == 1;
}

/* The run that had it locked may have removed it. */
static bool is_there(const char *path, const struct stat *st) {
        struct stat now;

        return lstat(path, &now) == 0 && now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

static int open_locked(const char *path, int *ret) {
        for (unsigned i = 0; i < 16; i++) {
                _cleanup_close_ int fd = open(path,
                                O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
                struct stat st;

                if (fd < 0 && errno == ELOOP)
                        return complain(path, "is a symbolic link; remove it");
                if (fd < 0 || fstat(fd, &st) < 0)
                        return complain(path, strerror(errno));
                if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
                        return complain(path, "not a regular file of this user; remove it");
                if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                        return complain(path,
                                        errno == EWOULDBLOCK
                                                        ? "another 'hawctl gather' with this output is running"
                                                        : strerror(errno));
                if (!is_there(path, &st))
                        continue;
                if (!is_own(&st))
                        return complain(path, "has further hard links; remove it");
                *ret = fd;
                fd = -EBADF;
                return EXIT_SUCCESS;
        }
        return complain(path, strerror(EBUSY));
}

int gather_journal_open(const char *output, bool keep, GatherJournal *ret) {
        _cleanup_(gather_journal_done) GatherJournal journal = { .fd = -EBADF };
        int r;

        if (asprintf(&journal.path, "%s.partial", output) < 0) {
                journal.path = NULL;
                return complain(output, strerror(ENOMEM));
        }
        r = open_locked(journal.path, &journal.fd);
        if (r != EXIT_SUCCESS)
                return r;
        if (!keep && ftruncate(journal.fd, 0) < 0)
                return complain(journal.path, strerror(errno));
        *ret = journal;
        journal = (GatherJournal){ .fd = -EBADF };
        return EXIT_SUCCESS;
}

int gather_journal_remove(GatherJournal *journal) {
        return unlink(journal->path) < 0 ? -errno : 0;
}

/* ── reading ───────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Cursor {
        const char *text;
        size_t n, at;
} Cursor;

static const char *member(const json_t *head, const char *key) {
        const char *text = json_string_value(json_object_get(head, key));

        return text ? text : "";
}

/* Whether a whole document follows the line. After a crash, the end of a file may be zeros. */
static bool is_whole(const char *text, size_t left, json_int_t bytes) {
        size_t n = (size_t) bytes;

        return bytes > 1 && (uintmax_t) bytes <= PROFILE_JSON_MAX && n < left && text[n] == '\n' &&
                        text[0] == '{' && text[n - 1] == '}' && !memchr(text, 0, n) &&
                        !memchr(text, '\n', n);
}

/* The next answer: 1, 0: none, or the return value of visit. */
static int visit_next(Cursor *cursor, GatherVisit visit, void *userdata) {
        const char *text = cursor->text + cursor->at;
        size_t left = cursor->n - cursor->at;
        const char *newline = memchr(text, '\n', left < HEAD_MAX ? left : HEAD_MAX);
        size_t line = newline ? (size_t) (newline - text) : 0;
        json_t *head = newline ? json_loadb(text, line, JSON_REJECT_DUPLICATES, NULL) : NULL;
        json_int_t bytes = json_integer_value(json_object_get(head, "bytes"));
        int r = 0;

        if (head && is_whole(newline + 1, left - line - 1, bytes)) {
                GatherRecord record = { .host = member(head, "host"),
                        .offset = (off_t) (cursor->at + line + 1),
                        .n = (size_t) bytes };

                snprintf(record.identity.machine_id, sizeof(record.identity.machine_id), "%s",
                                member(head, "machineId"));
                snprintf(record.identity.hostname, sizeof(record.identity.hostname), "%s",
                                member(head, "hostname"));
                r = visit(&record, userdata);
                if (r >= 0) {
                        cursor->at += line + 1 + record.n + 1;
                        r = 1;
                }
        }
        json_decref(head);
        return r;
}

int gather_journal_read(GatherJournal *journal, GatherVisit visit, void *userdata) {
        Cursor cursor = {};
        struct stat st;
        void *map;
        int r;

        if (fstat(journal->fd, &st) < 0)
                return -errno;
        if (st.st_size == 0)
                return 0;
        cursor.n = (size_t) st.st_size;
        map = mmap(NULL, cursor.n, PROT_READ, MAP_SHARED, journal->fd, 0);
        if (map == MAP_FAILED)
                return -errno;
        cursor.text = map;
        while ((r = visit_next(&cursor, visit, userdata)) > 0)
                ;
        (void) munmap(map, cursor.n);
        if (r < 0)
                return r;
        journal->end = (off_t) cursor.at;
        return ftruncate(journal->fd, journal->end) < 0 ? -errno : 0;
}

/* ── writing ───────────────────────────────────────────────────────────────────────────────────────────── */

static int write_at(int fd, const char *text, size_t n, off_t *at) {
        while (n > 0) {
                ssize_t written = pwrite(fd, text, n, *at);

                if (written < 0 && errno != EINTR)
                        return -errno;
                if (written > 0) {
                        text += written;
                        n -= (size_t) written;
                        *at += written;
                }
        }
        return 0;
}

static char *head_text(const GatherRecord *record) {
        json_t *head = json_pack("{s:s, s:I, s:s, s:s}", "host", record->host, "bytes",
                        (json_int_t) record->n, "machineId", record->identity.machine_id, "hostname",
                        record->identity.hostname);
        char *text = head ? json_dumps(head, 0) : NULL;

        json_decref(head);
        return text;
}

int gather_journal_append(GatherJournal *journal, GatherRecord *record, const char *text) {
        _cleanup_free_ char *head = head_text(record);
        off_t at = journal->end;
        int r;

        if (!head)
                return -ENOMEM;
        r = write_at(journal->fd, head, strlen(head), &at);
        if (r >= 0)
                r = write_at(journal->fd, "\n", 1, &at);
        record->offset = at;
        if (r >= 0)
                r = write_at(journal->fd, text, record->n, &at);
        if (r >= 0)
                r = write_at(journal->fd, "\n", 1, &at);
        if (r < 0) {
                (void) !ftruncate(journal->fd, journal->end);
                return r;
        }
        journal->end = at;
        return 0;
}

int gather_journal_copy(const GatherJournal *journal, off_t offset, size_t n, ReplacedFile *to) {
        char block[32768];
        int r = 0;

        /* With the newline. */
        for (n++; n > 0 && r >= 0;) {
                ssize_t got = pread(journal->fd, block, n < sizeof(block) ? n : sizeof(block), offset);

                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return got < 0 ? -errno : -EIO;
                r = replaced_file_write(to, block, (size_t) got);
                offset += got;
                n -= (size_t) got;
        }
        return r;
}
