/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What /dev/kvm answers to its system ioctls (Documentation/virt/kvm/api.rst), and the text form hawd/kvm:
 *    api-version 12
 *    capability 185 1
 *    msr 0x0000048c 0x0000000006714141
 *       0x80000008 0x00: eax=… ebx=… ecx=… edx=…          (KVM_GET_SUPPORTED_CPUID)                          */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/decode/fault.h"
#include "probe/reason.h"

#define KVM_MSRS_MAX 64
#define KVM_CAPABILITIES_MAX 32

typedef struct KvmAnswers {
        int api_version; /* KVM_GET_API_VERSION; 12 on every kernel since 2.6.22; 0: not answered */
        Reason supported_cpuid_reason;
        CpuidTable supported_cpuid;
        Reason msrs_reason; /* why none: result of KVM_GET_MSR_FEATURE_INDEX_LIST */
        size_t n_msrs;
        struct {
                uint32_t index;
                uint64_t value;
        } msrs[KVM_MSRS_MAX]; /* feature MSRs: for VMX what nesting offers, not the hardware */
        size_t n_capabilities;
        struct {
                uint32_t number;
                int32_t value;
        } capabilities[KVM_CAPABILITIES_MAX]; /* KVM_CHECK_EXTENSION: 0 is "no", missing is unknown */
} KvmAnswers;

void kvm_answers_done(KvmAnswers *answers);

/* Feature MSR by index; false if KVM does not list it (unknown, not "no"). */
bool kvm_answers_msr(const KvmAnswers *answers, uint32_t index, uint64_t *ret);
bool kvm_answers_capability(const KvmAnswers *answers, uint32_t number, int32_t *ret);

/* -ENOMEM only; lines that do not parse are faults by line number. */
int kvm_answers_parse(Bytes text, KvmAnswers *ret, FaultList *faults);

/* The text form, allocated; NULL if out of memory. */
char *kvm_answers_format(const KvmAnswers *answers);
