/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cmdline.h"

#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

typedef enum ParameterKind {
        PARAMETER_LIST, /* words between commas */
        PARAMETER_BOOL, /* kstrtobool() values, as the words "1" and "0" */
        PARAMETER_FLAG, /* name only, no value; one word, "" */
} ParameterKind;

#define NOTHING SIZE_MAX
#define WORDS_MAX 8

typedef struct Word {
        const char *text;
        size_t sets, clears; /* offsets of bools in Cmdline */
} Word;

typedef struct Parameter {
        const char *name;
        ParameterKind kind;
        Word words[WORDS_MAX]; /* up to a NULL text; the kernel takes the first that the value starts with */
} Parameter;

#define AT(member) offsetof(Cmdline, member)

static const Parameter parameters[] = {
        { "intel_iommu", PARAMETER_LIST,
                        {
                                        { "on", AT(intel_iommu_on), AT(intel_iommu_off) },
                                        { "off", AT(intel_iommu_off), AT(intel_iommu_on) },
                                        { "igfx_off", AT(intel_igfx_off), NOTHING },
                                        { "intgpu_off", AT(intel_intgpu_off), NOTHING },
                                        { "strict", AT(intel_strict), NOTHING },
                                        { "sm_on", AT(intel_sm_on), AT(intel_sm_off) },
                                        { "sm_off", AT(intel_sm_off), AT(intel_sm_on) },
                                        { "tboot_noforce", AT(intel_tboot_noforce), NOTHING },
                        } },
        { "amd_iommu", PARAMETER_LIST,
                        {
                                        { "force_enable", AT(amd_force_enable), NOTHING },
                                        { "off", AT(amd_iommu_off), NOTHING },
                                        { "pgtbl_v1", AT(amd_pgtbl_v1), AT(amd_pgtbl_v2) },
                                        { "pgtbl_v2", AT(amd_pgtbl_v2), AT(amd_pgtbl_v1) },
                        } },
        { "iommu", PARAMETER_LIST,
                        {
                                        { "off", AT(iommu_off), NOTHING },
                                        { "force", AT(iommu_force), AT(iommu_noforce) },
                                        { "noforce", AT(iommu_noforce), AT(iommu_force) },
                                        { "soft", AT(iommu_soft), NOTHING },
                                        { "pt", AT(iommu_pt), AT(iommu_nopt) },
                                        { "nopt", AT(iommu_nopt), AT(iommu_pt) },
                        } },
        { "iommu.passthrough", PARAMETER_BOOL,
                        { { "1", AT(iommu_pt), AT(iommu_nopt) }, { "0", AT(iommu_nopt), AT(iommu_pt) } } },
        { "iommu.strict", PARAMETER_BOOL,
                        { { "1", AT(iommu_strict), AT(iommu_lazy) },
                                        { "0", AT(iommu_lazy), AT(iommu_strict) } } },
        { "intremap", PARAMETER_LIST,
                        {
                                        { "on", AT(intremap_on), AT(intremap_off) },
                                        { "off", AT(intremap_off), AT(intremap_on) },
                                        { "no_x2apic_optout", AT(intremap_no_x2apic_optout), NOTHING },
                        } },
        { "no5lvl", PARAMETER_FLAG, { { "", AT(no5lvl), NOTHING } } },
        { "mem_encrypt", PARAMETER_LIST,
                        { { "on", AT(mem_encrypt_on), AT(mem_encrypt_off) },
                                        { "off", AT(mem_encrypt_off), AT(mem_encrypt_on) } } },
        { "kvm_intel.ept", PARAMETER_BOOL,
                        { { "1", AT(ept_on), AT(ept_off) }, { "0", AT(ept_off), AT(ept_on) } } },
        { "kvm_amd.npt", PARAMETER_BOOL,
                        { { "1", AT(npt_on), AT(npt_off) }, { "0", AT(npt_off), AT(npt_on) } } },
        { "kvm_arm.mode", PARAMETER_LIST,
                        { { "none", AT(kvm_arm_none), AT(kvm_arm_some) },
                                        { "nvhe", AT(kvm_arm_some), AT(kvm_arm_none) },
                                        { "protected", AT(kvm_arm_some), AT(kvm_arm_none) },
                                        { "nested", AT(kvm_arm_some), AT(kvm_arm_none) } } },
        { "pci", PARAMETER_LIST,
                        { { "config_acs=", AT(pci_config_acs), NOTHING },
                                        { "disable_acs_redir=", AT(pci_disable_acs_redir), NOTHING } } },
};

