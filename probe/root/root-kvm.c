/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "probe/root/root-internal.h"

#define KVM_TEXT_MAX (256 * 1024)

static Reason read_tree(Root *root, KvmAnswers *ret, FaultList *faults) {
        _cleanup_(buffer_done) Buffer buffer = {};
        Reason reason = root_read_text(root, "hawd/kvm", "dev/kvm", KVM_TEXT_MAX, &buffer);

        if (reason != REASON_NONE)
                return reason;
        return kvm_answers_parse(buffer_bytes(&buffer), ret, faults) < 0 ? REASON_RESOURCES : REASON_NONE;
}

static void ask_capability(int fd, uint32_t number, KvmAnswers *ret) {
        int value = ioctl(fd, KVM_CHECK_EXTENSION, (unsigned long) number);

        if (value < 0 || ret->n_capabilities == KVM_CAPABILITIES_MAX)
                return;
        ret->capabilities[ret->n_capabilities].number = number;
        ret->capabilities[ret->n_capabilities++].value = value;
}

#if defined(__x86_64__) || defined(__i386__)

#define CPUID_ENTRIES_FIRST 256
#define CPUID_ENTRIES_MAX 4096

/* The needed leaves; KVM lists dozens. */
static bool wanted_leaf(const struct kvm_cpuid_entry2 *entry) {
        static const uint32_t leaves[] = { 0x0, 0x1, 0x7, 0x80000000, 0x80000001, 0x80000008, 0x8000000a,
                0x8000001f };

        for (size_t i = 0; i < ELEMENTS(leaves); i++)
                if (entry->function == leaves[i] && entry->index == 0)
                        return true;
        return false;
}

/* E2BIG does not report the size (Documentation/virt/kvm/api.rst, 4.46): double it and try again. */
static Reason ask_cpuid(int fd, KvmAnswers *ret) {
        for (uint32_t n = CPUID_ENTRIES_FIRST; n <= CPUID_ENTRIES_MAX; n *= 2) {
                _cleanup_free_ struct kvm_cpuid2 *cpuid =
                                calloc(1, sizeof(*cpuid) + n * sizeof(struct kvm_cpuid_entry2));

                if (!cpuid)
                        return REASON_RESOURCES;
                cpuid->nent = n;
                if (ioctl(fd, KVM_GET_SUPPORTED_CPUID, cpuid) < 0) {
                        if (errno == E2BIG)
                                continue;
                        return reason_from_errno(errno);
                }
                for (uint32_t i = 0; i < cpuid->nent && i < n; i++) {
                        const struct kvm_cpuid_entry2 *e = &cpuid->entries[i];
                        CpuidLeaf leaf = { e->function, e->index, e->eax, e->ebx, e->ecx, e->edx };

                        if (wanted_leaf(e) && cpuid_table_add(&ret->supported_cpuid, &leaf) < 0)
                                return REASON_RESOURCES;
                }
                return REASON_NONE;
        }
        return REASON_TOO_LARGE;
}

static bool wanted_msr(uint32_t index) {
        return index >= 0x480 && index <= 0x491;
}

/* Here E2BIG does report the needed size. */
static struct kvm_msr_list *feature_msr_list(int fd, Reason *ret_reason) {
        struct kvm_msr_list head = {}, *list;

        if (ioctl(fd, KVM_GET_MSR_FEATURE_INDEX_LIST, &head) < 0 && errno != E2BIG) {
                *ret_reason = reason_from_errno(errno);
                return NULL;
        }
        if (head.nmsrs > 4096) {
                *ret_reason = REASON_TOO_LARGE;
                return NULL;
        }
        list = calloc(1, sizeof(*list) + head.nmsrs * sizeof(list->indices[0]));
        if (!list) {
                *ret_reason = REASON_RESOURCES;
                return NULL;
        }
        list->nmsrs = head.nmsrs;
        if (ioctl(fd, KVM_GET_MSR_FEATURE_INDEX_LIST, list) < 0) {
                *ret_reason = reason_from_errno(errno);
                free(list);
                return NULL;
        }
        return list;
}

/* struct kvm_msrs with one entry behind it. */
static bool ask_msr(int fd, uint32_t index, uint64_t *ret) {
        _cleanup_free_ struct kvm_msrs *msrs = calloc(1, sizeof(*msrs) + sizeof(msrs->entries[0]));

        if (!msrs)
                return false;
        msrs->nmsrs = 1;
        msrs->entries[0].index = index;
        if (ioctl(fd, KVM_GET_MSRS, msrs) != 1)
                return false;
        *ret = msrs->entries[0].data;
        return true;
}

static Reason ask_msrs(int fd, KvmAnswers *ret) {
        Reason reason = REASON_NONE;
        _cleanup_free_ struct kvm_msr_list *list = feature_msr_list(fd, &reason);

        if (!list)
                return reason;
        for (uint32_t i = 0; i < list->nmsrs && ret->n_msrs < KVM_MSRS_MAX; i++) {
                if (!wanted_msr(list->indices[i]) ||
                                !ask_msr(fd, list->indices[i], &ret->msrs[ret->n_msrs].value))
                        continue;
                ret->msrs[ret->n_msrs++].index = list->indices[i];
        }
        return REASON_NONE;
}

static void ask(int fd, KvmAnswers *ret) {
        int version = ioctl(fd, KVM_GET_API_VERSION, 0);

        ret->api_version = version > 0 ? version : 0;
        ret->supported_cpuid_reason = ask_cpuid(fd, ret);
        ret->msrs_reason = ask_msrs(fd, ret);
        ask_capability(fd, KVM_CAP_GET_MSR_FEATURES, ret);
        ask_capability(fd, KVM_CAP_SMALLER_MAXPHYADDR, ret);
}

#else

static void ask(int fd, KvmAnswers *ret) {
        int version = ioctl(fd, KVM_GET_API_VERSION, 0);

        ret->api_version = version > 0 ? version : 0;
        ret->supported_cpuid_reason = ret->msrs_reason = REASON_NOT_APPLICABLE;
        ask_capability(fd, KVM_CAP_ARM_VM_IPA_SIZE, ret);
        root_kvm_ask_vcpu(fd, ret);
}

#endif

static void tell(const Root *root, const KvmAnswers *answers) {
        _cleanup_free_ char *text = root->observer.file ? kvm_answers_format(answers) : NULL;

        if (text)
                root_tell_file(root, "hawd/kvm", (Bytes){ .data = (uint8_t *) text, .n = strlen(text) });
}

static Reason read_live(Root *root, KvmAnswers *ret) {
        /* The node may exist without a driver; opening it would load one. */
        _cleanup_close_ int driver = root_openat(root, "sys/class/misc/kvm", O_PATH);
        _cleanup_close_ int fd = -1;

        if (driver < 0)
                return root_failed(root, "dev/kvm", reason_from_errno(driver));
        fd = root_openat(root, "dev/kvm", O_RDWR);
        if (fd < 0)
                return root_failed(root, "dev/kvm", reason_from_errno(fd));
        ask(fd, ret);
        tell(root, ret);
        return REASON_NONE;
}

Reason root_kvm(Root *root, KvmAnswers *ret, FaultList *faults) {
        *ret = (KvmAnswers){};
        return root->live ? read_live(root, ret) : read_tree(root, ret, faults);
}
