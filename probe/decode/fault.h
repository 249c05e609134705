/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A problem that a decoder found, and its position. Faults do not stop decoders: the record is skipped by
 * its length, or read as the kernel reads it. The number is limited against hostile input. */

#include <stddef.h>

#define FAULTS_MAX 64
#define FAULT_TEXT_MAX 120

typedef struct Fault {
        size_t offset;             /* byte in a table, line (from 1) in a text */
        const char *rule;          /* stable kebab-case name; static string */
        char text[FAULT_TEXT_MAX]; /* one sentence for users, printable ASCII */
} Fault;

typedef struct FaultList {
        size_t n;
        size_t dropped; /* faults over FAULTS_MAX */
        Fault *faults;  /* grows up to FAULTS_MAX; NULL while empty */
} FaultList;

void fault_list_done(FaultList *faults);

/* The list may be NULL (faults are ignored). Out of memory counts as dropped. */
void fault_add(FaultList *faults, size_t offset, const char *rule, const char *format, ...)
                __attribute__((format(printf, 4, 5)));
