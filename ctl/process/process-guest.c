/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/process-guest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "ctl/process/guest-files.h"
#include "ctl/process/process-file.h"
#include "ctl/process/process-identity.h"
#include "ctl/process/process-limits.h"
#include "guest/form/text/form.h"
#include "guest/form/words/program.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* A thousand devices take 10% of it. */
#define CMDLINE_MAX ((size_t) 2 << 20)

void process_guest_done(ProcessGuest *guest) {
        guest_done(&guest->guest);
}

/* The name it was started with, or its own. */
static void read_name(int process, const char *cmdline, char ret[PATH_MAX]) {
        _cleanup_free_ char *comm = NULL;
        size_t n;

        *ret = 0;
        if (*cmdline)
                snprintf(ret, PATH_MAX, "%s", cmdline);
        else if (process_file_read(process, "comm", PATH_MAX, &comm, &n) >= 0)
                snprintf(ret, PATH_MAX, "%.*s", (int) strcspn(comm, "\n"), comm);
}

static void identify(int process, const char *cmdline, ProcessGuest *ret) {
        char path[PATH_MAX];
        const char *name;

        if (process_program_path(process, path, sizeof(path)) < 0)
                read_name(process, cmdline, path);
        name = qemu_program_name(path);
        ret->is_vmm = qemu_program_is_process(name);
        text_printable((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, ret->program,
                        sizeof(ret->program));
}

/* Reads all that needs privileges, between two reads of the identity. */
static int read_privileged(int process, ProcessGuest *ret, GuestFiles *files, char **ret_cmdline,
                size_t *ret_n, uint64_t *ret_locked) {
        _cleanup_(process_identity_done) ProcessIdentity before = {}, after = {};
        const char *refused;
        int r;

        r = process_identity_read(process, &before);
        if (r >= 0)
                r = process_file_read(process, "cmdline", CMDLINE_MAX, ret_cmdline, ret_n);
        if (r < 0)
                return r;
        identify(process, *ret_cmdline, ret);
        process_place_read(process, files, &ret->place);
        *ret_locked = process_limits_read(process);
        r = process_identity_read(process, &after);
        if (r < 0)
                return r;
        refused = process_identity_take(&before, &after);
        if (!files->refused)
                files->refused = refused;
        return 0;
}

/* A process runs on this host, whichever it is checked against. */
static int architecture_here(void *host, GuestArchitecture *ret) {
        struct utsname name;

        if (uname(&name) < 0)
                return 0;
        *ret = strcmp(name.machine, "aarch64") == 0 ? ARCHITECTURE_ARM64 : ARCHITECTURE_X86;
        return 1;
}

/* The number of the guest of Xen whose devices this QEMU emulates; NULL: none. */
static const char *xen_domid(const char *cmdline, size_t n) {
        const char *end = cmdline + n;
        bool next = false;

        for (const char *word = cmdline; word < end; word += strlen(word) + 1) {
                const char *name = vm_option_name(word);

                if (next)
                        return word;
                next = name && strcmp(name, "xen-domid") == 0;
        }
        return NULL;
}

int process_guest_read(
                const ProcessJob *job, void *channel, bool only_vmm, ProcessGuest *ret, VmError *reterr) {
        GuestFiles files = {
                .foreign = true,
                .root = -EBADF,
                .cwd = -EBADF,
                .refused = job->refused,
                .about = process_job_about,
                .userdata = channel,
        };
        const VmFiles here = { guest_files_read, &files, architecture_here };
        _cleanup_free_ char *cmdline = NULL;
        const char *domid;
        uint64_t locked;
        size_t n;
        int r;

        *ret = (ProcessGuest){};
        *reterr = (VmError){};
        r = read_privileged(job->process, ret, &files, &cmdline, &n, &locked);
        if (r == -E2BIG) {
                snprintf(reterr->text, sizeof(reterr->text), "the command line is longer than %zu MiB",
                                CMDLINE_MAX >> 20);
                r = -EINVAL;
        }
        domid = r >= 0 ? xen_domid(cmdline, n) : NULL;
        /* A zombie has no command line. Guests of Xen are not processes. */
        if (r >= 0 && only_vmm && (n == 0 || domid))
                ret->is_vmm = false;
        else if (domid)
                r = vm_error(reterr, 0,
                                "the device model of a guest of Xen: use 'xl list -l %.10s | hawctl check -'",
                                domid);
        if (r >= 0 && (!only_vmm || (ret->is_vmm && qemu_program(ret->program) != QEMU_PROGRAM_FOREIGN))) {
                r = vm_process_read(cmdline, n, &here, &ret->guest, reterr);
                if (r >= 0) {
                        ret->guest.memory.locked_limit = locked;
                        process_place_image(&files, &ret->guest, &ret->place);
                }
        }
        closep(&files.root);
        closep(&files.cwd);
        return r;
}
