/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What VFIO says of a PCI device that is bound to vfio-pci, by its type1 backend and by iommufd: whether it takes the device,
 * the ranges of addresses that it has, and whether it maps pages at their ends and beyond. One JSON object a device on
 * standard output. Knows nothing of hawd. */

#include <fcntl.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "judge.h"

#define INFO_SIZE 65536

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
                for (uint32_t i = 0; i < ranges->nr_iovas; i++)
                        print_range(i, ranges->iova_ranges[i].start, ranges->iova_ranges[i].end, addresses);
                printf("]");
        }
}

static int map(const Space *space, void *page, uint64_t address) {
        struct vfio_iommu_type1_dma_map map = {
                .argsz = sizeof(map),
                .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
                .vaddr = (uintptr_t) page,
                .iova = address,
                .size = PAGE,
        };

        return ioctl(space->fd, VFIO_IOMMU_MAP_DMA, &map);
}

static int unmap(const Space *space, uint64_t address) {
        struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap), .iova = address, .size = PAGE };

        return ioctl(space->fd, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

/* The order of calls is that of Documentation/driver-api/vfio.rst. */
static void ask(int container, int group) {
        _Alignas(8) static char room[INFO_SIZE];
        struct vfio_iommu_type1_info *info = (void *) room;
        struct vfio_group_status status = { .argsz = sizeof(status) };
        const Space space = { .fd = container, .map = map, .unmap = unmap };
        Addresses addresses = {};
        int r;

        r = ioctl(group, VFIO_GROUP_GET_STATUS, &status);
        printf(", \"viable\": %s", r >= 0 && (status.flags & VFIO_GROUP_FLAGS_VIABLE) ? "true" : "false");
        r = ioctl(group, VFIO_GROUP_SET_CONTAINER, &container);
        if (r >= 0)
                r = ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
        printf(", \"set\": \"%s\"", outcome(r));
        if (r < 0)
                return;
        info->argsz = INFO_SIZE;
        if (ioctl(container, VFIO_IOMMU_GET_INFO, info) < 0)
                return;
        print_ranges(info, &addresses);
        print_maps(&space, &addresses);
}

static void judge(const char *device) {
        int number = group_of(device), container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC), group;
        char path[64];

        snprintf(path, sizeof(path), "/dev/vfio/%d", number);
        group = open(path, O_RDWR | O_CLOEXEC);
        printf("{\"device\": \"%s\", \"group\": %d, \"open\": \"%s\"", device, number, outcome(group));
        if (container >= 0 && group >= 0)
                ask(container, group);
        if (group >= 0)
                close(group);
        if (container >= 0)
                close(container);
        judge_iommufd(device);
        printf("}\n");
}

int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++)
                judge(argv[i]);
        return argc > 1 ? 0 : 2;
}
