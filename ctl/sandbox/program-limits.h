/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Limits of hawctl's own programs, which enforce them; hawctl reports which was exceeded. */

typedef struct ProgramLimits {
        const char *name;
        const char *advice;    /* for the time or memory limit */
        unsigned seconds;      /* of processor time */
        unsigned wait_seconds; /* wait for an answer; 0: no limit */
        unsigned mebibytes;    /* memory */
        unsigned file_mebibytes;
        unsigned descriptors; /* from 0, kept open */
} ProgramLimits;

/* A domain of thousands of devices takes 0.1 s and 20 MiB. */
static const ProgramLimits domain_limits = {
        .name = "hawd-domain",
        .advice = "remove what does not describe the guest, such as <metadata>",
        .seconds = 2,
        .wait_seconds = 20,
        .mebibytes = 48,
        .descriptors = 3,
};

/* The capture of a host of 4,096 devices takes 0.1 s and 20 MiB. xz -9 needs 65 MiB. */
static const ProgramLimits unpack_limits = {
        .name = "hawd-archive",
        .advice = "see man hawd-root(5) for what a capture may hold",
        .seconds = 5,
        .wait_seconds = 30,
        .mebibytes = 96,
        .descriptors = 4,
};

/* The reader of the archive may be slow. */
static const ProgramLimits pack_limits = {
        .name = "hawd-archive",
        .advice = "see man hawd-root(5) for what a capture may hold",
        .seconds = 60,
        .mebibytes = 96,
        .file_mebibytes = 512,
        .descriptors = 4,
};

/* A fleet of 100,000 hosts is several GB of text; it is written as fast as hawctl reads. */
static const ProgramLimits stream_limits = {
        .name = "hawd-archive",
        .advice = "decompress it first, and pipe it to hawctl",
        .seconds = 1800,
        .mebibytes = 96,
        .descriptors = 4,
};

/* Exit statuses that name the limit. */
enum {
        PROGRAM_OUT_OF_TIME = 124,
        PROGRAM_OUT_OF_MEMORY = 125,
        PROGRAM_NO_SANDBOX = 126, /* a required step failed */
};
