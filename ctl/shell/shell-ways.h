/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The commands that a script starts QEMU with. Conditions that the text does not decide are taken both ways, one at a time
 * from the first way on, so that the passes are as many as the conditions. */

#include "ctl/shell/shell.h"

/* The command of one way through the script. */
typedef struct ShellWay {
        VmWords words;
        VmWords spelled; /* the same, to be compared */
        unsigned line;   /* of the condition whose other way it is; 0: the first */
} ShellWay;

#define SHELL_WAYS_MAX 64

typedef struct ShellWays {
        size_t n;
        ShellWay items[SHELL_WAYS_MAX]; /* no two alike */
        ShellSeen seen;
        bool incomplete; /* there are more */
} ShellWays;

void shell_ways_done(ShellWays *ways);

/* With `paste`, a command's lines go on without backslashes. None found is no error. 0, -EINVAL with *reterr filled,
 * -ENOMEM. */
int shell_ways_find(const char *text, size_t n, bool paste, ShellWays *ret, VmError *reterr);
