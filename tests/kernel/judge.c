/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What VFIO's type1 backend says of a PCI device that is bound to vfio-pci: whether it takes the device's group, the ranges
 * of addresses that it has, and whether it maps pages at their ends and beyond. One JSON object a device on standard output.
 * Knows nothing of hawd. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE UINT64_C(4096)
#define INFO_SIZE 65536
#define ADDRESSES_MAX 512

typedef struct Addresses {
        size_t n;
        uint64_t list[ADDRESSES_MAX];
} Addresses;

static void add(Addresses *addresses, uint64_t address) {
        address &= ~(PAGE - 1);
        for (size_t i = 0; i < addresses->n; i++)
                if (addresses->list[i] == address)
                        return;
        if (addresses->n < ADDRESSES_MAX)
                addresses->list[addresses->n++] = address;
}

/* Both ends of a range, and the pages next to them. */
static void add_ends(Addresses *addresses, uint64_t start, uint64_t end) {
        add(addresses, start);
        add(addresses, end);
        if (start > 0)
                add(addresses, start - 1);
        if (end < UINT64_MAX)
                add(addresses, end + 1);
}

static const char *outcome(int r) {
        return r < 0 ? strerrorname_np(errno) : "ok";
}

static int group_of(const char *device) {
        char path[256], target[256];
        ssize_t n;

        snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", device);
        n = readlink(path, target, sizeof(target) - 1);
        if (n < 0)
                return -1;
        target[n] = 0;
        return atoi(strrchr(target, '/') + 1);
}

static void print_ranges(const struct vfio_iommu_type1_info *info, Addresses *addresses) {
        uint32_t offset = info->flags & VFIO_IOMMU_INFO_CAPS ? info->cap_offset : 0;

        while (offset) {
                const struct vfio_info_cap_header *header = (const void *) ((const char *) info + offset);

                offset = header->next;
                if (header->id != VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE)
                        continue;
                const struct vfio_iommu_type1_info_cap_iova_range *ranges = (const void *) header;
                printf(", \"ranges\": [");
                for (uint32_t i = 0; i < ranges->nr_iovas; i++) {
                        uint64_t start = ranges->iova_ranges[i].start, end = ranges->iova_ranges[i].end;

                        printf("%s[%" PRIu64 ", %" PRIu64 "]", i ? ", " : "", start, end);
                        add_ends(addresses, start, end);
                }
                printf("]");
        }
}

static void print_maps(int container, void *page, const Addresses *addresses) {
        printf(", \"maps\": {");
        for (size_t i = 0; i < addresses->n; i++) {
                struct vfio_iommu_type1_dma_map map = {
                        .argsz = sizeof(map),
                        .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
                        .vaddr = (uintptr_t) page,
                        .iova = addresses->list[i],
                        .size = PAGE,
                };
                struct vfio_iommu_type1_dma_unmap unmap = {
                        .argsz = sizeof(unmap), .iova = addresses->list[i], .size = PAGE
                };
                int r = ioctl(container, VFIO_IOMMU_MAP_DMA, &map);

                printf("%s\"%" PRIu64 "\": \"%s\"", i ? ", " : "", addresses->list[i], outcome(r));
                if (r >= 0)
                        (void) ioctl(container, VFIO_IOMMU_UNMAP_DMA, &unmap);
        }
        printf("}");
}

/* The order of calls is that of Documentation/driver-api/vfio.rst. */
static void ask(int container, int group) {
        _Alignas(8) static char room[INFO_SIZE];
        struct vfio_iommu_type1_info *info = (void *) room;
        struct vfio_group_status status = { .argsz = sizeof(status) };
        Addresses addresses = {};
        void *page;
        int r;

        r = ioctl(group, VFIO_GROUP_GET_STATUS, &status);
        printf(", \"viable\": %s", r >= 0 && (status.flags & VFIO_GROUP_FLAGS_VIABLE) ? "true" : "false");
        r = ioctl(group, VFIO_GROUP_SET_CONTAINER, &container);
        if (r >= 0)
                r = ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
        printf(", \"set\": \"%s\"", outcome(r));
        if (r < 0)
                return;
        page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        info->argsz = INFO_SIZE;
        if (page == MAP_FAILED || ioctl(container, VFIO_IOMMU_GET_INFO, info) < 0)
                return;
        print_ranges(info, &addresses);
        for (unsigned bits = 32; bits < 64; bits++) {
                add(&addresses, (UINT64_C(1) << bits) - 1);
                add(&addresses, UINT64_C(1) << bits);
        }
        print_maps(container, page, &addresses);
}

static void judge(const char *device) {
        int number = group_of(device), container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC), group;
        char path[64];

        snprintf(path, sizeof(path), "/dev/vfio/%d", number);
        group = open(path, O_RDWR | O_CLOEXEC);
        printf("{\"device\": \"%s\", \"group\": %d, \"open\": \"%s\"", device, number, outcome(group));
        if (container >= 0 && group >= 0)
                ask(container, group);
        printf("}\n");
        if (group >= 0)
                close(group);
        if (container >= 0)
                close(container);
}

int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++)
                judge(argv[i]);
        return argc > 1 ? 0 : 2;
}
