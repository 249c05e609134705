/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/decode/xen/xen-answers.h"

typedef struct Parser {
        XenAnswers *answers;
        int policy; /* of the leaves that follow; -1 none */
        bool version, physinfo, command_line, reserved;
} Parser;

static bool take_number(Bytes *rest, unsigned base, uint64_t max, uint64_t *ret) {
        Bytes word;

        return text_word(rest, &word) && text_u64(word, base, ret) && *ret <= max;
}

static bool at_end(Bytes rest) {
        return text_trim(rest).n == 0;
}

/* "4.17" */
static bool parse_version(Bytes rest, Parser *parser) {
        uint64_t major, minor;
        Bytes word;
        const uint8_t *dot;

        if (!text_word(&rest, &word) || !at_end(rest) || !(dot = memchr(word.data, '.', word.n)))
                return false;
        size_t n = (size_t) (dot - word.data);

        if (!text_u64(bytes_part(word, 0, n), 10, &major) ||
                        !text_u64(bytes_part(word, n + 1, word.n), 10, &minor) || major > UINT16_MAX ||
                        minor > UINT16_MAX)
                return false;
        parser->answers->major = (uint16_t) major;
        parser->answers->minor = (uint16_t) minor;
        return parser->version = true;
}

static bool parse_physinfo(Bytes rest, Parser *parser) {
        XenPhysinfo info = {};
        uint64_t value;
        Bytes key;

        while (text_word(&rest, &key))
                if (text_equal(key, "capabilities") && take_number(&rest, 16, UINT32_MAX, &value))
                        info.capabilities = (uint32_t) value;
                else if (text_equal(key, "max-mfn") && take_number(&rest, 16, XEN_PFN_MAX, &value))
                        info.max_mfn = value;
                else if (text_equal(key, "total-pages") && take_number(&rest, 10, XEN_PFN_MAX, &value))
                        info.total_pages = value;
                else
                        return false;
        parser->answers->physinfo = info;
        return parser->physinfo = true;
}

static bool parse_reserved(Bytes rest, Parser *parser, int *ret_error) {
        XenReserved reserved = {};
        Bytes word;

        if (!text_word(&rest, &word))
                return false;
        if (text_equal(word, "none") && at_end(rest))
                return parser->reserved = true;
        reserved.has_device = !text_equal(word, "all");
        if (reserved.has_device && !pci_address_parse(word, &reserved.device))
                return false;
        if (!take_number(&rest, 16, XEN_PFN_MAX, &reserved.start_pfn) ||
                        !take_number(&rest, 10, XEN_PFN_MAX, &reserved.n_pages) || !at_end(rest))
                return false;
        int r = xen_answers_add_reserved(parser->answers, &reserved);

        if (r == -ENOMEM)
                *ret_error = r;
        parser->reserved |= r == 0;
        return r == 0;
}

static bool parse_reason(Bytes word, Reason *ret) {
        for (Reason reason = REASON_ABSENT; reason < _REASON_MAX; reason++)
                if (text_equal(word, reason_to_string(reason))) {
                        *ret = reason;
                        return true;
                }
        return false;
}

static int find_policy(Bytes *rest) {
        Bytes word;

        if (!text_word(rest, &word))
                return -EINVAL;
        for (int i = 0; i < _XEN_POLICY_MAX; i++)
                if (text_equal(word, xen_policy_to_string((XenPolicy) i)))
                        return i;
        return -EINVAL;
}

static bool parse_policy(Bytes rest, Parser *parser) {
        parser->policy = find_policy(&rest);
        return parser->policy >= 0 && at_end(rest);
}

static bool parse_policy_reason(Bytes rest, Parser *parser) {
        int policy = find_policy(&rest);

        return policy >= 0 && parse_reason(text_trim(rest), &parser->answers->policies[policy].reason);
}

