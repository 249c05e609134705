/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* flood SOCKET MEMBER [OPTION...]: calls the service from many connections at once, as fast as the bus takes it, and behaves
 * badly in a chosen way. It speaks to the socket itself: an attacker's library does not wait for replies.
 *
 *   --connections=N  that many connections, 1 by default
 *   --calls=N        calls of each connection, then it sends nothing more; 0, the default: until told to stop
 *   --bytes=N        length of the string given to Check and Compare
 *   --header=N       a field of the header that nobody knows, that long
 *   --no-reply       wants no reply
 *   --deaf           never reads
 *   --leave          disconnects as soon as everything is sent, and ends
 *
 * Prints "connected N", later "sent N" when each connection has sent its calls. Ends when standard input does, with
 * "total SENT REPLIES ERRORS DROPPED": calls sent whole, replies and errors read, connections that the bus closed. */

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dbus/names.h"
#include "probe/cleanup.h"
#include "tests/abuse/message.h"

#define BATCH (64 * 1024)

typedef struct Peer {
        int fd;
        uint32_t serial; /* of the call that is sent next, or is half sent */
        size_t part;     /* bytes of it that are sent */
        Frames frames;
} Peer;

typedef struct Flood {
        const char *socket;
        Call call;
        unsigned connections, calls;
        bool deaf, leave;
        Message message;
        uint8_t *batch;
        size_t n_batch; /* messages in it */
        Peer *peers;
        unsigned busy, dropped; /* connections that have calls left; those that the bus closed */
} Flood;

/* ── connecting ────────────────────────────────────────────────────────────────────────────────────────── */

static int talk(int fd, const void *data, size_t n) {
        uint8_t answer[1024];

        if (write(fd, data, n) != (ssize_t) n)
                return errno ? -errno : -EIO;
        return read(fd, answer, sizeof(answer)) > 0 ? 0 : errno ? -errno : -ECONNRESET;
}

