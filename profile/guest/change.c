/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/guest/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "profile/guest/policy.h"

static bool apply_width(Guest *guest, uint64_t bits) {
        if (bits < 32 || bits > 52)
                return false;
        if (guest->vmm == VMM_CLOUD_HYPERVISOR)
                guest->cloud_hypervisor_max_bits = (uint8_t) bits;
        else if (guest->cpu.width_mode == WIDTH_HOST)
                guest->cpu.limit = (uint8_t) bits;
        else {
                guest->cpu.width_mode = WIDTH_EXPLICIT;
                guest->cpu.phys_bits = (uint8_t) bits;
        }
        return true;
}

static bool apply_host(Guest *guest) {
        if (guest->vmm != VMM_QEMU || !guest->kvm)
                return false;
        guest->cpu.width_mode = WIDTH_HOST;
        guest->cpu.limit = 0;
        return true;
}

static bool apply_memory(const Change *change, Guest *guest) {
        GuestMemory *memory = &guest->memory;

        if (change->kind == CHANGE_RAM) {
                if (change->value == 0 || change->value >= memory->ram)
                        return false;
                memory->ram = change->value;
                return true;
        }
        if (memory->max <= memory->ram || change->value >= memory->max)
                return false;
        memory->max = change->value > memory->ram ? change->value : 0;
        if (memory->max == 0)
                memory->slots = 0;
        return true;
}

static bool apply_hole(Guest *guest, uint64_t bytes) {
        if (guest->vmm != VMM_QEMU || (guest->machine != MACHINE_Q35 && guest->machine != MACHINE_PC) ||
                        bytes == 0)
                return false;
        guest->pci_hole64_size = bytes;
        guest->no_hole64 = false;
        return true;
}

static bool apply_machine(Guest *guest, uint64_t version) {
        GuestVersion to = { .major = (uint32_t) (version >> 16), .minor = (uint32_t) (version & 0xffff) };

        if (guest->vmm != VMM_QEMU || (guest->machine != MACHINE_Q35 && guest->machine != MACHINE_PC) ||
                        (guest->machine_version.major == to.major &&
                                        guest->machine_version.minor == to.minor))
                return false;
        guest->machine_version = to;
        return true;
}

static bool apply_viommu(const Change *change, Guest *guest) {
        bool cloud_hypervisor = guest->vmm == VMM_CLOUD_HYPERVISOR;

        if (change->kind == CHANGE_NO_DMA_TRANSLATION) {
                guest->viommu.dma_translation = TRISTATE_NO;
                return guest->viommu.kind == VIOMMU_INTEL;
        }
        guest->viommu.aw_bits = (uint8_t) change->value;
        if (cloud_hypervisor)
                return guest->viommu.kind == VIOMMU_VIRTIO && change->value > 0 && change->value <= 64;
        return guest->viommu.kind == VIOMMU_INTEL && (change->value == 39 || change->value == 48);
}

bool change_apply(const Change *change, Guest *guest) {
        switch (change->kind) {
        case CHANGE_WIDTH:
                return apply_width(guest, change->value);
        case CHANGE_WIDTH_HOST:
                return apply_host(guest);
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                return apply_memory(change, guest);
        case CHANGE_HOLE64:
                return apply_hole(guest, change->value);
        case CHANGE_MACHINE:
                return apply_machine(guest, change->value);
        case CHANGE_VIOMMU_BITS:
        case CHANGE_NO_DMA_TRANSLATION:
                return apply_viommu(change, guest);
        case CHANGE_MMIO64:
                guest->firmware.mmio64_mib = change->value;
                *guest->firmware.unread = 0;
                return guest->vmm == VMM_QEMU && guest->firmware.kind == FIRMWARE_OVMF;
        case CHANGE_LARGE_PAGES:
                guest->cpu.pdpe1gb = TRISTATE_YES;
                return guest->vmm == VMM_QEMU;
        case CHANGE_REDUCED_BITS:
                guest->reduced_phys_bits = (uint8_t) change->value;
                return guest->vmm == VMM_QEMU;
        case CHANGE_NO_PEER_TO_PEER: {
                bool was = guest_p2p_fatal(guest);

                guest->p2p_fatal = TRISTATE_NO;
                return was && policy_cloud_hypervisor(guest->vmm_version).p2p_option;
        }
        default:
                return false;
        }
}

static const char *model(const Guest *guest) {
        return *guest->cpu.model ? guest->cpu.model : "qemu64";
}

