/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vm-domain.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl/options.h"
#include "ctl/own-program.h"
#include "probe/cleanup.h"
#include "profile/guest/guest-json.h"

#define PROGRAM "hawd-domain"

static int fail(VmError *error, int r) {
        snprintf(error->text, sizeof(error->text), PROGRAM ": %s", strerror(-r));
        return r;
}

/* A file in memory rather than a pipe: who reads it may end before it was read. */
static int text_file(const char *text, size_t n) {
        _cleanup_close_ int fd = memfd_create("domain", MFD_CLOEXEC);
        int held;

        if (fd < 0)
                return -errno;
        for (size_t done = 0; done < n;) {
                ssize_t written = write(fd, text + done, n - done);

                if (written < 0 && errno != EINTR)
                        return -errno;
                done += written > 0 ? (size_t) written : 0;
        }
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        held = fd;
        fd = -EBADF;
        return held;
}

typedef struct Answer {
        int fd;
        size_t n;
} Answer;

static size_t read_part(void *buffer, size_t size, void *userdata) {
        Answer *answer = userdata;
        ssize_t n;

        do
                n = read(answer->fd, buffer, size);
        while (n < 0 && errno == EINTR);
        answer->n += n > 0 ? (size_t) n : 0;
        return n < 0 || answer->n > VM_TEXT_MAX ? (size_t) -1 : (size_t) n;
}

/* What was read of foreign text may have got the better of its reader: the answer is no more to be trusted than that. */
static json_t *read_answer(int fd) {
        return json_load_callback(read_part, &(Answer){ fd }, JSON_REJECT_DUPLICATES, NULL);
}

static int start(const char *text, size_t n, pid_t *ret, int *ret_answer) {
        char *argv[] = { (char *) PROGRAM, NULL };
        int answer[2], r;
        _cleanup_close_ int domain = text_file(text, n);

        if (domain < 0)
                return domain;
        if (pipe2(answer, O_CLOEXEC) < 0)
                return -errno;
        r = own_program_start(argv, (int[]){ domain, answer[1], -1 }, ret);
        close(answer[1]);
        if (r < 0)
                close(answer[0]);
        else
                *ret_answer = answer[0];
        return r;
}

static bool is_printable(const char *text) {
        while (*text >= ' ' && *text <= '~')
                text++;
        return !*text;
}

/* What hawd-domain says of bad input, which it made printable. */
static int refused(const json_t *answer, VmError *reterr) {
        const char *text = json_string_value(json_object_get(answer, "text"));

        if (!text || !is_printable(text))
                return fail(reterr, -EPROTO);
        reterr->line = (unsigned) json_integer_value(json_object_get(answer, "line"));
        snprintf(reterr->text, sizeof(reterr->text), "%s", text);
        return -EINVAL;
}

int vm_domain_read(const char *text, size_t n, Guest *ret, VmError *reterr) {
        JsonError error = {};
        json_t *answer;
        int fd = -EBADF, status, r;
        pid_t pid;

        *reterr = (VmError){};
        r = start(text, n, &pid, &fd);
        if (r < 0)
                return fail(reterr, r);
        answer = read_answer(fd);
        close(fd);
        status = own_program_wait(pid);
        if (status == EXIT_USAGE)
                r = refused(answer, reterr);
        else if (status != EXIT_SUCCESS || !answer)
                r = fail(reterr, -EPROTO);
        else
                r = guest_json_read(answer, ret, &error);
        if (r == -EINVAL && status == EXIT_SUCCESS)
                snprintf(reterr->text, sizeof(reterr->text), "%s", error.text);
        json_decref(answer);
        return r;
}
