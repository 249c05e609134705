/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "probe/root/root-internal.h"

/* No file and no instruction of user space has PARange: the kernel hides the field. KVM tells a virtual CPU's
 * registers without running it (Documentation/virt/kvm/api.rst, 4.1 KVM_CREATE_VM, 4.7 KVM_CREATE_VCPU, 4.82
 * KVM_ARM_VCPU_INIT, 4.69 KVM_GET_ONE_REG). Closing its descriptors removes the machine. */
#if defined(__aarch64__)

#define CREATE_TRIES 8
#define IPA_BITS_LEAST 32 /* that every KVM takes whose limit is known; the smallest tables */

/* A signal may interrupt it. */
static int create_vm(int kvm, unsigned long type) {
        int fd = -1;

        for (unsigned i = 0; i < CREATE_TRIES; i++) {
                fd = ioctl(kvm, KVM_CREATE_VM, type);
                if (fd >= 0 || errno != EINTR)
                        break;
        }
        return fd;
}

static Reason ask_registers(int vm, KvmAnswers *ret) {
        static const uint64_t ids[] = { KVM_REGISTER_ID_AA64MMFR0_EL1, KVM_REGISTER_ID_AA64MMFR2_EL1 };
        _cleanup_close_ int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0UL);
        struct kvm_vcpu_init init = {};

        if (vcpu < 0 || ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) < 0 ||
                        ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) < 0)
                return reason_from_errno(errno);
        for (size_t i = 0; i < ELEMENTS(ids); i++) {
                uint64_t value = 0;
                struct kvm_one_reg reg = { .id = ids[i], .addr = (uint64_t) (uintptr_t) &value };

                /* Kernels before 4.16 do not have these. */
                if (ioctl(vcpu, KVM_GET_ONE_REG, &reg) < 0)
                        continue;
                ret->registers[ret->n_registers].id = ids[i];
                ret->registers[ret->n_registers++].value = value;
        }
        return REASON_NONE;
}

void root_kvm_ask_vcpu(int kvm, KvmAnswers *ret) {
        _cleanup_close_ int vm = -1;
        int32_t limit = 0;

        /* Type 0 is 40 bits, more than some CPUs have; another type needs a kernel that knows the limit. */
        (void) kvm_answers_capability(ret, KVM_CAP_ARM_VM_IPA_SIZE, &limit);
        vm = create_vm(kvm, limit > 0 ? IPA_BITS_LEAST : 0);
        ret->vcpu_reason = vm < 0 ? reason_from_errno(errno) : ask_registers(vm, ret);
}

#else

void root_kvm_ask_vcpu(int kvm, KvmAnswers *ret) {
        ret->vcpu_reason = REASON_NOT_APPLICABLE;
}

#endif
