/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/xen-call.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "probe/root/xen-abi.h"

/* xen/privcmd.h, which includes a file that is not installed with it. */
typedef struct Hypercall {
        uint64_t number;
        uint64_t arguments[5];
} Hypercall;

#define IOCTL_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(Hypercall))

#define MEMORY_SIZE (XEN_CALL_ARGUMENT_SIZE + XEN_CALL_DATA_SIZE)

/* Without the device, memory can move for a moment, locked or not, and Xen then says EFAULT. */
static void *map_memory(int fd) {
        if (fd >= 0)
                return mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

        const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
        void *locked = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, flags | MAP_LOCKED, -1, 0);

        return locked != MAP_FAILED ? locked : mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
}

Reason xen_call_begin(XenCall *ret, int privcmd, int hypercall) {
        _cleanup_close_ int memory_fd = hypercall;
        uint8_t *memory = map_memory(memory_fd);

        if (memory == MAP_FAILED) {
                close(privcmd);
                return REASON_RESOURCES;
        }
        *ret = (XenCall){ .fd = privcmd, .argument = memory, .data = memory + XEN_CALL_ARGUMENT_SIZE };
        memset(memory, 0, MEMORY_SIZE);
        return REASON_NONE;
}

void xen_call_done(XenCall *call) {
        if (!call->argument)
                return;
        munmap(call->argument, MEMORY_SIZE);
        close(call->fd);
        *call = (XenCall){};
}

void xen_call_clear(XenCall *call) {
        memset(call->argument, 0, XEN_CALL_ARGUMENT_SIZE);
}

void xen_call_put_u32(XenCall *call, size_t offset, uint32_t value) {
        memcpy(call->argument + offset, &value, sizeof(value));
}

void xen_call_put_data(XenCall *call, size_t offset) {
        uint64_t address = (uintptr_t) call->data;

        memcpy(call->argument + offset, &address, sizeof(address));
}

static long ask(XenCall *call, uint64_t number, uint64_t first, uint64_t second) {
        Hypercall hypercall = { .number = number, .arguments = { first, second } };
        int r = ioctl(call->fd, IOCTL_HYPERCALL, &hypercall);

        return r < 0 ? -errno : r;
}

long xen_call_version(XenCall *call, unsigned command) {
        return ask(call, XEN_CALL_VERSION, command, (uintptr_t) call->argument);
}

long xen_call_sysctl(XenCall *call, uint32_t version, unsigned command) {
        xen_call_put_u32(call, XEN_SYSCTL_COMMAND, command);
        xen_call_put_u32(call, XEN_SYSCTL_VERSION, version);
        return ask(call, XEN_CALL_SYSCTL, (uintptr_t) call->argument, 0);
}

long xen_call_memory(XenCall *call, unsigned command) {
        return ask(call, XEN_CALL_MEMORY_OP, command, (uintptr_t) call->argument);
}
