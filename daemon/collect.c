/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hawd-collect: reads, as root, what only root may, and leaves it for the service to read. It decodes next to nothing, opens
 * no bus and ends at once. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "daemon/collect-tree.h"
#include "daemon/write-file.h"
#include "probe/cleanup.h"
#include "probe/source/facts.h"
#include "probe/source/scrub.h"
#include "probe/standard-descriptors.h"

#define EXIT_USAGE 2
#define DEVICES "sys/bus/pci/devices"
#define DEVICES_MAX 65536
#define KERNEL_LOG "hawd/kernel-log"

typedef struct Collection {
        int fd;
        int error; /* the first failure to write */
} Collection;

typedef struct CollectOptions {
        const char *output, *root, *device;
        bool memory;
} CollectOptions;

/* ── what is kept of what is read ──────────────────────────────────────────────────────────────────────── */

static bool only_root_reads(const char *path) {
        static const char *const paths[] = { "sys/firmware/acpi/tables/DMAR",
                "sys/firmware/acpi/tables/IVRS", "proc/iomem", "hawd/msr", KERNEL_LOG };
        size_t n = strlen(path);

        for (size_t i = 0; i < ELEMENTS(paths); i++)
                if (strcmp(path, paths[i]) == 0)
                        return true;
        return n > 7 && strncmp(path, DEVICES, strlen(DEVICES)) == 0 && strcmp(path + n - 7, "/config") == 0;
}

/* The service may know it, nobody needs to know more: what a capture leaves out stays root's here, too. */
static int write_scrubbed(const Collection *collection, const char *path, Bytes content) {
        _cleanup_free_ uint8_t *left = NULL;
        size_t n;
        int r = scrub_file(path, content, &left, &n);

        return r < 0 ? r : collect_write(collection->fd, path, (Bytes){ .data = left, .n = n });
}

static void on_file(void *userdata, const char *path, Bytes content) {
        Collection *collection = userdata;
        /* What the log no longer has was right when it had it: a unit keeps its width. */
        bool gone = content.n == 0 && strcmp(path, KERNEL_LOG) == 0;
        int r = only_root_reads(path) && !gone && collection->error == 0
                        ? write_scrubbed(collection, path, content)
                        : 0;

        if (r < 0) {
                fprintf(stderr, "hawd-collect: %s: %s\n", path, strerror(-r));
                collection->error = r;
        }
}

/* ── reading ───────────────────────────────────────────────────────────────────────────────────────────── */

static void collect_config(Root *root, const char *name, Buffer *buffer) {
        PciFact fact = {};

        source_pci_read_config(root, buffer, name, &fact, NULL);
}

/* Devices that went since the last time: their copies would pass for those of others. */
static void drop_gone(Root *private_tree, const NameList *here, int fd) {
        _cleanup_(name_list_done) NameList kept = {};
        size_t at = 0;

        if (root_list(private_tree, DEVICES, DEVICES_MAX, &kept) != REASON_NONE)
                return;
        for (size_t i = 0; i < kept.n; i++) {
                char path[128];

                while (at < here->n && strverscmp(here->names[at], kept.names[i]) < 0)
                        at++;
                if (at < here->n && strcmp(here->names[at], kept.names[i]) == 0)
                        continue;
                if ((size_t) snprintf(path, sizeof(path), DEVICES "/%s", kept.names[i]) < sizeof(path))
                        remove_tree_at(fd, path);
        }
}

static void collect_memory(Root *root) {
        _cleanup_(buffer_done) Buffer buffer = {};
        MemoryFacts memory = {};

        (void) source_memory_read(root, &buffer, &memory);
        memory_facts_done(&memory);
}

static void collect_everything(Root *root, Root *private_tree, int fd) {
        _cleanup_(buffer_done) Buffer buffer = {};
        _cleanup_(name_list_done) NameList devices = {};
        AcpiFacts acpi = {};
        CpuFacts cpu = {};

        /* These leave behind nothing that a failed one would have to undo: what was read is written. */
        (void) source_acpi_read(root, &buffer, &acpi);
        (void) source_cpu_read(root, &buffer, &cpu);
        acpi_facts_done(&acpi);
        cpu_facts_done(&cpu);
        collect_memory(root);
        source_iommu_read_log(root);
        if (root_list(root, DEVICES, DEVICES_MAX, &devices) != REASON_NONE)
                return;
        drop_gone(private_tree, &devices, fd);
        for (size_t i = 0; i < devices.n; i++)
                collect_config(root, devices.names[i], &buffer);
}

