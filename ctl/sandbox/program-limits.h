/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What hawctl's own programs may use: they keep to it, and hawctl says which limit ended them. */

typedef struct ProgramLimits {
        const char *name;
        const char *advice;    /* to whoever met one of time or memory */
        unsigned seconds;      /* of processor time */
        unsigned wait_seconds; /* hawctl waits that long for an answer; 0: for ever */
        unsigned mebibytes;    /* of memory */
        unsigned file_mebibytes;
        unsigned descriptors; /* 0 and up: all that stay open */
} ProgramLimits;

/* A libvirt domain of thousands of devices is read in a tenth of a second and 20 MiB. */
static const ProgramLimits domain_limits = {
        .name = "hawd-domain",
        .advice = "remove what does not describe the guest, such as <metadata>",
        .seconds = 2,
        .wait_seconds = 20,
        .mebibytes = 48,
        .descriptors = 3,
};

/* The capture of a host of 4,096 devices: a tenth of a second and 20 MiB. xz -9 wants 65 MiB. */
static const ProgramLimits unpack_limits = {
        .name = "hawd-archive",
        .advice = "see man hawd-root(5) for what a capture may hold",
        .seconds = 5,
        .wait_seconds = 30,
        .mebibytes = 96,
        .descriptors = 4,
};

/* Whoever takes the archive may be slow. */
static const ProgramLimits pack_limits = {
        .name = "hawd-archive",
        .advice = "see man hawd-root(5) for what a capture may hold",
        .seconds = 60,
        .mebibytes = 96,
        .file_mebibytes = 512,
        .descriptors = 4,
};

/* Exit statuses that say which limit it was. */
enum {
        PROGRAM_OUT_OF_TIME = 124,
        PROGRAM_OUT_OF_MEMORY = 125,
        PROGRAM_NO_SANDBOX = 126, /* a step that has to work did not */
};
