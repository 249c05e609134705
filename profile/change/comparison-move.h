/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest that was given all that one host offers moves to another: what may it meet there? */

#include <jansson.h>

#include "profile/document/field.h"
#include "profile/finding.h"

typedef struct MoveHost {
        json_t *document;
        const char *name; /* as reasons call it: "here", "there" */
} MoveHost;

typedef struct ComparisonMove {
        Verdict verdict;
        size_t n_reasons;
        char **reasons; /* owned */
} ComparisonMove;

extern const FieldTable comparison_move_table;

void comparison_move_done(ComparisonMove *move);

/* Into what is empty. -ENOMEM only. */
int comparison_move(const MoveHost *from, const MoveHost *to, ComparisonMove *ret);