static void collect_device(Root *root, const char *device, int fd) {
        _cleanup_(buffer_done) Buffer buffer = {};
        char path[128], target[512];

        snprintf(path, sizeof(path), DEVICES "/%s", device);
        if (root_link(root, path, target, sizeof(target)) == REASON_ABSENT)
                remove_tree_at(fd, path);
        else
                collect_config(root, device, &buffer);
}

/* ── the command ───────────────────────────────────────────────────────────────────────────────────────── */

static void show_help(void) {
        printf("Usage: hawd-collect [OPTION...]\n\n"
               "Read what only root may of this host, and leave it for hawd.\n\n"
               "Options:\n"
               "  -h, --help             Show this help\n"
               "      --version          Show the version\n"
               "      --output=DIR       Where to (default: /run/hawd/private)\n"
               "      --root=DIR         Read a host tree instead of this host\n"
               "      --device=ADDRESS   This PCI device only, as 0000:01:00.0\n"
               "      --memory           The memory map only\n"
               "\nSee man hawd(8).\n");
}

static int parse(int argc, char **argv, CollectOptions *ret) {
        static const struct option long_options[] = {
                { "help", no_argument, NULL, 'h' },
                { "version", no_argument, NULL, 'V' },
                { "output", required_argument, NULL, 'o' },
                { "root", required_argument, NULL, 'r' },
                { "device", required_argument, NULL, 'd' },
                { "memory", no_argument, NULL, 'm' },
                {},
        };
        PciAddress address;
        int c;

        *ret = (CollectOptions){ .output = "/run/hawd/private", .root = "/" };
        while ((c = getopt_long(argc, argv, "h", long_options, NULL)) >= 0)
                switch (c) {
                case 'h':
                        show_help();
                        return 1;
                case 'V':
                        printf("hawd-collect %s\n", HAWD_VERSION);
                        return 1;
                case 'o':
                        ret->output = optarg;
                        break;
                case 'r':
                        ret->root = optarg;
                        break;
                case 'd':
                        ret->device = optarg;
                        break;
                case 'm':
                        ret->memory = true;
                        break;
                default:
                        return -EINVAL;
                }
        if (ret->device &&
                        !pci_address_parse((Bytes){ .data = (const uint8_t *) ret->device,
                                                           .n = strlen(ret->device) },
                                        &address)) {
                fprintf(stderr, "hawd-collect: '%s' is no PCI address like 0000:01:00.0\n", ret->device);
                return -EINVAL;
        }
        if (optind < argc)
                fprintf(stderr, "hawd-collect: unexpected argument '%s'\n", argv[optind]);
        return optind < argc ? -EINVAL : 0;
}

static int complain(const char *path, int r) {
        fprintf(stderr, "hawd-collect: %s: %s\n", path, strerror(-r));
        return r;
}

/* One collector at a time: udev runs one for each device of a burst, and what two of them write at once would be neither's.
 * From here on udev's rule is awake. Nobody else may hold the lock up: the file is root's alone. */
static int lock_tree(int fd) {
        int lock = openat(fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (lock < 0)
                return -errno;
        while (flock(lock, LOCK_EX) < 0)
                if (errno != EINTR) {
                        int r = -errno;

                        close(lock);
                        return r;
                }
        return lock;
}

static int collect(const CollectOptions *options) {
        _cleanup_close_ int fd = open(options->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_close_ int lock = fd < 0 ? -errno : lock_tree(fd);
        _cleanup_(root_freep) Root *root = NULL, *private_tree = NULL;
        Collection collection = { .fd = fd };
        const RootObserver observer = { .file = on_file, .userdata = &collection };
        int r;

        r = lock < 0 ? lock : 0;
        if (r >= 0 && !options->device && !options->memory)
                r = root_open(options->output, &private_tree);
        if (r < 0)
                return complain(options->output, r);
        r = root_open(options->root, &root);
        if (r < 0)
                return complain(options->root, r);
        root_observe(root, &observer);
        if (options->device)
                collect_device(root, options->device, fd);
        else if (options->memory)
                collect_memory(root);
        else
                collect_everything(root, private_tree, fd);
        return collection.error;
}

int main(int argc, char **argv) {
        CollectOptions options;
        int r;

        standard_descriptors_open();
        r = parse(argc, argv, &options);
        if (r != 0)
                return r > 0 ? standard_output_finish("hawd-collect", EXIT_SUCCESS) : EXIT_USAGE;
        /* The group, which the directory hands down, is the service's: it reads, nobody else does. */
        umask(0027);
        return collect(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
