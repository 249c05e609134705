/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Parts of the screen of a baseline. */

#include "ctl/show/baseline-text.h"

#define CLASSES_SHOWN 6

/* A paragraph that is put together; cut off if it is too long. */
typedef struct Paragraph {
        size_t n;
        char text[6144];
} Paragraph;

void paragraph_add(Paragraph *paragraph, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints it behind a label, in lines of the screen's width. */
void paragraph_print(const BaselineText *text, const char *label, const Paragraph *paragraph);

/* "12 hosts", "1 host" */
void paragraph_add_hosts(Paragraph *paragraph, uint64_t hosts);
/* ", such as a, b"; nothing if no host has a name. */
void paragraph_add_examples(Paragraph *paragraph, const Examples *examples);

/* "CPU", "memory encryption" */
const char *limit_text(Limit limit);

/* What each wider step excludes, or what the width that was asked for does. -errno */
int baseline_print_ladder(const BaselineText *text, const BaselineWidth *width);
int baseline_print_below(const BaselineText *text, const BaselineWidth *width);

/* The classes, the largest ones and those that hold others back. Returns an exit status. */
int baseline_print_classes(const BaselineText *text);

void baseline_print_lists(const BaselineText *text);

/* Those that were checked, or why there are none. */
void baseline_print_settings(const BaselineText *text);
