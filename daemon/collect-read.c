/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/collect-read.h"

#include <stdio.h>
#include <string.h>

#include "daemon/collect-log.h"
#include "daemon/collect-tree.h"
#include "daemon/requests.h"
#include "daemon/write-file.h"
#include "probe/decode/pci/pci-address.h"
#include "probe/root/root-xen.h"
#include "probe/source/facts.h"
#include "probe/source/scrub.h"

#define DEVICES "sys/bus/pci/devices"
#define DEVICES_MAX 65536
#define KERNEL_LOG "hawd/kernel-log"
#define XEN_LOG "hawd/xen-log"

/* ── writing copies ────────────────────────────────────────────────────────────────────────────────────── */

static bool only_root_reads(const char *path) {
        static const char *const paths[] = { SOURCE_DMAR, SOURCE_RMAD, SOURCE_IVRS, SOURCE_IORT,
                SOURCE_IOMEM, "hawd/msr", "hawd/xen", KERNEL_LOG, XEN_LOG };
        size_t n = strlen(path);

        for (size_t i = 0; i < ELEMENTS(paths); i++)
                if (strcmp(path, paths[i]) == 0)
                        return true;
        return n > 7 && strncmp(path, DEVICES, strlen(DEVICES)) == 0 && strcmp(path + n - 7, "/config") == 0;
}

/* Lines that the log has dropped remain valid: they say what is constant. */
static int write_log(const Collection *collection, Bytes content) {
        _cleanup_(buffer_done) Buffer former = {};
        _cleanup_free_ uint8_t *merged = NULL;
        size_t n;
        int r;

        if (content.n == 0)
                return 0;
        (void) root_read(collection->private_tree, KERNEL_LOG, ROOT_KERNEL_LOG_MAX, &former);
        r = collect_log_merge(buffer_bytes(&former), content, &merged, &n);
        return r < 0 ? r : collect_write(collection->fd, KERNEL_LOG, (Bytes){ .data = merged, .n = n });
}

/* Of Xen's lines the same holds, but they belong together, and those of two units may be equal. All are of its start,
 * and the ring forgets the first: of two copies the longer one has more. */
static int write_xen_log(const Collection *collection, Bytes content) {
        _cleanup_(buffer_done) Buffer former = {};

        (void) root_read(collection->private_tree, XEN_LOG, ROOT_XEN_LOG_MAX, &former);
        return content.n > former.n ? collect_write(collection->fd, XEN_LOG, content) : 0;
}

/* Leaves out what a capture leaves out: the service could read it, but nobody needs it. */
static int write_scrubbed(const Collection *collection, const char *path, Bytes content) {
        _cleanup_free_ uint8_t *left = NULL;
        size_t n;
        int r = scrub_file(path, content, &left, &n);

        return r < 0 ? r : collect_write(collection->fd, path, (Bytes){ .data = left, .n = n });
}

static void on_file(void *userdata, const char *path, Bytes content) {
        Collection *collection = userdata;
        int r;

        if (!only_root_reads(path) || collection->error != 0)
                return;
        if (strcmp(path, KERNEL_LOG) == 0)
                r = write_log(collection, content);
        else if (strcmp(path, XEN_LOG) == 0)
                r = write_xen_log(collection, content);
        else
                r = write_scrubbed(collection, path, content);
        if (r < 0) {
                fprintf(stderr, "hawd-collect: %s: %s\n", path, strerror(-r));
                collection->error = r;
        }
}

void collection_begin(Collection *collection) {
        const RootObserver observer = { .file = on_file, .userdata = collection };

        root_observe(collection->root, &observer);
}

void collection_done(Collection *collection) {
        buffer_done(&collection->buffer);
}

/* ── reading ───────────────────────────────────────────────────────────────────────────────────────────── */

static void collect_config(Collection *collection, const char *name) {
        (void) source_pci_read_config(collection->root, &collection->buffer, name);
}

static void drop(Collection *collection, const char *name) {
        char path[128];

        if ((size_t) snprintf(path, sizeof(path), DEVICES "/%s", name) < sizeof(path))
                remove_tree_at(collection->fd, path);
}

/* Removes copies of devices that have gone: they could pass for other devices'. */
static void drop_gone(Collection *collection, const NameList *here) {
        _cleanup_(name_list_done) NameList kept = {};
        size_t at = 0;

        if (root_list(collection->private_tree, DEVICES, DEVICES_MAX, &kept) != REASON_NONE)
                return;
        for (size_t i = 0; i < kept.n; i++) {
                while (at < here->n && strverscmp(here->names[at], kept.names[i]) < 0)
                        at++;
                if (at == here->n || strcmp(here->names[at], kept.names[i]) != 0)
                        drop(collection, kept.names[i]);
        }
}

static void collect_device(Collection *collection, const char *name) {
        char path[128], target[512];

        if ((size_t) snprintf(path, sizeof(path), DEVICES "/%s", name) >= sizeof(path))
                return;
        if (root_link(collection->root, path, target, sizeof(target)) == REASON_ABSENT)
                drop(collection, name);
        else
                collect_config(collection, name);
}

static void collect_registers(Collection *collection) {
        CpuFacts cpu = {};

        source_cpu_read_registers(collection->root, &cpu);
        cpu_facts_done(&cpu);
}

static void collect_memory(Collection *collection) {
        (void) root_read(collection->root, SOURCE_IOMEM, SOURCE_IOMEM_MAX, &collection->buffer);
}

void collect_kernel_log(Collection *collection) {
        source_log_collect(collection->root);
}

void collect_xen(Collection *collection) {
        source_xen_collect(collection->root);
}

void collect_everything(Collection *collection) {
        _cleanup_(name_list_done) NameList devices = {};

        (void) root_read(collection->root, SOURCE_DMAR, SOURCE_ACPI_TABLE_MAX, &collection->buffer);
        (void) root_read(collection->root, SOURCE_RMAD, SOURCE_ACPI_TABLE_MAX, &collection->buffer);
        (void) root_read(collection->root, SOURCE_IVRS, SOURCE_ACPI_TABLE_MAX, &collection->buffer);
        (void) root_read(collection->root, SOURCE_IORT, SOURCE_ACPI_TABLE_MAX, &collection->buffer);
        collect_registers(collection);
        collect_memory(collection);
        collect_kernel_log(collection);
        collect_xen(collection);
        if (root_list(collection->root, DEVICES, DEVICES_MAX, &devices) != REASON_NONE)
                return;
        drop_gone(collection, &devices);
        for (size_t i = 0; i < devices.n; i++)
                collect_config(collection, devices.names[i]);
}

void collect_request(Collection *collection, const char *name) {
        PciAddress address;

        if (strcmp(name, REQUEST_EVERYTHING) == 0)
                collect_everything(collection);
        else if (strcmp(name, REQUEST_CPU) == 0)
                collect_registers(collection);
        else if (strcmp(name, REQUEST_MEMORY) == 0)
                collect_memory(collection);
        else if (pci_address_parse((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, &address))
                collect_device(collection, name);
        else
                fprintf(stderr,
                                "hawd-collect: request ignored: not a PCI address, \"cpu\", \"memory\" or "
                                "\"everything\"\n");
}
