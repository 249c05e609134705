/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "probe/decode/fault.h"

/* [{offset, rule, text}]. NULL if out of memory. */
json_t *json_faults(const FaultList *faults);

/* An array of n elements, each from element(data, i). NULL if out of memory. */
json_t *json_list(size_t n, json_t *(*element)(const void *data, size_t i), const void *data);