static void width_text(const Guest *guest, uint64_t bits, ChangeText *ret) {
        snprintf(ret->words, sizeof(ret->words), "give the guest %" PRIu64 " address bits", bits);
        if (guest->vmm == VMM_CLOUD_HYPERVISOR)
                snprintf(ret->option, sizeof(ret->option), "--cpus max_phys_bits=%" PRIu64, bits);
        else if (guest->cpu.width_mode == WIDTH_HOST) {
                snprintf(ret->libvirt, sizeof(ret->libvirt),
                                "<maxphysaddr mode='passthrough' limit='%" PRIu64 "'/>", bits);
                snprintf(ret->option, sizeof(ret->option),
                                "-cpu %s,host-phys-bits=on,host-phys-bits-limit=%" PRIu64, model(guest),
                                bits);
        } else {
                snprintf(ret->libvirt, sizeof(ret->libvirt),
                                "<maxphysaddr mode='emulate' bits='%" PRIu64 "'/>", bits);
                snprintf(ret->option, sizeof(ret->option), "-cpu %s,phys-bits=%" PRIu64, model(guest), bits);
        }
}

static void memory_text(const Change *change, const Guest *guest, ChangeText *ret) {
        uint64_t ram = change->kind == CHANGE_RAM ? change->value : guest->memory.ram;
        uint64_t max = change->kind == CHANGE_RAM ? guest->memory.max : change->value;
        char plug[96] = "";

        if (max > ram)
                snprintf(plug, sizeof(plug), ",slots=%" PRIu32 ",maxmem=%" PRIu64 "M", guest->memory.slots,
                                max >> 20);
        if (change->kind == CHANGE_RAM) {
                snprintf(ret->words, sizeof(ret->words), "give the guest %" PRIu64 " MiB of memory",
                                ram >> 20);
                snprintf(ret->libvirt, sizeof(ret->libvirt), "<memory unit='KiB'>%" PRIu64 "</memory>",
                                ram >> 10);
        } else if (max > ram) {
                snprintf(ret->words, sizeof(ret->words), "lower the most memory to %" PRIu64 " MiB",
                                max >> 20);
                snprintf(ret->libvirt, sizeof(ret->libvirt),
                                "<maxMemory slots='%" PRIu32 "' unit='KiB'>%" PRIu64 "</maxMemory>",
                                guest->memory.slots, max >> 10);
        } else {
                snprintf(ret->words, sizeof(ret->words), "do without memory hot-plug");
                snprintf(ret->libvirt, sizeof(ret->libvirt), "no <maxMemory>");
        }
        if (guest->vmm == VMM_QEMU)
                snprintf(ret->option, sizeof(ret->option), "-m size=%" PRIu64 "M%s", ram >> 20, plug);
        else {
                snprintf(ret->option, sizeof(ret->option), "--memory size=%" PRIu64 "M", ram >> 20);
                *ret->libvirt = 0;
        }
}

static void hole_text(const Guest *guest, uint64_t bytes, ChangeText *ret) {
        bool pc = guest->machine == MACHINE_PC;

        snprintf(ret->words, sizeof(ret->words),
                        "let QEMU count %" PRIu64
                        " MiB for the 64-bit PCI hole: firmware puts its window elsewhere",
                        bytes >> 20);
        snprintf(ret->libvirt, sizeof(ret->libvirt),
                        "<controller type='pci' index='0' model='%s'><pcihole64 unit='KiB'>%" PRIu64
                        "</pcihole64></controller>",
                        pc ? "pci-root" : "pcie-root", bytes >> 10);
        snprintf(ret->option, sizeof(ret->option), "-global %s.pci-hole64-size=%" PRIu64 "M",
                        pc ? "i440FX-pcihost" : "q35-pcihost", bytes >> 20);
}

static void machine_text(const Guest *guest, uint64_t version, ChangeText *ret) {
        char name[48];

        snprintf(name, sizeof(name), "pc-%s-%" PRIu64 ".%" PRIu64,
                        guest->machine == MACHINE_PC ? "i440fx" : "q35", version >> 16, version & 0xffff);
        snprintf(ret->words, sizeof(ret->words), "use machine type %s", name);
        snprintf(ret->libvirt, sizeof(ret->libvirt), "<type machine='%s'>hvm</type>", name);
        snprintf(ret->option, sizeof(ret->option), "-machine %s", name);
}