static bool parse_reason_line(Bytes key, Bytes rest, Parser *parser) {
        XenAnswers *answers = parser->answers;

        if (text_equal(key, "policy-reason"))
                return parse_policy_reason(rest, parser);
        if (text_equal(key, "version-reason"))
                return parse_reason(text_trim(rest), &answers->version_reason);
        if (text_equal(key, "command-line-reason"))
                return parse_reason(text_trim(rest), &answers->command_line_reason);
        if (text_equal(key, "physinfo-reason"))
                return parse_reason(text_trim(rest), &answers->physinfo_reason);
        if (text_equal(key, "reserved-reason"))
                return parse_reason(text_trim(rest), &answers->reserved_reason);
        return false;
}

/* Without blanks at its ends, so that it is read again as it was written. */
static void keep(Bytes text, char *ret, size_t size) {
        size_t n;

        text_printable(text_trim(text), ret, size);
        for (n = strlen(ret); n > 0 && ret[n - 1] == ' '; n--)
                ret[n - 1] = 0;
}

static bool parse_words(Bytes key, Bytes rest, Parser *parser) {
        XenAnswers *answers = parser->answers;
        uint64_t number;

        if (text_equal(key, "version"))
                return parse_version(rest, parser);
        if (text_equal(key, "extra-version"))
                keep(rest, answers->extra, sizeof(answers->extra));
        else if (text_equal(key, "capabilities"))
                keep(rest, answers->capabilities, sizeof(answers->capabilities));
        else if (text_equal(key, "command-line")) {
                keep(rest, answers->command_line, sizeof(answers->command_line));
                parser->command_line = true;
        } else if (text_equal(key, "sysctl")) {
                if (!take_number(&rest, 16, UINT32_MAX, &number) || !at_end(rest))
                        return false;
                answers->sysctl_version = (uint32_t) number;
        } else if (text_equal(key, "physinfo"))
                return parse_physinfo(rest, parser);
        else if (text_equal(key, "policy"))
                return parse_policy(rest, parser);
        else
                return parse_reason_line(key, rest, parser);
        return true;
}

/* True if the line is good; *ret_error is set if memory is out. */
static bool parse_line(Bytes line, Parser *parser, int *ret_error) {
        CpuidLeaf leaf;
        Bytes key;

        if (cpuid_leaf_parse(line, &leaf)) {
                if (parser->policy < 0)
                        return false;
                int r = cpuid_table_add(&parser->answers->policies[parser->policy].leaves, &leaf);

                *ret_error = r == -ENOMEM ? r : 0;
                return r == 0;
        }
        if (!text_word(&line, &key) || key.data[0] == '#')
                return true;
        if (text_equal(key, "reserved"))
                return parse_reserved(line, parser, ret_error);
        return parse_words(key, line, parser);
}

static void mark_absent(const Parser *parser, XenAnswers *answers) {
        if (!parser->version && answers->version_reason == REASON_NONE)
                answers->version_reason = REASON_ABSENT;
        if (!parser->command_line && answers->command_line_reason == REASON_NONE)
                answers->command_line_reason = REASON_ABSENT;
        if (!parser->physinfo && answers->physinfo_reason == REASON_NONE)
                answers->physinfo_reason = REASON_ABSENT;
        if (!parser->reserved && answers->reserved_reason == REASON_NONE)
                answers->reserved_reason = REASON_ABSENT;
        for (size_t i = 0; i < _XEN_POLICY_MAX; i++)
                if (answers->policies[i].leaves.n == 0 && answers->policies[i].reason == REASON_NONE)
                        answers->policies[i].reason = REASON_ABSENT;
}

int xen_answers_parse(Bytes text, XenAnswers *ret, FaultList *faults) {
        XenAnswers answers = {};
        Parser parser = { .answers = &answers, .policy = -1 };
        size_t cursor = 0, number = 0;
        int error = 0;
        Bytes line;

        while (text_line(text, &cursor, &line)) {
                number++;
                if (!parse_line(line, &parser, &error) && error == 0)
                        fault_add(faults, number, "xen-line",
                                        "expected version, extra-version, capabilities, command-line, sysctl, "
                                        "physinfo, reserved, policy, or a leaf");
                if (error < 0) {
                        xen_answers_done(&answers);
                        return error;
                }
        }
        mark_absent(&parser, &answers);
        *ret = answers;
        return 0;
}
