/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cpuinfo.h"

#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/cpu/midr.h"
#include "probe/decode/text.h"

/* The longest key needed is "address sizes"; lines with a later colon or none are ignored. */
#define KEY_MAX 32
#define PHYSICAL_BITS_MIN 32
#define PHYSICAL_BITS_MAX 52
#define VIRTUAL_BITS_MIN 32
#define VIRTUAL_BITS_MAX 64

typedef enum MidrNumber {
        MIDR_IMPLEMENTER,
        MIDR_VARIANT,
        MIDR_PART,
        MIDR_REVISION,
        _MIDR_NUMBER_MAX,
} MidrNumber;

typedef struct CpuinfoReader {
        Cpuinfo *ret;
        FaultList *faults;
        size_t line;      /* from 1 */
        bool in_block;    /* a line of the current CPU was seen */
        bool block_sizes; /* and its widths */
        Midr midr;        /* of the current CPU, and which of its numbers were seen */
        bool midr_seen[_MIDR_NUMBER_MAX];
} CpuinfoReader;

typedef struct FlagWord {
        const char *word;
        size_t offset; /* of the bool in Cpuinfo */
} FlagWord;

static const FlagWord flag_words[] = {
        { "lm", offsetof(Cpuinfo, lm) },
        { "pae", offsetof(Cpuinfo, pae) },
        { "pdpe1gb", offsetof(Cpuinfo, pdpe1gb) },
        { "hypervisor", offsetof(Cpuinfo, hypervisor) },
        { "vmx", offsetof(Cpuinfo, vmx) },
        { "svm", offsetof(Cpuinfo, svm) },
        { "la57", offsetof(Cpuinfo, la57) },
        { "tme", offsetof(Cpuinfo, tme) },
        { "sme", offsetof(Cpuinfo, sme) },
        { "sev", offsetof(Cpuinfo, sev) },
        { "sev_es", offsetof(Cpuinfo, sev_es) },
        { "sev_snp", offsetof(Cpuinfo, sev_snp) },
        { "npt", offsetof(Cpuinfo, npt) },
        { "ept", offsetof(Cpuinfo, ept) },
        { "ept_ad", offsetof(Cpuinfo, ept_ad) },
};

static const FlagWord vmx_flag_words[] = {
        { "ept", offsetof(Cpuinfo, vmx_ept) },
        { "ept_ad", offsetof(Cpuinfo, vmx_ept_ad) },
        { "ept_1gb", offsetof(Cpuinfo, vmx_ept_1gb) },
        { "ept_5level", offsetof(Cpuinfo, vmx_ept_5level) },
        { "vpid", offsetof(Cpuinfo, vmx_vpid) },
        { "unrestricted_guest", offsetof(Cpuinfo, vmx_unrestricted_guest) },
};

/* Uses a cursor: trimming the rest for each word would not take linear time. */
static void read_flags(Bytes value, const FlagWord *words, size_t n_words, Cpuinfo *ret) {
        size_t i = 0;

        while (i < value.n) {
                size_t start = i;

                while (i < value.n && value.data[i] != ' ' && value.data[i] != '\t')
                        i++;
                Bytes word = bytes_part(value, start, i - start);
                for (size_t j = 0; j < n_words; j++)
                        if (text_equal(word, words[j].word))
                                *(bool *) ((char *) ret + words[j].offset) = true;
                i++;
        }
}

static bool take_number(Bytes *rest, uint64_t *ret) {
        size_t n = 0;

        while (n < rest->n && rest->data[n] >= '0' && rest->data[n] <= '9')
                n++;
        if (!text_u64(bytes_part(*rest, 0, n), 10, ret))
                return false;
        *rest = bytes_part(*rest, n, rest->n - n);
        return true;
}

static bool take_literal(Bytes *rest, const char *literal) {
        if (!text_starts(*rest, literal))
                return false;
        *rest = bytes_part(*rest, strlen(literal), rest->n - strlen(literal));
        return true;
}

