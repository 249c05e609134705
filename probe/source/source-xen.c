/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/root/root-xen.h"
#include "probe/source/facts.h"

#define CAPABILITIES "proc/xen/capabilities"
#define CAPABILITIES_MAX 4096
#define XENBUS "sys/devices/virtual/misc/xen!xenbus/dev"
#define XENBUS_MAX 64
#define PCIBACK "sys/bus/pci/drivers/pciback"
#define PCIBACK_MAX 65536
#define DEVICES_MAX 65536

static Bytes line_of(const Buffer *buffer) {
        Bytes text = buffer_bytes(buffer);

        if (text.n > 0 && text.data[text.n - 1] == '\n')
                text.n--;
        return text;
}

/* ── whether this is a domain of Xen ───────────────────────────────────────────────────────────────────── */

static void say_running(const char *source, XenFacts *ret) {
        ret->running = TRISTATE_YES;
        ret->running_reason = REASON_NONE;
        if (!*ret->running_source)
                ret->running_source = source;
}

/* The driver xen-sysfs makes the first file. Without it, CPUID says so in HVM and PVH domains, and in all domains
 * the device of xenstore and the file system, which a kernel registers on Xen only
 * (drivers/xen/xenbus/xenbus_dev_frontend.c, drivers/xen/xenfs/super.c). The bus "xen" says nothing: each kernel
 * that could run on Xen has it. */
static void read_running(Root *root, Buffer *buffer, const CpuidTable *cpuid, XenFacts *ret) {
        Reason reason = root_read_attribute(root, "sys/hypervisor/type", buffer);

        ret->running_source = "";
        xen_cpuid_decode(cpuid, &ret->cpuid);
        if (reason == REASON_NONE && text_equal(line_of(buffer), "xen"))
                say_running("sys/hypervisor/type", ret);
        if (ret->cpuid.found)
                say_running("CPUID", ret);
        if (ret->running == TRISTATE_UNKNOWN && root_read(root, XENBUS, XENBUS_MAX, buffer) == REASON_NONE)
                say_running(XENBUS, ret);
        if (ret->running == TRISTATE_UNKNOWN &&
                        root_read(root, CAPABILITIES, CAPABILITIES_MAX, buffer) == REASON_NONE)
                say_running(CAPABILITIES, ret);
        if (ret->running == TRISTATE_YES)
                return;
        if (reason == REASON_NONE || reason == REASON_ABSENT)
                ret->running = TRISTATE_NO;
        else
                ret->running_reason = reason;
}

/* ── what any user reads ───────────────────────────────────────────────────────────────────────────────── */

static Reason read_number(Root *root, const char *path, unsigned base, uint64_t *ret, Buffer *buffer) {
        Reason reason = root_read_attribute(root, path, buffer);

        if (reason == REASON_NONE && !text_u64(line_of(buffer), base, ret))
                reason = REASON_MALFORMED;
        return reason;
}

static void read_version(Root *root, Buffer *buffer, XenFacts *ret) {
        uint64_t major, minor;

        if (read_number(root, "sys/hypervisor/version/major", 10, &major, buffer) == REASON_NONE &&
                        read_number(root, "sys/hypervisor/version/minor", 10, &minor, buffer) ==
                                        REASON_NONE &&
                        major <= UINT16_MAX && minor <= UINT16_MAX) {
                ret->version_known = true;
                ret->major = (uint16_t) major;
                ret->minor = (uint16_t) minor;
                if (root_read_attribute(root, "sys/hypervisor/version/extra", buffer) == REASON_NONE)
                        text_printable(line_of(buffer), ret->extra, sizeof(ret->extra));
        } else if (ret->cpuid.version_known) {
                ret->version_known = true;
                ret->major = ret->cpuid.major;
                ret->minor = ret->cpuid.minor;
        }
}

/* Linux prints all submaps as one number in hexadecimal (drivers/xen/sys-hypervisor.c); submap 0 is the last. */
static void read_features(Root *root, Buffer *buffer, XenFacts *ret) {
        ret->features.reason = read_number(
                        root, "sys/hypervisor/properties/features", 16, &ret->features.value, buffer);
}

/* Of a kernel without guest_type (before 4.12), the features say PV or not; HVM and PVH look alike there. */
static void read_domain_type(Root *root, Buffer *buffer, XenFacts *ret) {
        char word[8];

        ret->domain_type_reason = root_read_attribute(root, "sys/hypervisor/guest_type", buffer);
        if (ret->domain_type_reason == REASON_NONE) {
                text_printable(line_of(buffer), word, sizeof(word));
                ret->domain_type = xen_domain_type_decode(word);
                if (ret->domain_type == XEN_DOMAIN_UNKNOWN)
                        ret->domain_type_reason = REASON_MALFORMED;
        } else if (ret->features.reason == REASON_NONE &&
                        !bit(ret->features.value, XEN_FEATURE_AUTO_TRANSLATED)) {
                ret->domain_type = XEN_DOMAIN_PV;
                ret->domain_type_reason = REASON_NONE;
        }
}

static bool has_control(Bytes text) {
        Bytes line;

        for (size_t cursor = 0; text_line(text, &cursor, &line);)
                if (text_equal(text_trim(line), "control_d"))
                        return true;
        return false;
}

