/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/sandbox/own-program.h"

/* Runs the program with --version: its answer, printable, without its name. -errno; -EPROTO: it failed, or did not
 * answer with one line. */
int program_version_read(const ProgramLimits *limits, char *ret, size_t size);
