/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/xen-ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/decode/xen/xen-cmdline.h"
#include "probe/root/xen-abi.h"

/* ── version ───────────────────────────────────────────────────────────────────────────────────────────── */

static Reason ask_text(XenCall *call, unsigned command, size_t size, Bytes *ret) {
        long r;

        xen_call_clear(call);
        r = xen_call_version(call, command);
        if (r < 0)
                return reason_from_errno((int) r);
        *ret = bytes_part(xen_call_argument(call), 0, size);
        ret->n = strnlen((const char *) ret->data, ret->n);
        return REASON_NONE;
}

static void ask_version(XenCall *call, XenAnswers *ret) {
        long version = xen_call_version(call, XEN_VERSION_NUMBER);
        Bytes text;

        if (version < 0)
                ret->version_reason = reason_from_errno((int) version);
        else {
                ret->major = (uint16_t) bits((uint64_t) version, 31, 16);
                ret->minor = (uint16_t) bits((uint64_t) version, 15, 0);
        }
        if (ask_text(call, XEN_VERSION_EXTRA, XEN_VERSION_EXTRA_SIZE, &text) == REASON_NONE)
                text_printable(text_trim(text), ret->extra, sizeof(ret->extra));
        if (ask_text(call, XEN_VERSION_CAPABILITIES, XEN_VERSION_TEXT_SIZE, &text) == REASON_NONE)
                text_printable(text_trim(text), ret->capabilities, sizeof(ret->capabilities));
        ret->command_line_reason = ask_text(call, XEN_VERSION_COMMAND_LINE, XEN_VERSION_TEXT_SIZE, &text);
        if (ret->command_line_reason == REASON_NONE)
                xen_cmdline_filter(text, ret->command_line, sizeof(ret->command_line));
}

/* ── sysctl ────────────────────────────────────────────────────────────────────────────────────────────── */

uint32_t xen_ask_sysctl_version(XenCall *call, Reason *ret) {
        long r = -EACCES;

        for (uint32_t version = XEN_SYSCTL_VERSION_LAST; version >= XEN_SYSCTL_VERSION_FIRST; version--) {
                xen_call_clear(call);
                r = xen_call_sysctl(call, version, XEN_SYSCTL_PHYSINFO);
                if (r >= 0)
                        return version;
                if (r != -EACCES)
                        break;
        }
        *ret = r == -EACCES ? REASON_UNSUPPORTED_KERNEL : reason_from_errno((int) r);
        return 0;
}

/* The argument still has the answer by which the version was found. */
static void ask_physinfo(XenCall *call, XenAnswers *ret) {
        Bytes b = xen_call_argument(call);
        size_t growth;

        ret->sysctl_version = xen_ask_sysctl_version(call, &ret->physinfo_reason);
        if (ret->sysctl_version == 0)
                return;
        growth = ret->sysctl_version < XEN_PHYSINFO_GREW ? 0 : XEN_PHYSINFO_GROWTH;
        ret->physinfo.capabilities = bytes_u32(b, XEN_PHYSINFO_CAPABILITIES);
        ret->physinfo.total_pages = bytes_u64(b, XEN_PHYSINFO_TOTAL_PAGES + growth);
        ret->physinfo.max_mfn = bytes_u64(b, XEN_PHYSINFO_MAX_MFN + growth);
}

static bool wanted_leaf(const CpuidLeaf *leaf) {
        static const uint32_t leaves[] = { 0x0, 0x1, 0x7, 0x80000000, 0x80000001, 0x80000002, 0x80000003,
                0x80000004, 0x80000008, 0x8000000a, 0x8000001f };

        for (size_t i = 0; i < ELEMENTS(leaves); i++)
                if (leaf->leaf == leaves[i] && leaf->subleaf == 0)
                        return true;
        return false;
}

static Reason take_leaves(Bytes b, CpuidTable *ret) {
        for (size_t at = 0; bytes_has(b, at, XEN_LEAF_SIZE); at += XEN_LEAF_SIZE) {
                CpuidLeaf leaf = { bytes_u32(b, at), bytes_u32(b, at + 4), bytes_u32(b, at + 8),
                        bytes_u32(b, at + 12), bytes_u32(b, at + 16), bytes_u32(b, at + 20) };

                if (leaf.subleaf == XEN_LEAF_NO_SUBLEAF)
                        leaf.subleaf = 0;
                if (wanted_leaf(&leaf) && cpuid_table_add(ret, &leaf) < 0)
                        return REASON_RESOURCES;
        }
        return ret->n > 0 ? REASON_NONE : REASON_ABSENT;
}