/* /proc/xen exists in any domain and is empty until xenfs is mounted there: a missing file says nothing. */
static void read_control(Root *root, Buffer *buffer, XenFacts *ret) {
        Reason reason = root_read(root, CAPABILITIES, CAPABILITIES_MAX, buffer);

        ret->control_source = "";
        if (ret->features.reason == REASON_NONE) {
                ret->control = tristate(bit(ret->features.value, XEN_FEATURE_DOM0));
                ret->control_source = "sys/hypervisor/properties/features";
        }
        if (reason == REASON_NONE && ret->control != TRISTATE_YES) {
                ret->control = tristate(has_control(buffer_bytes(buffer)));
                ret->control_source = CAPABILITIES;
        }
        if (ret->control == TRISTATE_UNKNOWN)
                ret->control_reason = reason == REASON_ABSENT ? ret->features.reason : reason;
}

/* ── pciback ───────────────────────────────────────────────────────────────────────────────────────────── */

static int compare(const void *a, const void *b) {
        return pci_address_compare(a, b);
}

static int read_pciback(Root *root, XenFacts *ret) {
        _cleanup_(name_list_done) NameList names = {};

        ret->pciback_reason = root_list(root, PCIBACK, PCIBACK_MAX, &names);
        if (ret->pciback_reason != REASON_NONE)
                return 0;
        ret->pciback = calloc(names.n + 1, sizeof(PciAddress));
        if (!ret->pciback)
                return -ENOMEM;
        for (size_t i = 0; i < names.n; i++)
                if (pci_address_parse(bytes_of(names.names[i]), &ret->pciback[ret->n_pciback]))
                        ret->n_pciback++;
        qsort(ret->pciback, ret->n_pciback, sizeof(PciAddress), compare);
        return 0;
}

/* ── what Xen says to dom0 ─────────────────────────────────────────────────────────────────────────────── */

/* The names of all devices, for which Xen is asked; with them changes what is reserved. */
static int list_devices(Root *root, PciAddress **ret, size_t *ret_n) {
        _cleanup_(name_list_done) NameList names = {};

        *ret_n = 0;
        *ret = NULL;
        if (root_list(root, "sys/bus/pci/devices", DEVICES_MAX, &names) != REASON_NONE)
                return 0;
        *ret = calloc(names.n + 1, sizeof(PciAddress));
        if (!*ret)
                return -ENOMEM;
        for (size_t i = 0; i < names.n; i++)
                *ret_n += pci_address_parse(bytes_of(names.names[i]), &(*ret)[*ret_n]);
        return 0;
}

/* Xen answers physinfo to dom0 only. */
static void prove_control(XenFacts *ret) {
        if (ret->answers_reason == REASON_NONE && ret->answers.physinfo_reason == REASON_NONE) {
                ret->control = TRISTATE_YES;
                ret->control_reason = REASON_NONE;
                ret->control_source = "Xen physinfo";
                return;
        }
        xen_answers_done(&ret->answers);
        ret->answers_reason = REASON_NOT_APPLICABLE;
}

static int read_dom0(Root *root, XenFacts *ret) {
        _cleanup_(buffer_done) Buffer log = {};
        _cleanup_free_ PciAddress *devices = NULL;
        size_t n;
        int r = list_devices(root, &devices, &n);

        if (r < 0)
                return r;
        ret->answers_reason = root_xen(root, devices, n, &ret->answers, &ret->faults);
        if (ret->control == TRISTATE_UNKNOWN)
                prove_control(ret);
        if (ret->control != TRISTATE_YES)
                return 0;
        ret->log_reason = root_xen_log(root, &log);
        if (ret->log_reason == REASON_NONE)
                r = xen_log_decode(buffer_bytes(&log), &ret->log, &ret->faults);
        return r < 0 ? r : read_pciback(root, ret);
}

int source_xen_read(Root *root, Buffer *buffer, const CpuidTable *cpuid, XenFacts *ret) {
        read_running(root, buffer, cpuid, ret);
        ret->control_source = "";
        ret->pciback_reason = ret->answers_reason = ret->log_reason = REASON_NOT_APPLICABLE;
        ret->control_reason = ret->domain_type_reason = ret->features.reason = REASON_NOT_APPLICABLE;
        if (ret->running != TRISTATE_YES)
                return 0;
        ret->control_reason = REASON_NONE;
        read_version(root, buffer, ret);
        read_features(root, buffer, ret);
        read_domain_type(root, buffer, ret);
        read_control(root, buffer, ret);
        return ret->control == TRISTATE_NO ? 0 : read_dom0(root, ret);
}

void source_xen_collect(Root *root) {
        _cleanup_(buffer_done) Buffer buffer = {};
        XenFacts facts = {};
        CpuidTable none = {};

        (void) source_xen_read(root, &buffer, &none, &facts);
        xen_facts_done(&facts);
}

void xen_facts_done(XenFacts *facts) {
        free(facts->pciback);
        xen_answers_done(&facts->answers);
        xen_log_done(&facts->log);
        fault_list_done(&facts->faults);
        *facts = (XenFacts){};
}
