/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/xen-domains.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/form/text/form.h"
#include "probe/cleanup.h"

#define FILE_MAX_SIZE ((size_t) 1 << 20)

void xen_domains_done(XenDomains *domains) {
        for (size_t i = 0; i < domains->n; i++)
                guest_done(&domains->items[i].guest);
        free(domains->items);
        *domains = (XenDomains){};
}

static bool file_contains(const char *path, const char *text) {
        char content[256] = "";
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd >= 0 ? read(fd, content, sizeof(content) - 1) : 0;

        return n > 0 && strstr(content, text);
}

int xen_domains_here(void) {
        return file_contains("/proc/xen/capabilities", "control_d");
}

time_t xen_domains_since(void) {
        struct timespec now, up;

        if (clock_gettime(CLOCK_REALTIME, &now) < 0 || clock_gettime(CLOCK_BOOTTIME, &up) < 0)
                return 0;
        return now.tv_sec - up.tv_sec;
}

/* "userdata-d.3.UUID.libxl-json"; dom0 itself, which is 0, is no guest. */
static bool parse_name(const char *name, unsigned *ret) {
        static const char start[] = "userdata-d.", end[] = ".libxl-json";
        size_t n = strlen(name);
        char *over;
        unsigned long domid;

        if (n <= strlen(end) || strncmp(name, start, strlen(start)) != 0 ||
                        strcmp(name + n - strlen(end), end) != 0)
                return false;
        name += strlen(start);
        if (*name < '0' || *name > '9')
                return false;
        domid = strtoul(name, &over, 10);
        *ret = (unsigned) domid;
        return *over == '.' && domid > 0 && domid < XEN_DOMAINS_MAX;
}

static int read_whole(int fd, char **ret, size_t *ret_n) {
        _cleanup_free_ char *text = malloc(FILE_MAX_SIZE + 1);
        size_t n = 0;

        if (!text)
                return -ENOMEM;
        while (n <= FILE_MAX_SIZE) {
                ssize_t k = read(fd, text + n, FILE_MAX_SIZE + 1 - n);

                if (k < 0 && errno != EINTR)
                        return -errno;
                if (k == 0)
                        break;
                n += k > 0 ? (size_t) k : 0;
        }
        if (n > FILE_MAX_SIZE)
                return -EFBIG;
        *ret = TAKE_PTR(text);
        *ret_n = n;
        return 0;
}

static int no_domain(const char *text, size_t n, Guest *ret, VmError *reterr) {
        return vm_error(reterr, 0, "expected libxl's JSON");
}

/* -ESTALE: left from before. */
static int read_file(int directory, const char *name, time_t since, XenDomain *domain) {
        _cleanup_close_ int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        _cleanup_free_ char *text = NULL;
        VmError error = {};
        struct stat status;
        size_t n = 0;
        int r;

        if (fd < 0 || fstat(fd, &status) < 0)
                return -errno;
        if (!S_ISREG(status.st_mode))
                return -EINVAL;
        if (status.st_mtime < since)
                return -ESTALE;
        r = read_whole(fd, &text, &n);
        if (r < 0)
                return r;
        r = vm_form_read(text, n, NULL, no_domain, &domain->guest, &error);
        if (r == -EINVAL)
                snprintf(domain->why, sizeof(domain->why), "libxl's JSON: %s", error.text);
        return r == -EINVAL ? 0 : r;
}

static int add(XenDomains *domains, int directory, const char *name, unsigned domid, time_t since) {
        XenDomain *items = reallocarray(domains->items, domains->n + 1, sizeof(*items)), *domain;
        int r;

        if (!items)
                return -ENOMEM;
        domains->items = items;
        domain = &items[domains->n];
        *domain = (XenDomain){ .domid = domid };
        r = read_file(directory, name, since, domain);
        /* It ended meanwhile. */
        if (r == -ENOMEM || r == -ENOENT || r == -ESTALE)
                return r == -ENOMEM ? r : 0;
        if (r < 0)
                snprintf(domain->why, sizeof(domain->why), "libxl's JSON: %s", strerror(-r));
        domains->n++;
        return 0;
}

static int by_domid(const void *a, const void *b) {
        const XenDomain *x = a, *y = b;

        return (x->domid > y->domid) - (x->domid < y->domid);
}

int xen_domains_read(const char *directory, time_t since, XenDomains *ret) {
        XenDomains domains = {};
        DIR *opened = opendir(directory);
        struct dirent *entry;
        int r = 0;

        if (!opened)
                return -errno;
        while (r >= 0 && domains.n < XEN_DOMAINS_MAX && (entry = readdir(opened))) {
                unsigned domid;

                if (parse_name(entry->d_name, &domid))
                        r = add(&domains, dirfd(opened), entry->d_name, domid, since);
        }
        closedir(opened);
        if (r < 0) {
                xen_domains_done(&domains);
                return r;
        }
        if (domains.n > 0)
                qsort(domains.items, domains.n, sizeof(*domains.items), by_domid);
        *ret = domains;
        return 0;
}
