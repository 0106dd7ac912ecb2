/* See server.h. */
#define _GNU_SOURCE
#include "server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { capacity = 1 << 20, events_at_once = 512 };

static const struct program *program;
static int poll_descriptor;

void close_connection(struct connection *connection) {
    if (program->closing) program->closing(connection);
    close(connection->descriptor);
    free(connection->data);
    free(connection);
}

bool send_all(struct connection *connection, const char *data, size_t length) {
    return send(connection->descriptor, data, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/* The length of a whole chunked body at `body`, or 0 while it is not all there. */
static size_t chunked_length(const char *body, size_t available) {
    size_t at = 0;
    while (true) {
        const char *end = memmem(body + at, available - at, "\r\n", 2);
        if (!end) return 0;
        size_t size = strtoul(body + at, NULL, 16);
        at = (size_t)(end - body) + 2 + size + 2;
        if (at > available) return 0;
        if (size == 0) return at;
    }
}

/* Moves the chunks of a whole chunked body together; the length without their sizes. */
static size_t join_chunks(char *body) {
    size_t from = 0, to = 0;
    while (true) {
        char *digits_end;
        size_t size = strtoul(body + from, &digits_end, 16);
        if (size == 0) return to;
        from = (size_t)(strstr(digits_end, "\r\n") - body) + 2;
        memmove(body + to, body + from, size);
        to += size, from += size + 2;
    }
}

bool take_requests(struct connection *connection) {
    while (!connection->busy) {
        char *end = memmem(connection->data, connection->length, "\r\n\r\n", 4);
        if (!end) return connection->length < capacity;
        size_t head = (size_t)(end - connection->data) + 4, body = 0;
        end[2] = 0;
        const char *field = strcasestr(connection->data, "\r\ncontent-length:");
        bool chunked = !field && strcasestr(connection->data, "\r\ntransfer-encoding:") != NULL;
        if (field) body = strtoul(field + 17, NULL, 10);
        end[2] = '\r';
        if (chunked && (body = chunked_length(connection->data + head, connection->length - head)) == 0) return true;
        if (connection->length < head + body) return head + body < capacity;
        struct request request = {.head = connection->data, .head_length = head, .body = connection->data + head, .body_length = body};
        if (chunked) request.body_length = join_chunks(request.body);
        if (!program->respond(connection, &request)) return false;
        connection->length -= head + body;
        memmove(connection->data, connection->data + head + body, connection->length);
    }
    return true;
}

static bool receive(struct connection *connection) {
    while (true) {
        if (connection->length == capacity) return false;
        ssize_t count = recv(connection->descriptor, connection->data + connection->length, capacity - connection->length, 0);
        if (count == 0) return false;
        if (count < 0) return errno == EAGAIN || errno == EINTR;
        connection->length += (size_t)count;
        if (!take_requests(connection)) return false;
    }
}

static void accept_all(int listener) {
    int descriptor;
    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL || descriptor >= most_connections || (connection->data = malloc(capacity)) == NULL) {
            free(connection);
            close(descriptor);
            continue;
        }
        connection->descriptor = descriptor;
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = connection};
        epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, descriptor, &event);
    }
}

int serve(const struct program *served, const char *port) {
    program = served;
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1024) != 0) {
        perror("upstream");
        return 1;
    }
    poll_descriptor = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[events_at_once];
    epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, listener, &event);
    bool more = false;
    while (true) {
        int ready = epoll_wait(poll_descriptor, events, events_at_once, more ? 0 : -1);
        for (int index = 0; index < ready; index++) {
            struct connection *connection = events[index].data.ptr;
            if (connection == NULL) accept_all(listener);
            else if (!receive(connection)) close_connection(connection);
        }
        more = program->work && program->work();
    }
}