static void viommu_text(const Change *change, const Guest *guest, ChangeText *ret) {
        if (change->kind == CHANGE_NO_DMA_TRANSLATION) {
                snprintf(ret->words, sizeof(ret->words), "let the guest's IOMMU remap interrupts only");
                snprintf(ret->libvirt, sizeof(ret->libvirt),
                                "<iommu model='intel'><driver dma_translation='off'/></iommu>");
                snprintf(ret->option, sizeof(ret->option), "-device intel-iommu,dma-translation=off");
                return;
        }
        snprintf(ret->words, sizeof(ret->words), "give the guest's IOMMU %" PRIu64 " bits", change->value);
        if (guest->vmm == VMM_CLOUD_HYPERVISOR) {
                snprintf(ret->option, sizeof(ret->option), "--platform iommu_address_width=%" PRIu64,
                                change->value);
                return;
        }
        snprintf(ret->libvirt, sizeof(ret->libvirt),
                        "<iommu model='intel'><driver aw_bits='%" PRIu64 "'/></iommu>", change->value);
        snprintf(ret->option, sizeof(ret->option), "-device intel-iommu,aw-bits=%" PRIu64, change->value);
}

static void fixed_text(const Change *change, const Guest *guest, ChangeText *ret) {
        switch (change->kind) {
        case CHANGE_WIDTH_HOST:
                snprintf(ret->words, sizeof(ret->words), "give the guest the host's width");
                snprintf(ret->libvirt, sizeof(ret->libvirt), "<maxphysaddr mode='passthrough'/>");
                snprintf(ret->option, sizeof(ret->option), "-cpu %s,host-phys-bits=on", model(guest));
                break;
        case CHANGE_MMIO64:
                snprintf(ret->words, sizeof(ret->words), "make the firmware's 64-bit window %" PRIu64 " MiB",
                                change->value);
                snprintf(ret->libvirt, sizeof(ret->libvirt),
                                "<sysinfo type='fwcfg'><entry name='opt/ovmf/X-PciMmio64Mb'>%" PRIu64
                                "</entry></sysinfo>",
                                change->value);
                snprintf(ret->option, sizeof(ret->option),
                                "-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=%" PRIu64, change->value);
                break;
        case CHANGE_LARGE_PAGES:
                snprintf(ret->words, sizeof(ret->words), "give the virtual CPU 1 GiB pages");
                snprintf(ret->libvirt, sizeof(ret->libvirt), "<feature policy='require' name='pdpe1gb'/>");
                snprintf(ret->option, sizeof(ret->option), "-cpu %s,pdpe1gb=on", model(guest));
                break;
        case CHANGE_REDUCED_BITS:
                snprintf(ret->words, sizeof(ret->words), "reduce the guest's address by %" PRIu64 " bit",
                                change->value);
                snprintf(ret->libvirt, sizeof(ret->libvirt),
                                "<reducedPhysBits>%" PRIu64 "</reducedPhysBits>", change->value);
                snprintf(ret->option, sizeof(ret->option), "-object %s,reduced-phys-bits=%" PRIu64,
                                guest->confidential == CONFIDENTIAL_SEV_SNP ? "sev-snp-guest" : "sev-guest",
                                change->value);
                break;
        case CHANGE_NO_PEER_TO_PEER:
                snprintf(ret->words, sizeof(ret->words), "do not map BARs for peer-to-peer DMA");
                snprintf(ret->option, sizeof(ret->option), "--platform vfio_p2p_dma=off");
                break;
        default:
                break;
        }
}

void change_text(const Change *change, const Guest *guest, ChangeText *ret) {
        *ret = (ChangeText){};
        switch (change->kind) {
        case CHANGE_WIDTH:
                width_text(guest, change->value, ret);
                break;
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                memory_text(change, guest, ret);
                break;
        case CHANGE_HOLE64:
                hole_text(guest, change->value, ret);
                break;
        case CHANGE_MACHINE:
                machine_text(guest, change->value, ret);
                break;
        case CHANGE_VIOMMU_BITS:
        case CHANGE_NO_DMA_TRANSLATION:
                viommu_text(change, guest, ret);
                break;
        default:
                fixed_text(change, guest, ret);
        }
        /* libvirt's word: no command line has such a model. */
        if (strcmp(guest->cpu.model, "host-model") == 0 && strncmp(ret->option, "-cpu", 4) == 0)
                *ret->option = 0;
}
