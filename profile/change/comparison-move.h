/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest that was given all that one host offers moves to another: what may it meet there? */

#include <jansson.h>

typedef struct MoveHost {
        json_t *document;
        const char *name; /* as reasons call it: "here", "there" */
} MoveHost;

/* {verdict, reasons}. A new reference; NULL when out of memory. */
json_t *comparison_move(const MoveHost *from, const MoveHost *to);