/* "46 bits physical, 48 bits virtual" */
static void read_address_sizes(CpuinfoReader *reader, Bytes value) {
        uint64_t physical, virtual;
        Cpuinfo *ret = reader->ret;

        if (!take_number(&value, &physical) || !take_literal(&value, " bits physical, ") ||
                        !take_number(&value, &virtual) || !take_literal(&value, " bits virtual") ||
                        value.n > 0) {
                fault_add(reader->faults, reader->line, "cpuinfo-address-sizes",
                                "expected \"address sizes : N bits physical, N bits virtual\"");
                return;
        }
        if (physical < PHYSICAL_BITS_MIN || physical > PHYSICAL_BITS_MAX || virtual < VIRTUAL_BITS_MIN ||
                        virtual > VIRTUAL_BITS_MAX) {
                fault_add(reader->faults, reader->line, "cpuinfo-address-range",
                                "address sizes of %llu and %llu bits are not possible",
                                (unsigned long long) physical, (unsigned long long) virtual);
                return;
        }
        if (!ret->has_address_sizes || physical < ret->min_physical_bits)
                ret->min_physical_bits = (uint8_t) physical;
        if (physical > ret->max_physical_bits)
                ret->max_physical_bits = (uint8_t) physical;
        if (!ret->has_address_sizes || virtual < ret->min_virtual_bits)
                ret->min_virtual_bits = (uint8_t) virtual;
        if (virtual > ret->max_virtual_bits)
                ret->max_virtual_bits = (uint8_t) virtual;
        ret->has_address_sizes = true;
        reader->block_sizes = true;
}

/* Printed by the kernel if the CPU has no name or stepping. */
static bool is_unknown(Bytes value) {
        return value.n == 0 || text_equal(value, "unknown");
}

static void read_number(CpuinfoReader *reader, Bytes value, bool *has, uint32_t *ret) {
        uint64_t number;

        if (*has || is_unknown(value))
                return;
        if (!text_u64(value, 10, &number) || number > UINT32_MAX) {
                fault_add(reader->faults, reader->line, "cpuinfo-number", "expected a decimal number");
                return;
        }
        *has = true;
        *ret = (uint32_t) number;
}

static void read_vendor(Cpuinfo *ret, Bytes value) {
        if (ret->vendor != CPU_VENDOR_UNKNOWN || is_unknown(value))
                return;
        ret->vendor = cpu_vendor_from_name(value);
        text_printable(value, ret->vendor_name, sizeof(ret->vendor_name));
}

/* Reads values of the first block only. */
static void read_first_block(CpuinfoReader *reader, Bytes key, Bytes value) {
        Cpuinfo *ret = reader->ret;

        if (text_equal(key, "vendor_id"))
                read_vendor(ret, value);
        else if (text_equal(key, "model name")) {
                if (!*ret->model_name && !is_unknown(value))
                        text_printable(text_trim(value), ret->model_name, sizeof(ret->model_name));
        } else if (text_equal(key, "cpu family"))
                read_number(reader, value, &ret->has_family, &ret->family);
        else if (text_equal(key, "model"))
                read_number(reader, value, &ret->has_model, &ret->model);
        else if (text_equal(key, "stepping"))
                read_number(reader, value, &ret->has_stepping, &ret->stepping);
        else if (text_equal(key, "flags")) {
                ret->has_flags = true;
                read_flags(value, flag_words, ELEMENTS(flag_words), ret);
        } else if (text_equal(key, "vmx flags")) {
                ret->has_vmx_flags = true;
                read_flags(value, vmx_flag_words, ELEMENTS(vmx_flag_words), ret);
        }
}

