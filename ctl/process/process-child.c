/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/process-child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* The child's descriptors. */
enum { CHILD_PROCESS = 3, CHILD_CHANNEL, CHILD_REST };

static bool write_line(int fd, json_t *line) {
        _cleanup_free_ char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
        size_t n = text ? strlen(text) : 0;

        json_decref(line);
        if (!text)
                return false;
        text[n++] = '\n'; /* replaces the NUL */
        for (size_t done = 0; done < n;) {
                ssize_t written = write(fd, text + done, n - done);

                if (written < 0 && errno != EINTR)
                        return false;
                done += written > 0 ? (size_t) written : 0;
        }
        return true;
}

void process_job_about(void *channel, const char *path) {
        char printable[128];

        text_printable((Bytes){ .data = (const uint8_t *) path, .n = strlen(path) }, printable,
                        sizeof(printable));
        write_line(*(int *) channel, json_pack("{s:s}", "file", printable));
}

/* First moves them off the target numbers. */
static bool arrange(int process, int channel) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        int one = fcntl(process, F_DUPFD_CLOEXEC, CHILD_REST + 1);
        int other = fcntl(channel, F_DUPFD_CLOEXEC, CHILD_REST + 1);

        return null >= 0 && one >= 0 && other >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
                        dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
                        dup2(one, CHILD_PROCESS) >= 0 && dup2(other, CHILD_CHANNEL) >= 0 &&
                        close_range(CHILD_REST, ~0U, 0) >= 0;
}

static void be_child(
                pid_t parent, const ProcessJob *job, int channel, ProcessWork work, const void *userdata) {
        ProcessJob own = *job;
        json_t *answer = NULL;
        bool done;
        int r;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent || !arrange(job->process, channel))
                _exit(EXIT_FAILURE);
        own.process = CHILD_PROCESS;
        channel = CHILD_CHANNEL;
        r = work(&own, &channel, userdata, &answer);
        done = write_line(channel,
                        r < 0 ? json_pack("{s:i}", "errno", -r) : json_pack("{s:o}", "answer", answer));
        _exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

int process_child_start(
                const ProcessJob *job, ProcessWork work, const void *userdata, pid_t *ret, int *ret_fd) {
        const pid_t self = getpid();
        int fds[2], r;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        pid = fork();
        if (pid == 0)
                be_child(self, job, fds[1], work, userdata);
        r = pid < 0 ? -errno : 0;
        close(fds[1]);
        if (r < 0) {
                close(fds[0]);
                return r;
        }
        *ret = pid;
        *ret_fd = fds[0];
        return 0;
}
