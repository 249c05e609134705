/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest of Cloud Hypervisor's on its way into the struct. Its command line and the JSON of its REST interface have the same
 * sections, with the same keys and values but for some names. All functions: 0, -EINVAL with the error filled, or
 * -ENOMEM. */

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
        CH_SMALL = 1 << 9, /* a device with a small BAR: only whether it is behind the vIOMMU */
} ChSection;

typedef struct Ch {
        const VmWords *words; /* of a command line, for what is unknown in it */
        Vm vm;                /* guest, error, line */
        bool json;            /* members, not options */
        bool starts;          /* a kernel or firmware is named */
        bool machine;         /* anything of a machine is */
        unsigned n_zones;
        uint64_t zones;         /* their memory at boot, */
        uint64_t zones_hotplug; /* and what may be plugged in, from the end of that on */
        uint64_t hotplug;       /* of all memory */
        bool virtio_mem;
        bool iommufd;
        bool viommu; /* something is behind it */
        bool segment_behind[GUEST_SEGMENTS_MAX];
        bool segment_named[GUEST_SEGMENTS_MAX];
} Ch;

/* One section. `where` is "--memory" or "devices.0", for errors. Values without a key are none of it. */
int ch_section(Ch *ch, ChSection section, const char *where, const KeyValues *values);

/* What starts: a kernel, or firmware, which older releases took as a kernel. */
int ch_kernel(Ch *ch, const char *path);
int ch_firmware(Ch *ch, const char *path);

/* Of something that is there and not followed. */
int ch_ignore(Ch *ch, const char *where, const char *why);

/* Once all of it is there. */
int ch_finish(Ch *ch);

/* "size=4G,shared=on": values may be in double quotes, and a list in brackets has commas of its own. -EINVAL, -ENOMEM; what
 * there is until then stays to be released. */
int ch_values_parse(const char *text, KeyValues *ret);

/* The words behind the program's name: from the first on. */
int ch_options(Ch *ch, const VmWord *words, size_t n);
int ch_cmdline_read(const VmWords *words, size_t first, Guest *ret, VmError *reterr);

struct json_t;

/* Is it the body of vm.create, or what vm.info answers? Else it may be hawd's own document. */
bool ch_json_is(const struct json_t *document);
int ch_json_read(const struct json_t *document, Guest *ret, VmError *reterr);
