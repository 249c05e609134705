/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads a host tree, then does as it is told on standard input: "device ADDRESS", "host", "cpu", "kvm", "memory", "groups" say
 * what changed since; "go" reads that again and prints the paths that were read, the digest of the profile that comes of it,
 * the digest of a profile read from scratch, and the time it took in microseconds. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe/cleanup.h"
#include "probe/source/regather.h"
#include "profile/derive/derive.h"

typedef struct Check {
        const char *path;
        Facts facts;
        Profile profile;
} Check;

static void on_file(void *userdata, const char *path, Bytes content) {
        printf("read %s\n", path);
}

static void on_link(void *userdata, const char *path, const char *target) {
        printf("link %s\n", path);
}

static void on_directory(void *userdata, const char *path, const NameList *names) {
        printf("list %s\n", path);
}

static void on_refused(void *userdata, const char *path, Reason reason) {
        printf("refused %s\n", path);
}

static uint64_t now_usec(void) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

static int regather(Check *check, const Changes *changes) {
        static const RootObserver observer = { on_file, on_link, on_directory, on_refused, NULL };
        _cleanup_(root_freep) Root *root = NULL;
        uint64_t begin = now_usec();
        Profile fresh = {};
        int r = root_open(check->path, &root);

        if (r < 0)
                return r;
        root_observe(root, &observer);
        r = facts_regather(root, changes, &check->facts);
        if (r < 0)
                return r;
        r = profile_derive(&check->facts, &check->profile, &fresh);
        if (r < 0)
                return r;
        printf("usec %llu\n", (unsigned long long) (now_usec() - begin));
        profile_done(&check->profile);
        check->profile = fresh;
        return 0;
}

static int go(Check *check, Changes *changes) {
        _cleanup_(profile_done) Profile scratch = {};
        _cleanup_(root_freep) Root *root = NULL;
        int r = regather(check, changes);

        if (r >= 0)
                r = root_open(check->path, &root);
        if (r >= 0)
                r = profile_probe(root, &scratch);
        if (r < 0)
                return r;
        printf("digest %s\nscratch %s\ndevices %zu groups %zu\n.\n", check->profile.digest, scratch.digest,
                        check->profile.n_devices, check->profile.n_groups);
        fflush(stdout);
        *changes = (Changes){};
        return 0;
}

static int obey(Check *check, const char *line, Changes *changes) {
        PciAddress address;

        if (strcmp(line, "go") == 0)
                return go(check, changes);
        if (strncmp(line, "device ", 7) == 0 &&
                        pci_address_parse(
                                        (Bytes){ .data = (const uint8_t *) line + 7, .n = strlen(line + 7) },
                                        &address))
                changes_add_device(changes, &address);
        else if (strcmp(line, "host") == 0)
                changes->host = true;
        else if (strcmp(line, "cpu") == 0)
                changes->cpu = true;
        else if (strcmp(line, "kvm") == 0)
                changes->kvm = true;
        else if (strcmp(line, "memory") == 0)
                changes->memory = true;
        else if (strcmp(line, "mediated") == 0)
                changes->mediated = true;
        else if (strcmp(line, "groups") == 0)
                changes->groups = true;
        else
                return -EINVAL;
        return 0;
}

int main(int argc, char **argv) {
        _cleanup_(root_freep) Root *root = NULL;
        Check check = { .path = argc > 1 ? argv[1] : "" };
        Changes changes = {};
        char line[128];
        int r = root_open(check.path, &root);

        if (r >= 0)
                r = facts_gather(root, &check.facts);
        if (r >= 0)
                r = profile_derive(&check.facts, NULL, &check.profile);
        puts(".");
        fflush(stdout);
        while (r >= 0 && fgets(line, sizeof(line), stdin)) {
                line[strcspn(line, "\n")] = 0;
                r = obey(&check, line, &changes);
        }
        profile_done(&check.profile);
        facts_done(&check.facts);
        if (r < 0)
                fprintf(stderr, "regather-check: %s\n", strerror(-r));
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
