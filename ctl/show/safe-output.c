/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/safe-output.h"

#include <errno.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "ctl/show/safe-text.h"
#include "probe/cleanup.h"

#define MARK_SIZE (SAFE_OUTPUT_ESCAPE_SIZE - 2)
#define PART_SIZE 4096

typedef struct SafeOutput {
        SafeText safe;
        int fd;
        char escape[SAFE_OUTPUT_ESCAPE_SIZE];
        uint8_t held[SAFE_OUTPUT_ESCAPE_SIZE]; /* bytes that the next call may complete */
        size_t n_held;
        char part[PART_SIZE]; /* output buffer */
        size_t n_part;
} SafeOutput;

void safe_output_escape(char ret[static SAFE_OUTPUT_ESCAPE_SIZE]) {
        static const char digits[] = "0123456789abcdef";
        uint8_t digest[SHA256_DIGEST_LENGTH];
        SHA2_CTX context;

        SHA256Init(&context);
        /* 16 random bytes from the kernel, per process. */
        SHA256Update(&context, (const uint8_t *) getauxval(AT_RANDOM), 16);
        SHA256Final(digest, &context);
        *ret++ = '\x1b';
        for (size_t i = 0; i < MARK_SIZE; i++)
                *ret++ = digits[digest[i] & 15];
        *ret = 0;
}

/* ── writing ───────────────────────────────────────────────────────────────────────────────────────────── */

static int flush_part(SafeOutput *output) {
        size_t done = 0;

        while (done < output->n_part) {
                ssize_t n = write(output->fd, output->part + done, output->n_part - done);

                if (n < 0 && errno != EINTR)
                        return -1;
                done += n > 0 ? (size_t) n : 0;
        }
        output->n_part = 0;
        return 0;
}

static int put(void *userdata, const void *data, size_t n) {
        SafeOutput *output = userdata;

        while (n > 0) {
                size_t some = PART_SIZE - output->n_part;

                if (some == 0) {
                        if (flush_part(output) < 0)
                                return -1;
                        continue;
                }
                some = some < n ? some : n;
                memcpy(output->part + output->n_part, data, some);
                output->n_part += some;
                data = (const char *) data + some;
                n -= some;
        }
        return 0;
}

/* ── streams ───────────────────────────────────────────────────────────────────────────────────────────── */

static ssize_t safe_write(void *cookie, const char *data, size_t n) {
        _cleanup_free_ uint8_t *joined = NULL;
        const uint8_t *text = (const uint8_t *) data;
        SafeOutput *output = cookie;
        size_t total = n;
        ssize_t left;

        if (output->n_held > 0) {
                joined = malloc(output->n_held + n);
                if (!joined)
                        return 0;
                memcpy(joined, output->held, output->n_held);
                memcpy(joined + output->n_held, data, n);
                text = joined;
                total += output->n_held;
        }
        left = safe_text_put(&output->safe, text, total);
        if (left < 0 || flush_part(output) < 0)
                return 0;
        memcpy(output->held, text + total - (size_t) left, (size_t) left);
        output->n_held = (size_t) left;
        return (ssize_t) n;
}

static int safe_close(void *cookie) {
        free(cookie);
        return 0;
}

static int open_stream(int fd, bool one_line, int buffering, FILE **ret, void **ret_state) {
        SafeOutput *output = calloc(1, sizeof(*output));
        FILE *file;

        if (!output)
                return -ENOMEM;
        output->fd = fd;
        safe_output_escape(output->escape);
        output->safe = (SafeText){ .put = put,
                .userdata = output,
                .lines = !one_line,
                .last_newline = one_line,
                .passes = output->escape };
        file = fopencookie(output, "w", (cookie_io_functions_t){ .write = safe_write, .close = safe_close });
        if (!file) {
                free(output);
                return -ENOMEM;
        }
        setvbuf(file, NULL, buffering, BUFSIZ);
        *ret = file;
        *ret_state = output;
        return 0;
}

int safe_output_open(SafeOutputs *ret) {
        int buffering = isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, r;

        *ret = (SafeOutputs){ .former = { stdout, stderr } };
        r = open_stream(STDOUT_FILENO, false, buffering, &ret->own[0], &ret->state[0]);
        /* Unbuffered: each printing call is one write. */
        if (r >= 0)
                r = open_stream(STDERR_FILENO, true, _IONBF, &ret->own[1], &ret->state[1]);
        if (r < 0) {
                safe_output_close(ret);
                return r;
        }
        stdout = ret->own[0];
        stderr = ret->own[1];
        return 0;
}

void safe_output_close(SafeOutputs *outputs) {
        if (outputs->former[0]) {
                stdout = outputs->former[0];
                stderr = outputs->former[1];
        }
        for (size_t i = 0; i < ELEMENTS(outputs->own); i++)
                if (outputs->own[i])
                        fclose(outputs->own[i]);
        *outputs = (SafeOutputs){};
}
