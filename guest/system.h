/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The operating system named in a guest's description. It does not affect addresses, only whether known
 * problems are likely. Known values are kept: the most reliable source comes first. */

#include "probe/fact.h"

typedef enum SystemFamily {
        SYSTEM_UNKNOWN = 0,
        SYSTEM_LINUX,
        SYSTEM_WINDOWS,
        SYSTEM_MACOS,
        SYSTEM_OTHER, /* BSD and others */
        _SYSTEM_FAMILY_MAX,
} SystemFamily;

typedef struct GuestSystem {
        SystemFamily family;
        Tristate is_64bit;
        Tristate old_linux; /* Linux before 4.16 */
        char source[96];    /* first source: "the name win11" */
} GuestSystem;

/* Reads a name, an image's file name or a libosinfo id ("http://ubuntu.com/ubuntu/22.04"): the last system
 * named, the version after it, and the architecture. `source` describes the text. */
void guest_system_from_text(GuestSystem *system, const char *source, const char *text);
/* From a setting. */
void guest_system_set(GuestSystem *system, SystemFamily family, Tristate is_64bit, const char *source);

/* "unknown", "linux", "windows", "macos", "other"; back: -EINVAL. */
WORDS_DECLARE(SystemFamily, system_family);
