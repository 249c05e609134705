/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hawd-collect: reads, as root, what only root may, and stores it for the service. It opens no bus, takes
 * no input from users, and exits at once.
 *
 * Root interprets only the following; all other files are copied unchanged, up to a maximum size:
 * - names of files: in /sys/bus/pci/devices, and in requests/ of its tree, which only root writes;
 * - CPUID, which decides whose model-specific registers are read;
 * - the capability lists of a device's configuration space, which select what is read of it
 *   (probe/decode/pci/pci-config.h);
 * - the lines of /proc/iomem, to leave out the kernel's addresses (probe/source/scrub.h);
 * - /sys/class/iommu, and on arm64 or if a virtio-iommu is there, lines of /dev/kmsg
 *   (probe/decode/kernel/kernel-log.h), and if its first records are gone, of the journal (sd-journal(3)):
 *   for this part hawd-collect-log.service has no capability but CAP_SYSLOG;
 * - in dom0 of Xen, what it answers to hypercalls, and the lines of its log (probe/decode/xen/xen-log.h): for this
 *   part hawd-collect-xen.service alone has the device, and no capability. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/collect-read.h"
#include "daemon/collect-tree.h"
#include "daemon/requests.h"
#include "probe/cleanup.h"
#include "probe/standard-descriptors.h"

#define EXIT_USAGE 2
/* Below TimeoutStartSec= of the units. */
#define LOCK_SECONDS 5

typedef enum CollectWhat {
        COLLECT_EVERYTHING,
        COLLECT_REQUESTED,
        COLLECT_KERNEL_LOG,
        COLLECT_XEN,
} CollectWhat;

typedef struct CollectOptions {
        const char *output, *root;
        CollectWhat what;
} CollectOptions;

static void show_help(void) {
        printf("Usage: hawd-collect [OPTION...]\n\n"
               "Read what only root can read on this host, and store it for hawd.\n\n"
               "Options:\n"
               "  -h, --help             Show this help\n"
               "      --version          Show the version\n"
               "      --output=DIR       Where to (default: /run/hawd/private)\n"
               "      --root=DIR         Read a host tree instead of this host\n"
               "      --requested        Only what is requested in the directory requests of\n"
               "                         DIR, as udev's rule does for what changed\n"
               "      --kernel-log       Only lines of the kernel log about IOMMUs and KVM\n"
               "      --xen              Only what Xen says to dom0\n"
               "\nSee man hawd(8).\n");
}

static int parse(int argc, char **argv, CollectOptions *ret) {
        static const struct option long_options[] = {
                { "help", no_argument, NULL, 'h' },
                { "version", no_argument, NULL, 'V' },
                { "output", required_argument, NULL, 'o' },
                { "root", required_argument, NULL, 'r' },
                { "requested", no_argument, NULL, 'q' },
                { "kernel-log", no_argument, NULL, 'k' },
                { "xen", no_argument, NULL, 'x' },
                {},
        };
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
                case 'q':
                        ret->what = COLLECT_REQUESTED;
                        break;
                case 'k':
                        ret->what = COLLECT_KERNEL_LOG;
                        break;
                case 'x':
                        ret->what = COLLECT_XEN;
                        break;
                default:
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

static int read_requested(Collection *collection, int requests, bool everything) {
        _cleanup_(name_list_done) NameList names = {};
        int r = requests_take(requests, &names);

        if (r < 0)
                return complain(REQUESTS_DIRECTORY, r);
        if (everything)
                collect_everything(collection);
        else
                for (size_t i = 0; i < names.n; i++)
                        collect_request(collection, names.names[i]);
        requests_finish(requests, &names);
        return collection->error;
}

static int read_host(Collection *collection, int requests, CollectWhat what) {
        collection_begin(collection);
        if (what == COLLECT_KERNEL_LOG)
                collect_kernel_log(collection);
        else if (what == COLLECT_XEN)
                collect_xen(collection);
        else
                return read_requested(collection, requests, what == COLLECT_EVERYTHING);
        return collection->error;
}

/* The holder of the lock will read it: the request starts the collector again. */
static int not_locked(int requests, CollectWhat what) {
        fprintf(stderr,
                        "hawd-collect: another hawd-collect has been running for more than %d s; this one "
                        "exits, and its requests are read when the other one has finished\n",
                        LOCK_SECONDS);
        if (what == COLLECT_EVERYTHING)
                (void) requests_add(requests, REQUEST_EVERYTHING);
        return -EBUSY;
}

static int collect(const CollectOptions *options) {
        _cleanup_close_ int fd = open(options->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_close_ int requests = fd < 0 ? -errno : collect_requests(fd);
        _cleanup_close_ int lock = requests < 0 ? requests : collect_lock(fd, LOCK_SECONDS);
        _cleanup_(root_freep) Root *root = NULL, *private_tree = NULL;
        _cleanup_(collection_done) Collection collection = { .fd = fd };
        int r;

        if (lock == -EAGAIN)
                return not_locked(requests, options->what);
        r = lock < 0 ? lock : root_open(options->output, &private_tree);
        if (r < 0)
                return complain(options->output, r);
        r = root_open(options->root, &root);
        if (r < 0)
                return complain(options->root, r);
        collection.root = root;
        collection.private_tree = private_tree;
        return read_host(&collection, requests, options->what);
}

int main(int argc, char **argv) {
        CollectOptions options;
        int r;

        standard_descriptors_open();
        r = parse(argc, argv, &options);
        if (r != 0)
                return r > 0 ? standard_output_finish("hawd-collect", EXIT_SUCCESS) : EXIT_USAGE;
        /* The directory passes on its group, the service's, which may read; others may not. */
        umask(0027);
        return collect(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
