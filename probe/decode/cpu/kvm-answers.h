/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What /dev/kvm answers to its system ioctls (Documentation/virt/kvm/api.rst), and on arm64 a virtual CPU made
 * for the purpose, and the text form hawd/kvm:
 *    api-version 12
 *    capability 185 1
 *    msr 0x0000048c 0x0000000006714141
 *    one-reg 0x603000000013c038 0x0000000000001125   (KVM_GET_ONE_REG)
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
#define KVM_REGISTERS_MAX 8

/* Ids of KVM_GET_ONE_REG (arch/arm64/include/uapi/asm/kvm.h, ARM64_SYS_REG). */
#define KVM_REGISTER_ID_AA64MMFR0_EL1 UINT64_C(0x603000000013c038) /* 3, 0, 0, 7, 0 */
#define KVM_REGISTER_ID_AA64MMFR2_EL1 UINT64_C(0x603000000013c03a) /* 3, 0, 0, 7, 2 */

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
        Reason vcpu_reason;                   /* why there was no virtual CPU to ask */
        size_t n_registers;
        struct {
                uint64_t id, value;
        } registers[KVM_REGISTERS_MAX]; /* of this virtual CPU */
} KvmAnswers;

void kvm_answers_done(KvmAnswers *answers);

/* Feature MSR by index; false if KVM does not list it (unknown, not "no"). */
bool kvm_answers_msr(const KvmAnswers *answers, uint32_t index, uint64_t *ret);
bool kvm_answers_capability(const KvmAnswers *answers, uint32_t number, int32_t *ret);

/* By id; false if it was not asked or not answered. */
bool kvm_answers_register(const KvmAnswers *answers, uint64_t id, uint64_t *ret);

/* -ENOMEM only; lines that do not parse are faults by line number. */
int kvm_answers_parse(Bytes text, KvmAnswers *ret, FaultList *faults);

/* The text form, allocated; NULL if out of memory. */
char *kvm_answers_format(const KvmAnswers *answers);