/* One argument, split like next_arg(). */
typedef struct Argument {
        Bytes name, value;
        bool has_value;
        size_t offset; /* of the name in the text */
} Argument;

static bool is_space(uint8_t c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

static Bytes without_closing_quote(Bytes b) {
        if (b.n > 0 && b.data[b.n - 1] == '"')
                b.n--;
        return b;
}

/* The argument from the cursor up to a blank outside quotes. */
static Bytes take_argument(Bytes text, size_t *cursor, size_t *ret_equals) {
        bool quoted = text.data[*cursor] == '"', in_quote = quoted;
        size_t n;

        if (quoted)
                (*cursor)++;
        Bytes rest = bytes_part(text, *cursor, text.n - *cursor);
        *ret_equals = 0;
        for (n = 0; n < rest.n && (in_quote || !is_space(rest.data[n])); n++) {
                if (*ret_equals == 0 && rest.data[n] == '=')
                        *ret_equals = n;
                if (rest.data[n] == '"')
                        in_quote = !in_quote;
        }
        *cursor += n;
        Bytes argument = bytes_part(rest, 0, n);
        return quoted ? without_closing_quote(argument) : argument;
}

/* False at the end of the kernel's part: a NUL, or "--". */
static bool next_argument(Bytes text, size_t *cursor, Argument *ret) {
        size_t equals;

        while (*cursor < text.n && is_space(text.data[*cursor]))
                (*cursor)++;
        if (*cursor >= text.n)
                return false;
        *ret = (Argument){ .offset = *cursor };
        ret->name = take_argument(text, cursor, &equals);
        if (equals > 0) {
                ret->has_value = true;
                ret->value = bytes_part(ret->name, equals + 1, ret->name.n);
                ret->name.n = equals;
                if (text_starts(ret->value, "\""))
                        ret->value = without_closing_quote(bytes_part(ret->value, 1, ret->value.n));
        }
        return ret->has_value || !text_equal(ret->name, "--");
}

static Bytes until_nul(Bytes text) {
        return bytes_part(text, 0, text.n > 0 ? strnlen((const char *) text.data, text.n) : 0);
}

/* '-' and '_' are equal in parameter names. */
static bool name_equal(Bytes name, const char *parameter) {
        if (name.n != strlen(parameter))
                return false;
        for (size_t i = 0; i < name.n; i++)
                if ((name.data[i] == '-' ? '_' : name.data[i]) != (uint8_t) parameter[i])
                        return false;
        return true;
}

static const Parameter *find_parameter(Bytes name) {
        for (size_t i = 0; i < ELEMENTS(parameters); i++)
                if (name_equal(name, parameters[i].name))
                        return &parameters[i];
        return NULL;
}

/* kstrtobool(): 'y', 't', '1' and "on", 'n', 'f', '0' and "off", as prefixes. NULL: neither. */
static const Word *bool_word(const Parameter *parameter, const Argument *argument) {
        const Word *yes = &parameter->words[0], *no = &parameter->words[1];
        Bytes v = argument->value;

        if (!argument->has_value)
                return yes;
        if (v.n > 0 && v.data[0] && strchr("yYtT1", v.data[0]))
                return yes;
        if (v.n > 0 && v.data[0] && strchr("nNfF0", v.data[0]))
                return no;
        if (v.n < 2 || (v.data[0] != 'o' && v.data[0] != 'O'))
                return NULL;
        if (v.data[1] == 'n' || v.data[1] == 'N')
                return yes;
        return v.data[1] == 'f' || v.data[1] == 'F' ? no : NULL;
}

static const Word *list_word(const Parameter *parameter, Bytes word) {
        for (size_t i = 0; i < WORDS_MAX && parameter->words[i].text; i++)
                if (text_starts(word, parameter->words[i].text))
                        return &parameter->words[i];
        return NULL;
}

/* The next known word in the argument; false if none is left. Start with `rest` the value, `first` true. */
static bool next_word(const Parameter *parameter, const Argument *argument, bool *first, Bytes *rest,
                const Word **ret) {
        bool was_first = *first;

        *first = false;
        *ret = NULL;
        if (parameter->kind == PARAMETER_FLAG && was_first && !argument->has_value)
                *ret = &parameter->words[0];
        if (parameter->kind == PARAMETER_BOOL && was_first)
                *ret = bool_word(parameter, argument);
        if (parameter->kind != PARAMETER_LIST)
                return *ret;

        while (!*ret && rest->n > 0) {
                const uint8_t *comma = memchr(rest->data, ',', rest->n);
                size_t n = comma ? (size_t) (comma - rest->data) : rest->n;

                *ret = list_word(parameter, bytes_part(*rest, 0, n));
                *rest = bytes_part(*rest, comma ? n + 1 : n, rest->n);
        }
        return *ret;
}

static void put_bool(Cmdline *cmdline, size_t offset, bool value) {
        if (offset != NOTHING)
                *(bool *) ((char *) cmdline + offset) = value;
}

int cmdline_decode(Bytes text, Cmdline *ret, FaultList *faults) {
        size_t cursor = 0;
        Argument argument;

        *ret = (Cmdline){};
        text = until_nul(text);
        while (next_argument(text, &cursor, &argument)) {
                const Parameter *parameter = find_parameter(argument.name);
                Bytes rest = argument.value;
                bool first = true;
                const Word *word;

                if (!parameter)
                        continue;
                if (parameter->kind == PARAMETER_BOOL && !bool_word(parameter, &argument))
                        fault_add(faults, argument.offset, "cmdline-bool", "%s= requires 1 or 0",
                                        parameter->name);
                while (next_word(parameter, &argument, &first, &rest, &word)) {
                        put_bool(ret, word->clears, false);
                        put_bool(ret, word->sets, true);
                }
        }
        return 0;
}

static bool append(char *out, size_t size, size_t *n, const char *s) {
        size_t length = strlen(s);

        if (*n >= size || size - *n <= length)
                return false;
        memcpy(out + *n, s, length + 1);
        *n += length;
        return true;
}

/* Appends one argument with its known words, if any. */
static bool append_argument(
                const Parameter *parameter, const Argument *argument, char *out, size_t size, size_t *n) {
        bool first = true, any = false, fits = true;
        Bytes rest = argument->value;
        const Word *word;

        if (*n > 0)
                fits &= append(out, size, n, " ");
        fits &= append(out, size, n, parameter->name);
        while (next_word(parameter, argument, &first, &rest, &word)) {
                if (argument->has_value) {
                        fits &= append(out, size, n, any ? "," : "=");
                        fits &= append(out, size, n, word->text);
                }
                any = true;
        }
        return fits && any;
}

size_t cmdline_filter(Bytes text, char *ret, size_t size) {
        size_t cursor = 0, n = 0;
        Argument argument;

        if (size == 0)
                return 0;
        ret[0] = 0;
        text = until_nul(text);
        while (next_argument(text, &cursor, &argument)) {
                const Parameter *parameter = find_parameter(argument.name);
                size_t before = n;

                if (!parameter || append_argument(parameter, &argument, ret, size, &n))
                        continue;
                n = before;
                ret[n] = 0;
        }
        return n;
}
