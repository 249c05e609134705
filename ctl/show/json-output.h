/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/command/options.h"

/* A JsonSink for standard output. */
int json_to_stdout(const char *text, size_t n, void *userdata);

/* Prints a value in the options' layout and releases it. Exit status. */
int json_print(const Options *options, json_t *value);
