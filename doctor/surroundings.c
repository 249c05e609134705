/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/surroundings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define FILE_MAX 65536
#define CLASSES_MAX 4096
/* The kernel's number of the first PID namespace (include/linux/proc_ns.h). */
#define FIRST_PID_NAMESPACE "pid:[4026531836]"

static const char *const unit_names[_UNIT_MAX] = {
        [UNIT_SERVICE] = "hawd.service",
        [UNIT_COLLECT] = "hawd-collect.service",
        [UNIT_COLLECT_LOG] = "hawd-collect-log.service",
        [UNIT_COLLECT_XEN] = "hawd-collect-xen.service",
        [UNIT_COLLECT_CHANGES] = "hawd-collect-changes.path",
};

const char *unit_name(UnitName unit) {
        return unit_names[unit];
}

static Bytes first_line(const Buffer *buffer) {
        Bytes line = {};
        size_t cursor = 0;

        (void) text_line(buffer_bytes(buffer), &cursor, &line);
        return text_trim(line);
}

static void read_word(Root *root, const char *path, Buffer *buffer, WordFact *ret) {
        ret->reason = root_read(root, path, FILE_MAX, buffer);
        if (ret->reason == REASON_NONE)
                text_printable(first_line(buffer), ret->word, sizeof(ret->word));
}

/* If securityfs has other files, the kernel has no lockdown. */
static void read_modules(Root *root, WordFact *ret) {
        _cleanup_(name_list_done) NameList files = {};

        if (root_list(root, "sys/kernel/security", CLASSES_MAX, &files) != REASON_NONE || files.n == 0)
                return;
        ret->reason = REASON_NONE;
        snprintf(ret->word, sizeof(ret->word), "none");
}

/* "none [integrity] confidentiality": the current one is in brackets. */
static void read_lockdown(Root *root, Buffer *buffer, WordFact *ret) {
        const char *open, *close;
        WordFact all = {};

        read_word(root, "sys/kernel/security/lockdown", buffer, &all);
        ret->reason = all.reason;
        if (all.reason == REASON_ABSENT)
                read_modules(root, ret);
        if (all.reason != REASON_NONE)
                return;
        open = strchr(all.word, '[');
        close = open ? strchr(open, ']') : NULL;
        if (!close || close == open + 1)
                ret->reason = REASON_MALFORMED;
        else
                snprintf(ret->word, sizeof(ret->word), "%.*s", (int) (close - open - 1), open + 1);
}

/* ── container ─────────────────────────────────────────────────────────────────────────────────────────── */

static void is_container(HostSurroundings *ret, const char *path, Bytes word) {
        char text[48];

        text_printable(word, text, sizeof(text));
        ret->container = TRISTATE_YES;
        snprintf(ret->container_sign, sizeof(ret->container_sign), "/%s%s%s", path, *text ? ": " : "", text);
}

/* The environment of PID 1: "container=lxc" between NULs. */
static bool find_variable(Bytes environment, Bytes *ret) {
        static const char name[] = "container=";
        const size_t n_name = sizeof(name) - 1;

        for (size_t at = 0; at < environment.n;) {
                const uint8_t *start = environment.data + at;
                size_t n = strnlen((const char *) start, environment.n - at);

                if (n > n_name && memcmp(start, name, n_name) == 0) {
                        *ret = (Bytes){ .data = start + n_name, .n = n - n_name };
                        return true;
                }
                at += n + 1;
        }
        return false;
}

/* A process that sees the first PID namespace is in no container, unless that shares it with its host. */
static void read_namespace(Root *root, HostSurroundings *ret) {
        static const char path[] = "proc/self/ns/pid";
        char target[64];

        ret->container_reason = root_link(root, path, target, sizeof(target));
        if (ret->container_reason != REASON_NONE)
                return;
        if (strcmp(target, FIRST_PID_NAMESPACE) == 0)
                ret->container = TRISTATE_NO;
        else
                is_container(ret, path, (Bytes){ .data = (const uint8_t *) target, .n = strlen(target) });
}

static void read_container(Root *root, Buffer *buffer, HostSurroundings *ret) {
        static const char environment[] = "proc/1/environ";
        static const char *const files[] = { "run/systemd/container", "run/.containerenv", ".dockerenv" };
        Bytes word;

        for (size_t i = 0; i < ELEMENTS(files); i++)
                if (root_read(root, files[i], FILE_MAX, buffer) == REASON_NONE) {
                        /* Only systemd's has one word. */
                        is_container(ret, files[i], i == 0 ? first_line(buffer) : (Bytes){});
                        return;
                }
        if (root_read(root, environment, FILE_MAX, buffer) == REASON_NONE &&
                        find_variable(buffer_bytes(buffer), &word))
                is_container(ret, environment, word);
        else
                read_namespace(root, ret);
}

/* ── times ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void read_boot(Root *root, Buffer *buffer, HostSurroundings *ret) {
        size_t cursor = 0;
        uint64_t seconds;
        Bytes line, word;

        ret->proc_reason = root_read(root, "proc/stat", 1024 * 1024, buffer);
        if (ret->proc_reason != REASON_NONE)
                return;
        while (text_line(buffer_bytes(buffer), &cursor, &line))
                if (text_word(&line, &word) && text_equal(word, "btime") && text_word(&line, &word) &&
                                text_u64(word, 10, &seconds) && seconds <= INT64_MAX)
                        ret->booted = (int64_t) seconds;
}

void surroundings_read(Root *root, HostSurroundings *ret) {
        _cleanup_(name_list_done) NameList classes = {};
        _cleanup_(buffer_done) Buffer buffer = {};

        *ret = (HostSurroundings){ .live = root_is_live(root) };
        ret->sys_reason = root_list(root, "sys/class", CLASSES_MAX, &classes);
        read_boot(root, &buffer, ret);
        read_container(root, &buffer, ret);
        read_lockdown(root, &buffer, &ret->lockdown);
        read_word(root, "proc/sys/kernel/dmesg_restrict", &buffer, &ret->log_restricted);
        ret->kvm.reason = root_status(root, "dev/kvm", &ret->kvm.status);
        ret->collected.reason = root_status(root, "run/hawd/private/proc/iomem", &ret->collected.status);
}
