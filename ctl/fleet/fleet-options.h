/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What verbs that take a fleet say of this argument. */

#define FLEET_ARGUMENTS "FLEET..."

#define FLEET_HELP                                                                         \
        "FLEET is any mixture of: profiles and summaries, one or many in a file (JSON\n"   \
        "lines, also compressed with gzip, zstd or xz; - is standard input), captures,\n"  \
        "host trees, and directories of these. What cannot be read is reported with its\n" \
        "file and line; the exit status is then 1.\n"
