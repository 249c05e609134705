/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/archive-run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/capture/capture-parts.h"
#include "ctl/capture/capture-receive.h"
#include "ctl/sandbox/own-program.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define BLOCK 65536

/* A running program: its end of the pipe of entries, and its error message. */
typedef struct Run {
        const ProgramLimits *limits;
        OwnProgram program;
        int entries, why;
} Run;

static void close_both(int fds[2]) {
        closep(&fds[0]);
        closep(&fds[1]);
}

static int start(const ProgramLimits *limits, bool unpack, int file, Run *ret,
                char why_not[ARCHIVE_WHY_MAX]) {
        int entries[2] = { -1, -1 }, why[2] = { -1, -1 }, r;

        if (pipe2(entries, O_CLOEXEC) < 0 || pipe2(why, O_CLOEXEC) < 0)
                r = -errno;
        else
                r = own_program_start(limits, unpack ? "unpack" : "pack",
                                (int[]){ unpack ? file : entries[0], unpack ? entries[1] : file, why[1] },
                                &ret->program);
        if (r < 0) {
                close_both(entries);
                close_both(why);
                (void) own_program_not_started(limits, r, why_not, ARCHIVE_WHY_MAX);
                return -EBADMSG;
        }
        ret->limits = limits;
        ret->entries = entries[unpack ? 0 : 1];
        ret->why = why[0];
        close(entries[unpack ? 1 : 0]);
        close(why[1]);
        return 0;
}

int archive_run_reason(int fd, char why[ARCHIVE_WHY_MAX]) {
        uint8_t text[512];
        ssize_t n = read(fd, text, sizeof(text));

        if (n <= 0)
                return -EPROTO;
        text_printable((Bytes){ .data = text, .n = (size_t) n }, why, ARCHIVE_WHY_MAX);
        return -EBADMSG;
}

/* r: this end's result, which takes precedence over the other end's error. */
static int finish(Run *run, int r, char why[ARCHIVE_WHY_MAX]) {
        int status;

        close(run->entries);
        if (r == -EBADMSG || r == -ENOMEM)
                own_program_kill(&run->program);
        status = own_program_wait(&run->program);
        if (r != -EBADMSG && r != -ENOMEM && status != 0) {
                if (own_program_explain(run->limits, &run->program, status, why, ARCHIVE_WHY_MAX))
                        r = -EBADMSG;
                else
                        r = archive_run_reason(run->why, why);
        }
        close(run->why);
        return r;
}

static int receive(Run *run, CaptureReceiver *receiver) {
        uint8_t block[BLOCK];
        ssize_t n;
        int r = 0;

        while (r >= 0 && (n = own_program_read(&run->program, run->entries, block, sizeof(block))) != 0)
                r = n < 0 ? (int) n : capture_receive(receiver, (Bytes){ .data = block, .n = (size_t) n });
        return r < 0 || capture_receiver_between(receiver) ? r : -EPIPE;
}

int archive_run_unpack(int in, MemoryTree **ret, char why[ARCHIVE_WHY_MAX]) {
        _cleanup_(memory_tree_freep) MemoryTree *tree = NULL;
        CaptureReceiver receiver;
        Run run;
        int r = memory_tree_new(&tree);

        if (r < 0)
                return r;
        r = start(&unpack_limits, true, in, &run, why);
        if (r < 0)
                return r;
        capture_receiver_init(&receiver, tree);
        r = receive(&run, &receiver);
        if (r == -EBADMSG)
                snprintf(why, ARCHIVE_WHY_MAX, "%s", receiver.why);
        r = finish(&run, r, why);
        if (r >= 0 && receiver.totals.entries == 0) {
                snprintf(why, ARCHIVE_WHY_MAX, "not a capture: no archive, or an empty one");
                return -EBADMSG;
        }
        if (r >= 0)
                *ret = TAKE_PTR(tree);
        return r;
}

int archive_run_pack(const MemoryTree *tree, int out, char why[ARCHIVE_WHY_MAX]) {
        Run run;
        int r = start(&pack_limits, false, out, &run, why);

        return r < 0 ? r : finish(&run, capture_send(tree, run.entries), why);
}
