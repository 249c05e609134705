/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/sandbox/program-version.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define MODE "--version"
#define ANSWER_MAX 256

/* "hawd-domain 1.2\n": what follows the name. */
static int decode(const ProgramLimits *limits, Bytes answer, char *ret, size_t size) {
        size_t cursor = 0, n = strlen(limits->name);
        Bytes line;

        if (!text_line(answer, &cursor, &line) || cursor != answer.n || !text_starts(line, limits->name) ||
                        line.n <= n + 1 || line.data[n] != ' ')
                return -EPROTO;
        text_printable((Bytes){ .data = line.data + n + 1, .n = line.n - n - 1 }, ret, size);
        return 0;
}

int program_version_read(const ProgramLimits *limits, char *ret, size_t size) {
        uint8_t text[ANSWER_MAX];
        OwnProgram program;
        int answer[2], r;
        size_t n = 0;
        ssize_t got = 0;

        if (pipe2(answer, O_CLOEXEC) < 0)
                return -errno;
        r = own_program_start(limits, MODE, (int[]){ -1, answer[1], -1 }, &program);
        close(answer[1]);
        if (r >= 0) {
                while (n < sizeof(text) &&
                                (got = own_program_read(&program, answer[0], text + n, sizeof(text) - n)) >
                                                0)
                        n += (size_t) got;
                /* More than one line: whatever this is, it is not waited for. */
                if (n == sizeof(text))
                        own_program_kill(&program);
                if (own_program_wait(&program) != 0 || got < 0)
                        r = -EPROTO;
        }
        close(answer[0]);
        return r < 0 ? r : decode(limits, (Bytes){ .data = text, .n = n }, ret, size);
}
