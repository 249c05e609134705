/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/guest-domain.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/command/options.h"
#include "ctl/sandbox/own-program.h"
#include "guest/form/json/guest-json.h"
#include "guest/form/libvirt/domain.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* Twice the longest answer to the longest domain. */
#define ANSWER_MAX VM_DOMAIN_MAX

static int fail(VmError *error, int r) {
        snprintf(error->text, sizeof(error->text), "%s: %s", domain_limits.name, strerror(-r));
        return r;
}

/* A memory file rather than a pipe: the reader may end before reading all. */
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
        OwnProgram *program;
        int fd;
        size_t n;
} Answer;

static size_t read_part(void *buffer, size_t size, void *userdata) {
        Answer *answer = userdata;
        ssize_t n = own_program_read(answer->program, answer->fd, buffer, size);

        answer->n += n > 0 ? (size_t) n : 0;
        return n < 0 || answer->n > ANSWER_MAX ? (size_t) -1 : (size_t) n;
}

/* Untrusted input may have exploited the parser: its answer is untrusted, too. */
static json_t *read_answer(OwnProgram *program, int fd) {
        return json_load_callback(read_part, &(Answer){ program, fd }, JSON_REJECT_DUPLICATES, NULL);
}

static int start(const char *text, size_t n, OwnProgram *ret, int *ret_answer) {
        int answer[2], r;
        _cleanup_close_ int domain = text_file(text, n);

        if (domain < 0)
                return domain;
        if (pipe2(answer, O_CLOEXEC) < 0)
                return -errno;
        r = own_program_start(&domain_limits, NULL, (int[]){ domain, answer[1], -1 }, ret);
        close(answer[1]);
        if (r < 0)
                close(answer[0]);
        else
                *ret_answer = answer[0];
        return r;
}

/* hawd-domain's error about bad input, already printable. */
static int refused(const json_t *answer, VmError *reterr) {
        const char *text = json_string_value(json_object_get(answer, "text"));

        if (!text || !text_is_printable((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }))
                return fail(reterr, -EPROTO);
        reterr->line = (unsigned) json_integer_value(json_object_get(answer, "line"));
        snprintf(reterr->text, sizeof(reterr->text), "%s", text);
        return -EINVAL;
}

/* No answer and no refusal: a limit, or a crash. */
static int failed(const OwnProgram *program, int status, VmError *reterr) {
        char why[200];

        if (!own_program_explain(&domain_limits, program, status, why, sizeof(why)))
                return fail(reterr, -EPROTO);
        snprintf(reterr->text, sizeof(reterr->text), "%s", why);
        return -EPROTO;
}

int guest_domain_read(const char *text, size_t n, Guest *ret, VmError *reterr) {
        OwnProgram program;
        JsonError error = {};
        json_t *answer;
        int fd = -EBADF, status, r;

        *reterr = (VmError){};
        if (n > VM_DOMAIN_MAX) {
                snprintf(reterr->text, sizeof(reterr->text), VM_DOMAIN_TOO_LARGE);
                return -EINVAL;
        }
        r = start(text, n, &program, &fd);
        if (r < 0) {
                (void) own_program_not_started(&domain_limits, r, reterr->text, sizeof(reterr->text));
                return r;
        }
        answer = read_answer(&program, fd);
        close(fd);
        status = own_program_wait(&program);
        if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_USAGE)
                r = refused(answer, reterr);
        else if (status != 0 || !answer)
                r = failed(&program, status, reterr);
        else
                r = guest_json_read(answer, ret, &error);
        if (r == -EINVAL && status == 0)
                snprintf(reterr->text, sizeof(reterr->text), "%s", error.text);
        json_decref(answer);
        return r;
}
