/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words of hawd-check/1. */

#include "guest/rules/check.h"

/* "safe", "warning", "unsafe"; what is not known is a warning whose inputs stand beside it. */
const char *verdict_to_string(Verdict verdict);

/* The same of one finding, where nothing is wrong: "info". */
const char *finding_verdict_to_string(Verdict verdict);

/* "ram", "hotplug", "window64", … */
const char *layout_kind_to_string(LayoutKind kind);
