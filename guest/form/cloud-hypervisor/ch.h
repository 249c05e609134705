/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a guest of Cloud Hypervisor. Its command line and the JSON of its REST interface have the same
 * sections, keys and values, except for some names. All functions return 0, -EINVAL with the error filled,
 * or -ENOMEM. */

#include "guest/form/words/vm.h"

typedef enum ChSection {
        CH_CPUS = 1 << 0,
        CH_MEMORY = 1 << 1,
        CH_ZONE = 1 << 2,
        CH_DEVICE = 1 << 3,
        CH_PMEM = 1 << 4,
        CH_PLATFORM = 1 << 5,
        CH_SEGMENT = 1 << 6,
        CH_FS = 1 << 7,
        CH_IVSHMEM = 1 << 8,
        CH_SMALL = 1 << 9, /* small BAR: only its place behind the vIOMMU matters */
} ChSection;

typedef struct Ch {
        const VmWords *words; /* of a command line; has its unknown parts */
        Vm vm;                /* guest, error, line */
        bool json;            /* read from JSON */
        bool starts;          /* has a kernel or firmware */
        bool machine;         /* any section is given */
        unsigned n_zones;
        uint64_t zones;         /* boot memory of zones */
        uint64_t zones_hotplug; /* hot-pluggable memory of zones, placed behind it */
        uint64_t hotplug;       /* of the memory section */
        bool virtio_mem;
        bool iommufd;
        bool viommu; /* a device is behind it */
        bool segment_behind[GUEST_SEGMENTS_MAX];
        bool segment_named[GUEST_SEGMENTS_MAX];
} Ch;

/* Reads one section. `where` ("--memory", "devices.0") is for errors. Values without a key are ignored. */
int ch_section(Ch *ch, ChSection section, const char *where, const KeyValues *values);

/* Set what boots. Older releases take firmware as a kernel. */
int ch_kernel(Ch *ch, const char *path);
int ch_firmware(Ch *ch, const char *path);

/* Notes a setting that hawd does not follow. */
int ch_ignore(Ch *ch, const char *where, const char *why);

/* Runs the final checks. */
int ch_finish(Ch *ch);

/* Parses "size=4G,shared=on". Values may be in double quotes; lists in brackets may contain commas. -EINVAL,
 * -ENOMEM; the caller releases *ret on errors, too. */
int ch_values_parse(const char *text, KeyValues *ret);

/* Reads the words after the program's name. */
int ch_options(Ch *ch, const VmWord *words, size_t n);
int ch_cmdline_read(const VmWords *words, size_t first, Guest *ret, VmError *reterr);

struct json_t;

/* Is it the body of vm.create or an answer of vm.info? If not, it may be hawd's document. */
bool ch_json_is(const struct json_t *document);
int ch_json_read(const struct json_t *document, Guest *ret, VmError *reterr);
