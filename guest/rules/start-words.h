/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is said of a setting that the VMM ends on: what is wrong, its value, what is possible, and what to do. */

#include "guest/rules/run.h"

typedef struct StartWords {
        char summary[160], numbers[192], advice[192];
} StartWords;

void start_words(const CheckRun *run, const StartCause *cause, StartWords *ret);

/* "QEMU 7.2" */
void start_program(const Guest *guest, char ret[48]);