static int handshake(int fd) {
        _cleanup_(message_done) Message hello = {};
        char uid[16], auth[64] = "";
        size_t n;
        int r;

        snprintf(uid, sizeof(uid), "%u", (unsigned) geteuid());
        n = 1 + (size_t) snprintf(auth + 1, sizeof(auth) - 1, "AUTH EXTERNAL ");
        for (const char *c = uid; *c; c++)
                n += (size_t) snprintf(auth + n, sizeof(auth) - n, "%02x", (unsigned) *c);
        n += (size_t) snprintf(auth + n, sizeof(auth) - n, "\r\n");
        r = talk(fd, auth, n);
        if (r < 0)
                return r;
        if (write(fd, "BEGIN\r\n", 7) != 7)
                return -EIO;
        r = message_new(&(Call){ "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                        "Hello", NULL, 0, 0 },
                        &hello);
        if (r < 0)
                return r;
        message_set_serial(hello.data, 1);
        return talk(fd, hello.data, hello.n);
}

static int connect_peer(const Flood *flood, Peer *peer) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int r;

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", flood->socket);
        *peer = (Peer){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), .serial = 2 };
        if (peer->fd < 0 || connect(peer->fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        r = handshake(peer->fd);
        if (r >= 0 && fcntl(peer->fd, F_SETFL, O_NONBLOCK) < 0)
                r = -errno;
        return r;
}

/* ── sending and reading ───────────────────────────────────────────────────────────────────────────────── */

static bool finished(const Flood *flood, const Peer *peer) {
        return flood->calls > 0 && peer->serial - 2 >= flood->calls;
}

static void drop(Flood *flood, Peer *peer) {
        flood->busy -= !finished(flood, peer);
        flood->dropped++;
        close(peer->fd);
        peer->fd = -1;
}

static void send_calls(Flood *flood, Peer *peer) {
        size_t n = flood->message.n, many = flood->n_batch;
        ssize_t sent;

        if (flood->calls > 0 && many > flood->calls - (peer->serial - 2))
                many = flood->calls - (peer->serial - 2);
        for (size_t i = 0; i < many; i++)
                message_set_serial(flood->batch + i * n, peer->serial + (uint32_t) i);
        sent = send(peer->fd, flood->batch + peer->part, many * n - peer->part, MSG_NOSIGNAL);
        if (sent < 0) {
                if (errno != EAGAIN)
                        drop(flood, peer);
                return;
        }
        peer->part += (size_t) sent;
        peer->serial += (uint32_t) (peer->part / n);
        peer->part %= n;
        flood->busy -= finished(flood, peer);
}

static void read_replies(Flood *flood, Peer *peer) {
        static uint8_t buffer[256 * 1024];
        ssize_t n = recv(peer->fd, buffer, sizeof(buffer), 0);

        if (n > 0)
                frames_feed(&peer->frames, buffer, (size_t) n);
        else if (n == 0 || errno != EAGAIN)
                drop(flood, peer);
}

/* One round over all connections; false when standard input ended. */
static bool step(Flood *flood, struct pollfd *polls) {
        for (unsigned i = 0; i < flood->connections; i++) {
                const Peer *peer = &flood->peers[i];

                polls[i] = (struct pollfd){ .fd = peer->fd, .events = flood->deaf ? 0 : POLLIN };
                if (peer->fd >= 0 && !finished(flood, peer))
                        polls[i].events |= POLLOUT;
        }
        polls[flood->connections] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
        if (poll(polls, flood->connections + 1, -1) < 0)
                return false;
        for (unsigned i = 0; i < flood->connections; i++) {
                if (polls[i].revents & POLLIN)
                        read_replies(flood, &flood->peers[i]);
                if (flood->peers[i].fd >= 0 && (polls[i].revents & POLLOUT))
                        send_calls(flood, &flood->peers[i]);
                else if (flood->peers[i].fd >= 0 && (polls[i].revents & (POLLHUP | POLLERR)))
                        drop(flood, &flood->peers[i]);
        }
        return polls[flood->connections].revents == 0;
}

/* ── main ──────────────────────────────────────────────────────────────────────────────────────────────── */

static int prepare(Flood *flood) {
        int r = message_new(&flood->call, &flood->message);

        if (r < 0)
                return r;
        flood->n_batch = flood->message.n < BATCH ? BATCH / flood->message.n : 1;
        flood->batch = malloc(flood->n_batch * flood->message.n);
        flood->peers = calloc(flood->connections, sizeof(*flood->peers));
        if (!flood->batch || !flood->peers)
                return -ENOMEM;
        for (size_t i = 0; i < flood->n_batch; i++)
                memcpy(flood->batch + i * flood->message.n, flood->message.data, flood->message.n);
        flood->busy = flood->connections;
        for (unsigned i = 0; i < flood->connections && r >= 0; i++)
                r = connect_peer(flood, &flood->peers[i]);
        return r;
}

static int run(Flood *flood) {
        struct pollfd *polls = calloc(flood->connections + 1, sizeof(*polls));
        unsigned long sent = 0, replies = 0, errors = 0;
        bool told = false;

        if (!polls)
                return -ENOMEM;
        printf("connected %u\n", flood->connections);
        while (step(flood, polls)) {
                if (flood->busy > 0 || told)
                        continue;
                printf("sent %u\n", flood->calls);
                told = true;
                if (flood->leave)
                        break;
        }
        for (unsigned i = 0; i < flood->connections; i++) {
                sent += flood->peers[i].serial - 2;
                replies += flood->peers[i].frames.replies;
                errors += flood->peers[i].frames.errors;
                if (flood->peers[i].fd >= 0)
                        close(flood->peers[i].fd);
        }
        printf("total %lu %lu %lu %u\n", sent, replies, errors, flood->dropped);
        free(polls);
        return 0;
}

/* Where a member lives and what it takes: enough of the interface for what floods call. */
static Call call_of(const char *member) {
        Call call = { HAWD_BUS_NAME, HAWD_PATH, HAWD_HOST, member, NULL, 0, 0 };

        if (strcmp(member, "GetManagedObjects") == 0)
                call.interface = "org.freedesktop.DBus.ObjectManager";
        else if (strcmp(member, "GetAll") == 0) {
                call.interface = "org.freedesktop.DBus.Properties";
                call.argument = HAWD_HOST;
        } else if (strcmp(member, "Introspect") == 0)
                call.interface = "org.freedesktop.DBus.Introspectable";
        else if (strcmp(member, "Ping") == 0)
                call.interface = "org.freedesktop.DBus.Peer";
        else if (strcmp(member, "Check") == 0 || strcmp(member, "Compare") == 0)
                call.argument = "x";
        return call;
}

static int read_options(Flood *flood, int argc, char **argv) {
        static const struct option options[] = { { "connections", required_argument, NULL, 'c' },
                { "calls", required_argument, NULL, 'n' }, { "bytes", required_argument, NULL, 'b' },
                { "header", required_argument, NULL, 'h' }, { "no-reply", no_argument, NULL, 'r' },
                { "deaf", no_argument, NULL, 'd' }, { "leave", no_argument, NULL, 'l' }, {} };
        int c;

        if (argc < 3)
                return -EINVAL;
        flood->socket = argv[1];
        flood->call = call_of(argv[2]);
        flood->connections = 1;
        optind = 3;
        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                if (c == 'c')
                        flood->connections = (unsigned) strtoul(optarg, NULL, 10);
                else if (c == 'n')
                        flood->calls = (unsigned) strtoul(optarg, NULL, 10);
                else if (c == 'b')
                        flood->call.fill = strtoul(optarg, NULL, 10);
                else if (c == 'h')
                        flood->call.unknown = strtoul(optarg, NULL, 10);
                else if (c == 'r')
                        flood->call.flags = MESSAGE_NO_REPLY;
                else if (c == 'd')
                        flood->deaf = true;
                else if (c == 'l')
                        flood->leave = true;
                else
                        return -EINVAL;
        }
        return flood->connections > 0 ? 0 : -EINVAL;
}

int main(int argc, char **argv) {
        Flood flood = {};
        int r = read_options(&flood, argc, argv);

        if (r < 0) {
                fprintf(stderr, "Usage: flood SOCKET MEMBER [OPTION...]; see the head of its source\n");
                return 2;
        }
        setlinebuf(stdout);
        r = prepare(&flood);
        if (r >= 0)
                r = run(&flood);
        if (r < 0)
                fprintf(stderr, "flood: %s\n", strerror(-r));
        message_done(&flood.message);
        free(flood.batch);
        free(flood.peers);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