/* EOPNOTSUPP: Xen was built without such guests, or cannot run them. */
static Reason ask_policy(XenCall *call, uint32_t version, uint32_t index, CpuidTable *ret) {
        const uint32_t room = XEN_CALL_DATA_SIZE / XEN_LEAF_SIZE;
        uint32_t n;
        long r;

        xen_call_clear(call);
        xen_call_put_u32(call, XEN_POLICY_INDEX, index);
        xen_call_put_u32(call, XEN_POLICY_N_LEAVES, room);
        xen_call_put_data(call, XEN_POLICY_LEAVES);
        r = xen_call_sysctl(call, version, XEN_SYSCTL_GET_CPU_POLICY);
        if (r < 0)
                return r == -EOPNOTSUPP ? REASON_NOT_APPLICABLE : reason_from_errno((int) r);
        n = bytes_u32(xen_call_argument(call), XEN_POLICY_N_LEAVES);
        return take_leaves(xen_call_data(call, (size_t) (n < room ? n : room) * XEN_LEAF_SIZE), ret);
}

static void ask_policies(XenCall *call, XenAnswers *ret) {
        for (unsigned i = 0; i < _XEN_POLICY_MAX; i++)
                if (ret->sysctl_version == 0)
                        ret->policies[i].reason = ret->physinfo_reason;
                else
                        ret->policies[i].reason =
                                        ask_policy(call, ret->sysctl_version, i, &ret->policies[i].leaves);
}

/* ── reserved device memory ────────────────────────────────────────────────────────────────────────────── */

static Reason ask_reserved(XenCall *call, const PciAddress *device, XenAnswers *ret) {
        const uint32_t room = XEN_CALL_DATA_SIZE / XEN_RESERVED_ENTRY_SIZE;
        uint32_t n, place = 0;
        long r;

        if (device)
                place = (device->domain & 0xffff) | (uint32_t) device->bus << 16 |
                                (uint32_t) device->device << 27 | (uint32_t) device->function << 24;
        xen_call_clear(call);
        xen_call_put_u32(call, XEN_RESERVED_FLAGS, device ? 0 : XEN_RESERVED_FLAG_ALL);
        xen_call_put_u32(call, XEN_RESERVED_N_ENTRIES, room);
        xen_call_put_data(call, XEN_RESERVED_BUFFER);
        xen_call_put_u32(call, XEN_RESERVED_SEGMENT, place);
        r = xen_call_memory(call, XEN_MEMORY_RESERVED_MAP);
        if (r < 0)
                return r == -ENOBUFS ? REASON_TOO_LARGE : reason_from_errno((int) r);
        n = bytes_u32(xen_call_argument(call), XEN_RESERVED_N_ENTRIES);
        for (uint32_t i = 0; i < n && i < room; i++) {
                Bytes b = xen_call_data(call, XEN_CALL_DATA_SIZE);
                XenReserved reserved = { .start_pfn = bytes_u64(b, (size_t) i * XEN_RESERVED_ENTRY_SIZE),
                        .n_pages = bytes_u64(b, (size_t) i * XEN_RESERVED_ENTRY_SIZE + 8),
                        .has_device = device };

                if (device)
                        reserved.device = *device;
                int e = xen_answers_add_reserved(ret, &reserved);

                if (e < 0)
                        return reason_from_errno(e);
        }
        return REASON_NONE;
}

/* The map does not say which device a region is for: each device is asked for, if there are regions at all. */
static void ask_all_reserved(XenCall *call, const PciAddress *devices, size_t n, XenAnswers *ret) {
        ret->reserved_reason = ask_reserved(call, NULL, ret);
        if (ret->reserved_reason != REASON_NONE || ret->n_reserved == 0)
                return;
        for (size_t i = 0; i < n && ret->reserved_reason == REASON_NONE; i++)
                if (devices[i].domain <= UINT16_MAX)
                        ret->reserved_reason = ask_reserved(call, &devices[i], ret);
}

void xen_ask(XenCall *call, const PciAddress *devices, size_t n, XenAnswers *ret) {
        ask_version(call, ret);
        ask_physinfo(call, ret);
        ask_policies(call, ret);
        ask_all_reserved(call, devices, n, ret);
}
