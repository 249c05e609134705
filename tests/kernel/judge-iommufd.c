/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "judge.h"

#define RANGES_MAX 128

/* The device's own file, which is there since Linux 6.6, where the kernel was built with VFIO_DEVICE_CDEV. */
static int open_device(const char *device) {
        char path[512] = "";
        struct dirent *entry;
        DIR *directory;

        snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", device);
        directory = opendir(path);
        if (!directory)
                return -1;
        *path = 0;
        while ((entry = readdir(directory)))
                if (strncmp(entry->d_name, "vfio", 4) == 0)
                        snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
        closedir(directory);
        return open(path, O_RDWR | O_CLOEXEC);
}

static int map(const Space *space, void *page, uint64_t address) {
        struct iommu_ioas_map map = {
                .size = sizeof(map),
                .flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
                .ioas_id = space->id,
                .user_va = (uintptr_t) page,
                .length = PAGE,
                .iova = address,
        };

        return ioctl(space->fd, IOMMU_IOAS_MAP, &map);
}

static int unmap(const Space *space, uint64_t address) {
        struct iommu_ioas_unmap unmap = {
                .size = sizeof(unmap), .ioas_id = space->id, .iova = address, .length = PAGE
        };

        return ioctl(space->fd, IOMMU_IOAS_UNMAP, &unmap);
}

static void print_ranges(const Space *space, Addresses *addresses) {
        static struct iommu_iova_range ranges[RANGES_MAX];
        struct iommu_ioas_iova_ranges asked = {
                .size = sizeof(asked),
                .ioas_id = space->id,
                .num_iovas = RANGES_MAX,
                .allowed_iovas = (uintptr_t) ranges,
        };

        if (ioctl(space->fd, IOMMU_IOAS_IOVA_RANGES, &asked) < 0)
                return;
        printf(", \"ranges\": [");
        for (uint32_t i = 0; i < asked.num_iovas; i++)
                print_range(i, ranges[i].start, ranges[i].last, addresses);
        printf("]");
}

/* The order of calls is that of Documentation/driver-api/vfio.rst. */
static void attach(int iommufd, int device) {
        struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind), .iommufd = iommufd };
        struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
        struct vfio_device_attach_iommufd_pt attach = { .argsz = sizeof(attach) };
        Addresses addresses = {};
        int r;

        r = ioctl(device, VFIO_DEVICE_BIND_IOMMUFD, &bind);
        if (r >= 0)
                r = ioctl(iommufd, IOMMU_IOAS_ALLOC, &alloc);
        if (r >= 0) {
                attach.pt_id = alloc.out_ioas_id;
                r = ioctl(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach);
        }
        printf(", \"set\": \"%s\"", outcome(r));
        if (r < 0)
                return;
        const Space space = { .fd = iommufd, .id = alloc.out_ioas_id, .map = map, .unmap = unmap };
        print_ranges(&space, &addresses);
        print_maps(&space, &addresses);
}

void judge_iommufd(const char *device) {
        int iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC),
            opened = iommufd < 0 ? -1 : open_device(device);

        printf(", \"iommufd\": {\"open\": \"%s\"", outcome(opened));
        if (opened >= 0)
                attach(iommufd, opened);
        printf("}");
        if (opened >= 0)
                close(opened);
        if (iommufd >= 0)
                close(iommufd);
}
