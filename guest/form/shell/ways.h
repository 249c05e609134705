/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the commands that start QEMU in a script. Conditions that the text does not decide are taken both
 * ways: first one by one, then several together as the number of passes allows. Variables taken as unset are
 * then tried as set. */

#include "guest/form/shell/shell.h"

/* The command on one way through the script. */
typedef struct ShellWay {
        VmWords words;
        VmWords spelled; /* marks spelled, to compare */
        unsigned line;   /* condition that takes the other way; 0: none */
        unsigned before; /* second condition that takes the other way; 0: none */
        bool arguments;  /* the script has arguments */
        char set[64];    /* variable taken as set; "": none */
} ShellWay;

#define SHELL_WAYS_MAX 320

typedef struct ShellWays {
        size_t n;
        ShellWay items[SHELL_WAYS_MAX]; /* all different */
        ShellSeen seen;
        bool by_host;    /* the script asks for the host's architecture */
        bool incomplete; /* more exist */
        bool partly;     /* not every pair of conditions was tried */
} ShellWays;

void shell_ways_done(ShellWays *ways);

/* With `paste`, a command's lines need no backslashes. Finding none is no error. 0, -EINVAL with *reterr
 * filled, -ENOMEM. */
int shell_ways_find(const char *text, size_t n, bool paste, const VmFiles *files, ShellWays *ret,
                VmError *reterr);
