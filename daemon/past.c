/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/past.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>

#include "daemon/log.h"
#include "daemon/write-file.h"
#include "probe/cleanup.h"
#include "profile/change/history.h"
#include "profile/document/json-parse.h"
#include "profile/field/json-write.h"
#include "profile/findings/findings.h"

#define BOOTS_KEPT 16
#define FORMER_MAX ((size_t) 32 << 20)

typedef struct Boot {
        unsigned number; /* 0: none */
        char name[64];
} Boot;

/* "0042-BOOTID.json" */
static bool boot_parse(const char *name, Boot *ret, char id[33]) {
        int end = 0;

        if (sscanf(name, "%8u-%32[0-9a-f].json%n", &ret->number, id, &end) != 2 || end == 0 || name[end])
                return false;
        return (size_t) snprintf(ret->name, sizeof(ret->name), "%s", name) < sizeof(ret->name);
}

/* Calls `found` for each saved boot. */
static void each_boot(const Past *past, void (*found)(const Boot *boot, const char *id, void *userdata),
                void *userdata) {
        int copy = openat(past->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
        const struct dirent *entry;
        char id[33];
        Boot boot;

        if (!directory) {
                if (copy >= 0)
                        close(copy);
                return;
        }
        while ((entry = readdir(directory)))
                if (boot_parse(entry->d_name, &boot, id))
                        found(&boot, id, userdata);
        closedir(directory);
}

void past_open(Past *past, const char *path) {
        sd_id128_t boot;

        *past = (Past){ .fd = -1 };
        if (!path)
                return;
        past->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (past->fd < 0)
                log_warning("%s: %s; profiles of previous boots are not stored.", path, strerror(errno));
        else if (sd_id128_get_boot(&boot) >= 0)
                sd_id128_to_string(boot, past->boot);
}

void past_close(Past *past) {
        if (past->fd >= 0)
                close(past->fd);
        finding_done(&past->finding);
        *past = (Past){ .fd = -1 };
}

/* ── changes ───────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Search {
        const char *boot; /* the current one */
        Boot latest;      /* former */
        Boot own;
} Search;

static void look(const Boot *boot, const char *id, void *userdata) {
        Search *search = userdata;

        if (strcmp(id, search->boot) == 0)
                search->own = *boot;
        else if (boot->number > search->latest.number)
                search->latest = *boot;
}

static int read_document(int fd, const char *name, char **ret, size_t *ret_n) {
        _cleanup_close_ int file = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        _cleanup_free_ char *text = NULL;
        struct stat st;
        size_t n = 0;

        if (file < 0 || fstat(file, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || (size_t) st.st_size > FORMER_MAX)
                return -EFBIG;
        text = malloc((size_t) st.st_size + 1);
        if (!text)
                return -ENOMEM;
        while (n < (size_t) st.st_size) {
                ssize_t r = read(file, text + n, (size_t) st.st_size - n);

                if (r < 0)
                        return -errno;
                if (r == 0)
                        break;
                n += (size_t) r;
        }
        *ret = TAKE_PTR(text);
        *ret_n = n;
        return 0;
}

/* A new reference, or NULL with a message, or out of memory. */
static json_t *parse(const char *name, const char *text, size_t n) {
        json_t *document = NULL;
        JsonError error = {};

        if (profile_json_parse(text, n, &document, &error) == -EINVAL)
                log_warning("%s is ignored: line %u: %s", name, error.line, error.text);
        return document;
}

/* Changes between boots leave out devices: there may be thousands. */
static bool compared(const char *key) {
        return strcmp(key, "devices") != 0;
}

static int compare(Past *past, const char *name, const Profile *profile) {
        _cleanup_free_ char *text = NULL;
        size_t n = 0;
        json_t *before, *now;
        int r = read_document(past->fd, name, &text, &n);

        if (r < 0) {
                log_warning("%s is ignored: %s", name, strerror(-r));
                return 0;
        }
        before = parse(name, text, n);
        if (!before)
                return 0;
        now = profile_json_members(profile, compared);
        r = now ? history_finding(before, now, &past->finding) : -ENOMEM;
        json_decref(before);
        json_decref(now);
        return r;
}

static int add_finding(const Finding *from, Profile *profile) {
        Finding *finding = finding_add(&profile->findings, FINDING_CHANGED_SINCE_LAST_BOOT, from->severity,
                        "%s", from->subject);

        finding_summary(finding, "%s", from->summary);
        finding_detail(finding, "%s", from->detail);
        finding_remedy(finding, "%s", from->remedy);
        return finding_list_finish(&profile->findings);
}

int past_tell(Past *past, Profile *profile) {
        Search search = { .boot = past->boot };
        int r = 0;

        if (past->fd < 0 || !*past->boot)
                return 0;
        if (!past->told) {
                past->told = true;
                each_boot(past, look, &search);
                past->kept = search.own.number > 0;
                /* The first profile of a boot counts, even if the service restarts. */
                if (search.latest.number > 0)
                        r = compare(past, search.latest.name, profile);
        }
        if (r >= 0 && past->finding.id)
                r = add_finding(&past->finding, profile);
        return r;
}

/* ── saving ────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Rotation {
        Past *past;
        unsigned newest;
} Rotation;

static void find_newest(const Boot *boot, const char *id, void *userdata) {
        Rotation *rotation = userdata;

        if (boot->number > rotation->newest)
                rotation->newest = boot->number;
}

static void drop_old(const Boot *boot, const char *id, void *userdata) {
        const Rotation *rotation = userdata;

        if (boot->number + BOOTS_KEPT <= rotation->newest)
                (void) unlinkat(rotation->past->fd, boot->name, 0);
}

void past_keep(Past *past, const char *document, size_t n) {
        Rotation rotation = { .past = past };
        char name[64];
        int r;

        if (past->fd < 0 || past->kept || !*past->boot)
                return;
        past->kept = true; /* also after a failure: one try per boot */
        each_boot(past, find_newest, &rotation);
        rotation.newest++;
        snprintf(name, sizeof(name), "%04u-%s.json", rotation.newest, past->boot);
        r = replace_file_at(past->fd, name, document, n, "\n");
        if (r < 0)
                log_warning("Cannot store the profile of this boot: %s", strerror(-r));
        else
                each_boot(past, drop_old, &rotation);
}
