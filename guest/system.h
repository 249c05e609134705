/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which operating system a guest's description names. It moves no address; it decides whether what breaks some systems is
 * likely here. Only what is still unknown is filled in: the surer source goes first. */

#include "probe/fact.h"

typedef enum SystemFamily {
        SYSTEM_UNKNOWN = 0,
        SYSTEM_LINUX,
        SYSTEM_WINDOWS,
        SYSTEM_MACOS,
        SYSTEM_OTHER, /* BSD and whatever else has a name */
        _SYSTEM_FAMILY_MAX,
} SystemFamily;

typedef struct GuestSystem {
        SystemFamily family;
        Tristate is_64bit;
        Tristate old_linux; /* a Linux before 4.16 */
        char source[96];    /* what told so first: "the name win11" */
} GuestSystem;

/* A name that people gave, a file of an image, an id of libosinfo ("http://ubuntu.com/ubuntu/22.04"): the last system that it
 * names, with the version behind it, and a processor's name. `source` says what the text is. */
void guest_system_from_text(GuestSystem *system, const char *source, const char *text);
/* What a setting is for. */
void guest_system_set(GuestSystem *system, SystemFamily family, Tristate is_64bit, const char *source);

/* "unknown", "linux", "windows", "macos", "other"; back: -EINVAL. */
WORDS_DECLARE(SystemFamily, system_family);
