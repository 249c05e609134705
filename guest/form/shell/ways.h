/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The commands that a script starts QEMU with. Conditions that the text does not decide are taken both ways: each for itself
 * from the first way on, then, as far as there are passes for it, several together. What is taken as unset because nothing
 * sets it is then taken as set to something. */

#include "guest/form/shell/shell.h"

/* The command of one way through the script. */
typedef struct ShellWay {
        VmWords words;
        VmWords spelled; /* the same, to be compared */
        unsigned line;   /* of the condition whose other way it is; 0: the first */
        unsigned before; /* of another one, whose other way it is, too; 0: none */
        bool arguments;  /* with arguments of the script */
        char set[64];    /* with this variable set; "": as the script is */
} ShellWay;

#define SHELL_WAYS_MAX 320

typedef struct ShellWays {
        size_t n;
        ShellWay items[SHELL_WAYS_MAX]; /* no two alike */
        ShellSeen seen;
        bool incomplete; /* there are more */
        bool partly;     /* not every two conditions were tried together */
} ShellWays;

void shell_ways_done(ShellWays *ways);

/* With `paste`, a command's lines go on without backslashes. None found is no error. 0, -EINVAL with *reterr filled,
 * -ENOMEM. */
int shell_ways_find(const char *text, size_t n, bool paste, ShellWays *ret, VmError *reterr);
