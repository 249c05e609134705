/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Runs ssh(1) for one host. It asks for no password, has no terminal and no input, forwards nothing, and
 * leads a process group of its own. */

#include <sys/types.h>

#include "ctl/command/verb.h"

typedef struct SshQuestion {
        const char *config;  /* ssh -F; NULL: the user's */
        OptionList options;  /* ssh -o */
        const char *command; /* for the shell of the host */
} SshQuestion;

typedef struct SshChild {
        pid_t pid;
        int out, err; /* its output, to be read without blocking */
} SshChild;

/* Ends with hawctl. The caller closes the descriptors and waits for the process. -errno: also if ssh cannot
 * be executed. */
int ssh_child_start(const SshQuestion *question, const char *host, SshChild *ret);

/* Kills it and what it started (ProxyCommand). */
void ssh_child_kill(pid_t pid);
