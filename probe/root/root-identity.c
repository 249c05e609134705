/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "probe/decode/kernel/address-bits.h"
#include "probe/root/root-internal.h"

#define HOST_TEXT_MAX 4096
#define MEMINFO_MAX 8192

/* hawd's application id: derived ids do not reveal the machine's. */
#define HAWD_APPLICATION_ID SD_ID128_MAKE(4c, 1e, 7d, 52, 90, a3, 4f, 1b, 8e, 66, d2, 35, 0b, c7, f8, 19)

/* The kernel puts AT_RANDOM beside the arguments, at the top of the addresses that a process has: within the upper
 * half of 2^VA_BITS, whatever the limits of the stack, and in each thread. */
static uint8_t read_address_bits(uint64_t page_size) {
        uint64_t top = getauxval(AT_RANDOM);
        _cleanup_close_ int fd = -EBADF;
        char text[MEMINFO_MAX];
        ssize_t n = 0;

        if (kernel_address_bits_hidden(page_size, top)) {
                fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC | O_NOCTTY);
                n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
        }
        return kernel_address_bits(
                        page_size, top, (Bytes){ .data = (uint8_t *) text, .n = n > 0 ? (size_t) n : 0 });
}

static void read_live(Root *root, HostIdentity *ret) {
        struct utsname name;
        char text[192];
        sd_id128_t id;
        int n = 0;
        long page_size = sysconf(_SC_PAGESIZE);

        if (uname(&name) == 0)
                snprintf(ret->architecture, sizeof(ret->architecture), "%.32s", name.machine);
        /* Elsewhere there is one size only. */
        if (strcmp(ret->architecture, "aarch64") == 0 && page_size > 0)
                ret->page_size = (uint64_t) page_size;
        if (ret->page_size > 0)
                ret->address_bits = read_address_bits(ret->page_size);
        if (sd_id128_get_machine_app_specific(HAWD_APPLICATION_ID, &id) >= 0)
                sd_id128_to_string(id, ret->machine_id);

        if (*ret->architecture)
                n += snprintf(text + n, sizeof(text) - (size_t) n, "architecture %s\n", ret->architecture);
        if (*ret->machine_id)
                n += snprintf(text + n, sizeof(text) - (size_t) n, "machine-id %s\n", ret->machine_id);
        if (ret->page_size > 0)
                n += snprintf(text + n, sizeof(text) - (size_t) n, "page-size %" PRIu64 "\n",
                                ret->page_size);
        if (ret->address_bits > 0)
                n += snprintf(text + n, sizeof(text) - (size_t) n, "address-bits %u\n",
                                (unsigned) ret->address_bits);
        root_tell_file(root, "hawd/host", (Bytes){ .data = (uint8_t *) text, .n = (size_t) n });
}

static Reason read_tree(Root *root, HostIdentity *ret) {
        _cleanup_(buffer_done) Buffer buffer = {};
        Reason reason = root_read(root, "hawd/host", HOST_TEXT_MAX, &buffer);

        replay_host_parse(buffer_bytes(&buffer), ret);
        return reason;
}

Reason root_identity(Root *root, HostIdentity *ret) {
        *ret = (HostIdentity){};
        if (!root->live)
                return read_tree(root, ret);
        read_live(root, ret);
        return REASON_NONE;
}
