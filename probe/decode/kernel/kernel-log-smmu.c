/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/kernel/kernel-log-line.h"
#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/text.h"

/* ── SMMUv3 ────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct V3Line {
        Bytes name, oas, features;
} V3Line;

static bool take_v3(Bytes line, V3Line *ret) {
        Bytes ias;

        if (!line_take_device(&line, "arm-smmu-v3", &ret->name))
                return false;
        if (line_take(&line, "ias ") && (!line_take_digits(&line, &ias) || !line_take(&line, "-bit, ")))
                return false;
        if (!line_take(&line, "oas ") || !line_take_digits(&line, &ret->oas) ||
                        !line_take(&line, "-bit (features "))
                return false;
        ret->features = line_take_up_to(&line, ')');
        return text_starts(ret->features, "0x") && text_equal(line, ")");
}

/* The line of the sizes, perhaps in a form that is not known. */
static bool starts_v3(Bytes line, Bytes *ret_name) {
        return line_take_device(&line, "arm-smmu-v3", ret_name) &&
                        (text_starts(line, "ias ") || text_starts(line, "oas "));
}

Reason kernel_log_smmu_v3(Bytes text, const char *device, KernelLogSmmuV3 *ret) {
        Reason reason = REASON_ABSENT;
        uint64_t oas, features;
        size_t cursor = 0;
        V3Line found;
        Bytes line;

        while (text_line(text, &cursor, &line)) {
                if (!starts_v3(line, &found.name) || !text_equal(found.name, device))
                        continue;
                if (!take_v3(line, &found) || !line_bits(found.oas, &oas) ||
                                !text_u64(found.features, 16, &features)) {
                        reason = REASON_MALFORMED;
                        continue;
                }
                *ret = (KernelLogSmmuV3){ .features = features, .oas = (uint8_t) oas };
                reason = REASON_NONE;
        }
        return reason;
}

/* ── SMMUv1, SMMUv2 ────────────────────────────────────────────────────────────────────────────────────── */

typedef enum OldLine {
        OLD_VERSION, /* the first of a unit */
        OLD_STAGE_1,
        OLD_STAGE_2,
        _OLD_LINE_MAX,
} OldLine;

static const struct {
        const char *start, *between, *end;
} old_stages[_OLD_LINE_MAX] = {
        [OLD_STAGE_1] = { "Stage-1: ", "-bit VA -> ", "-bit IPA" },
        [OLD_STAGE_2] = { "Stage-2: ", "-bit IPA -> ", "-bit PA" },
};

/* Returns the numbers of the line; one of them is the version. */
static bool take_old(Bytes line, Bytes *ret_name, OldLine *ret_which, Bytes *ret_in, Bytes *ret_out) {
        if (!line_take_device(&line, "arm-smmu", ret_name))
                return false;
        if (line_take(&line, "SMMUv")) {
                *ret_which = OLD_VERSION;
                return line_take_digits(&line, ret_in) && text_equal(line, " with:");
        }
        if (!line_take_tab(&line))
                return false;
        *ret_which = text_starts(line, old_stages[OLD_STAGE_1].start) ? OLD_STAGE_1 : OLD_STAGE_2;
        return line_take(&line, old_stages[*ret_which].start) && line_take_digits(&line, ret_in) &&
                        line_take(&line, old_stages[*ret_which].between) &&
                        line_take_digits(&line, ret_out) && text_equal(line, old_stages[*ret_which].end);
}

/* False if a number is invalid. */
static bool put_old(OldLine which, Bytes in_text, Bytes out_text, KernelLogSmmu *ret) {
        uint64_t in, out;

        if (which == OLD_VERSION) {
                *ret = (KernelLogSmmu){};
                if (!text_u64(in_text, 10, &in) || in < 1 || in > 2)
                        return false;
                ret->version = (uint8_t) in;
                return true;
        }
        if (!line_bits(in_text, &in) || !line_bits(out_text, &out))
                return false;
        if (which == OLD_STAGE_1) {
                ret->stage_1_in = (uint8_t) in;
                ret->stage_1_out = (uint8_t) out;
        } else {
                ret->stage_2_in = (uint8_t) in;
                ret->stage_2_out = (uint8_t) out;
        }
        return true;
}

Reason kernel_log_smmu(Bytes text, const char *device, KernelLogSmmu *ret) {
        Bytes line, name, in = {}, out = {};
        KernelLogSmmu found = {};
        bool malformed = false;
        size_t cursor = 0;
        OldLine which;

        while (text_line(text, &cursor, &line)) {
                if (!take_old(line, &name, &which, &in, &out) || !text_equal(name, device))
                        continue;
                malformed = (malformed && which != OLD_VERSION) || !put_old(which, in, out, &found);
        }
        if (malformed)
                return REASON_MALFORMED;
        if (found.version == 0 || (found.stage_1_in == 0 && found.stage_2_in == 0))
                return REASON_ABSENT;
        *ret = found;
        return REASON_NONE;
}

bool line_is_smmu(Bytes line) {
        Bytes name, in, out;
        OldLine which;

        return starts_v3(line, &name) || take_old(line, &name, &which, &in, &out);
}
