/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/fleet-input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"

/* The longest of the marks below. */
#define MARK_MAX 6

static bool is_compressed(const uint8_t *head, size_t n) {
        static const struct {
                size_t n;
                const char *mark;
        } marks[] = { { 4, "\x28\xb5\x2f\xfd" }, { 2, "\x1f\x8b" },
                { 6,
                                "\xfd"
                                "7zXZ" } };

        for (size_t i = 0; i < ELEMENTS(marks); i++)
                if (n >= marks[i].n && memcmp(head, marks[i].mark, marks[i].n) == 0)
                        return true;
        return false;
}

/* Looks at the next bytes and leaves them there; 0 where this is not possible. */
static size_t peek(int fd, const struct stat *status, uint8_t head[MARK_MAX]) {
        int fds[2];
        ssize_t n = 0;

        if (S_ISREG(status->st_mode))
                n = pread(fd, head, MARK_MAX, lseek(fd, 0, SEEK_CUR));
        else if (S_ISFIFO(status->st_mode) && pipe2(fds, O_CLOEXEC) == 0) {
                n = tee(fd, fds[1], MARK_MAX, 0);
                if (n > 0)
                        n = read(fds[0], head, MARK_MAX);
                close(fds[0]);
                close(fds[1]);
        }
        return n > 0 ? (size_t) n : 0;
}

/* ── compressed ────────────────────────────────────────────────────────────────────────────────────────── */

static int start_program(int file, FleetInput *input, char why_not[ARCHIVE_WHY_MAX]) {
        int out[2] = { -1, -1 }, why[2] = { -1, -1 }, r;

        if (pipe2(out, O_CLOEXEC) < 0)
                return -errno;
        if (pipe2(why, O_CLOEXEC) < 0)
                r = -errno;
        else
                r = own_program_start(
                                &stream_limits, "stream", (int[]){ file, out[1], why[1] }, &input->program);
        closep(&out[1]);
        closep(&why[1]);
        if (r < 0) {
                closep(&out[0]);
                closep(&why[0]);
                (void) own_program_not_started(&stream_limits, r, why_not, ARCHIVE_WHY_MAX);
                return -EBADMSG;
        }
        input->fd = out[0];
        input->why = why[0];
        input->compressed = true;
        return 0;
}

int fleet_input_finish(FleetInput *input, char why[ARCHIVE_WHY_MAX]) {
        int status;

        if (!input->compressed)
                return 0;
        status = own_program_wait(&input->program);
        input->compressed = false;
        if (status == 0)
                return 0;
        if (!own_program_explain(&stream_limits, &input->program, status, why, ARCHIVE_WHY_MAX))
                return archive_run_reason(input->why, why);
        return -EBADMSG;
}

void fleet_input_close(FleetInput *input) {
        if (input->compressed) {
                own_program_kill(&input->program);
                (void) own_program_wait(&input->program);
        }
        closep(&input->fd);
        closep(&input->why);
        *input = FLEET_INPUT_NONE;
}

/* ── reading ───────────────────────────────────────────────────────────────────────────────────────────── */

static ssize_t read_again(int fd, void *buffer, size_t n) {
        ssize_t got;

        do
                got = read(fd, buffer, n);
        while (got < 0 && errno == EINTR);
        return got < 0 ? -errno : got;
}

/* What it had when it was opened, and the rest of a line that began there. */
static ssize_t read_limited(FleetInput *input, char *buffer, size_t n) {
        const char *newline;
        ssize_t got;

        if (input->left == 0 && !input->within)
                return 0;
        if (input->left > 0 && n > input->left)
                n = (size_t) input->left;
        got = read_again(input->fd, buffer, n);
        if (got <= 0)
                return got == 0 && input->left > 0 ? -ESTALE : got;
        if (input->left > 0)
                input->left -= (uint64_t) got;
        else {
                newline = memchr(buffer, '\n', (size_t) got);
                got = newline ? newline - buffer + 1 : got;
        }
        input->within = buffer[got - 1] != '\n';
        return got;
}

static ssize_t read_some(FleetInput *input, void *buffer, size_t n) {
        return input->limited ? read_limited(input, buffer, n) : read_again(input->fd, buffer, n);
}

ssize_t fleet_input_read(FleetInput *input, void *buffer, size_t n) {
        size_t held = input->n_head - input->at_head;

        if (held == 0)
                return read_some(input, buffer, n);
        n = n < held ? n : held;
        memcpy(buffer, input->head + input->at_head, n);
        input->at_head += n;
        return (ssize_t) n;
}

static int read_head(FleetInput *input) {
        while (input->n_head < sizeof(input->head)) {
                ssize_t n = read_some(
                                input, input->head + input->n_head, sizeof(input->head) - input->n_head);

                if (n < 0)
                        return (int) n;
                if (n == 0)
                        break;
                input->n_head += (size_t) n;
        }
        input->capture = input->n_head == sizeof(input->head) && memcmp(input->head + 257, "ustar", 5) == 0;
        return 0;
}

int fleet_input_open(int fd, FleetInput *ret, char why[ARCHIVE_WHY_MAX]) {
        _cleanup_(fleet_input_close) FleetInput input = FLEET_INPUT_NONE;
        uint8_t head[MARK_MAX];
        struct stat status;
        off_t at;
        int r;

        input.fd = fd;
        if (fstat(fd, &status) < 0)
                return -errno;
        if (S_ISDIR(status.st_mode))
                return -EISDIR;
        if (is_compressed(head, peek(fd, &status, head))) {
                r = start_program(fd, &input, why);
                if (r >= 0)
                        close(fd);
        } else {
                at = lseek(fd, 0, SEEK_CUR);
                input.limited = S_ISREG(status.st_mode) && status.st_size > 0 && at >= 0;
                if (input.limited)
                        input.left = status.st_size > at ? (uint64_t) (status.st_size - at) : 0;
                r = 0;
        }
        if (r >= 0)
                r = read_head(&input);
        if (r >= 0 && input.n_head == 0)
                r = fleet_input_finish(&input, why);
        if (r < 0)
                return r;
        *ret = input;
        input = FLEET_INPUT_NONE;
        return 0;
}