/* The numbers of MIDR_EL1, of every CPU. */
static bool read_midr(CpuinfoReader *reader, Bytes key, Bytes value) {
        static const struct {
                const char *key;
                unsigned base;
                uint64_t max;
        } numbers[_MIDR_NUMBER_MAX] = {
                [MIDR_IMPLEMENTER] = { "CPU implementer", 16, 0xff },
                [MIDR_VARIANT] = { "CPU variant", 16, 0xf },
                [MIDR_PART] = { "CPU part", 16, 0xfff },
                [MIDR_REVISION] = { "CPU revision", 10, 0xf },
        };
        uint64_t number;
        MidrNumber i = 0;

        while (i < _MIDR_NUMBER_MAX && !text_equal(key, numbers[i].key))
                i++;
        if (i == _MIDR_NUMBER_MAX)
                return false;
        reader->ret->arm = true;
        if (!text_u64(text_trim(value), numbers[i].base, &number) || number > numbers[i].max) {
                fault_add(reader->faults, reader->line, "cpuinfo-midr", "expected a number up to %llu",
                                (unsigned long long) numbers[i].max);
                return true;
        }
        reader->midr_seen[i] = true;
        if (i == MIDR_IMPLEMENTER)
                reader->midr.implementer = (uint8_t) number;
        else if (i == MIDR_VARIANT)
                reader->midr.variant = (uint8_t) number;
        else if (i == MIDR_PART)
                reader->midr.part = (uint16_t) number;
        else
                reader->midr.revision = (uint8_t) number;
        return true;
}

static void count_kind(CpuinfoReader *reader) {
        Cpuinfo *ret = reader->ret;
        uint32_t midr;
        size_t i = 0;

        for (MidrNumber n = 0; n < _MIDR_NUMBER_MAX; n++)
                if (!reader->midr_seen[n]) {
                        ret->kinds_partial = true;
                        return;
                }
        reader->midr.architecture = MIDR_ARCHITECTURE_BY_REGISTERS;
        midr = (uint32_t) midr_encode(&reader->midr);
        while (i < ret->n_kinds && ret->kinds[i].midr != midr)
                i++;
        if (i == CPUINFO_KINDS_MAX) {
                ret->kinds_partial = true;
                return;
        }
        if (i == ret->n_kinds)
                ret->kinds[ret->n_kinds++] = (CpuinfoKind){ .midr = midr };
        ret->kinds[i].n_cpus++;
}

static void end_block(CpuinfoReader *reader) {
        if (reader->in_block)
                count_kind(reader);
        if (reader->in_block && !reader->block_sizes)
                reader->ret->n_cpus_without_sizes++;
        reader->in_block = reader->block_sizes = false;
        reader->midr = (Midr){};
        memset(reader->midr_seen, 0, sizeof(reader->midr_seen));
}

/* A block starts with "processor"; a text cut off at its head starts with anything. */
static void begin_block(CpuinfoReader *reader) {
        end_block(reader);
        reader->in_block = true;
        reader->ret->n_cpus++;
}

static void read_line(CpuinfoReader *reader, Bytes line) {
        const uint8_t *colon = memchr(line.data, ':', line.n < KEY_MAX ? line.n : KEY_MAX);
        size_t n;

        if (!colon)
                return;
        n = (size_t) (colon - line.data);
        Bytes key = text_trim(bytes_part(line, 0, n)), value = bytes_part(line, n + 1, line.n - n - 1);
        if (text_starts(value, " "))
                value = bytes_part(value, 1, value.n - 1);

        if (text_equal(key, "processor"))
                begin_block(reader);
        else if (text_equal(key, "address sizes")) {
                if (!reader->in_block)
                        begin_block(reader);
                read_address_sizes(reader, value);
        } else if (!read_midr(reader, key, value) && reader->ret->n_cpus <= 1)
                read_first_block(reader, key, value);
}

int cpuinfo_decode(Bytes text, Cpuinfo *ret, FaultList *faults) {
        CpuinfoReader reader = { .ret = ret, .faults = faults };
        size_t cursor = 0;
        Bytes line;

        *ret = (Cpuinfo){};
        while (text_line(text, &cursor, &line)) {
                reader.line++;
                if (line.n > 0)
                        read_line(&reader, line);
        }
        end_block(&reader);
        return 0;
}
