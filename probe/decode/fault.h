/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a decoder found wrong, and where. A fault never stops a decoder by itself: the record is skipped by its
 * length, or read as the kernel reads it, and the fault says so. Bounded: hostile input cannot make it grow. */

#include <stddef.h>

#define FAULTS_MAX 64
#define FAULT_TEXT_MAX 120

typedef struct Fault {
        size_t offset;             /* byte in a table, line (from 1) in a text */
        const char *rule;          /* stable kebab-case name; static string */
        char text[FAULT_TEXT_MAX]; /* one sentence for a person, printable ASCII */
} Fault;

typedef struct FaultList {
        size_t n;
        size_t dropped; /* faults over FAULTS_MAX */
        Fault *faults;  /* grows up to FAULTS_MAX; NULL while empty */
} FaultList;

void fault_list_done(FaultList *faults);

/* Lists may be NULL (the caller does not care). Out of memory counts as dropped. */
void fault_add(FaultList *faults, size_t offset, const char *rule, const char *format, ...)
                __attribute__((format(printf, 4, 5)));
