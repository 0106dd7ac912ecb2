/*
 * The upstream of the benchmark: a model provider reduced to what a relay sees of it.
 *
 * One epoll thread, HTTP/1.1 with keep-alive. A POST whose body asks for a stream gets 100 server-sent events, each in a chunk
 * and a write of its own, one round of the loop apart; any other gets a fixed chat completion. Only well-formed requests with a
 * Content-Length or chunked body are understood: this is a fixture on loopback, not a server.
 *
 *     upstream PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { capacity = 1 << 20, connections = 4096, events_at_once = 512, stream_length = 100 };

struct connection {
    int descriptor;
    char *data;
    size_t length;
    int next_event; /* of a running stream; -1 when none runs */
    bool wants_usage;
    int place; /* in the list of running streams */
};

static const char completion[] =
    "{\"id\":\"chatcmpl-BENCH0000000000000000000000\",\"object\":\"chat.completion\",\"created\":1790000000,"
    "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
    "\"The quick brown fox jumps over the lazy dog, and the relay in between has nothing to add to it.\","
    "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":19,"
    "\"completion_tokens\":24,\"total_tokens\":43,\"prompt_tokens_details\":{\"cached_tokens\":0},"
    "\"completion_tokens_details\":{\"reasoning_tokens\":0}},\"service_tier\":\"default\","
    "\"system_fingerprint\":\"fp_bench00000\"}";

#define CHUNK_START                                                                                                  \
    "data: {\"id\":\"chatcmpl-BENCH0000000000000000000000\",\"object\":\"chat.completion.chunk\",\"created\":1790000000," \
    "\"model\":\"bench-model\",\"choices\":["
static const char content_event[] = CHUNK_START "{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n";
static const char last_event[] = CHUNK_START "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
static const char usage_event[] = CHUNK_START
    "],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":98,\"total_tokens\":117}}\n\n";
static const char done_event[] = "data: [DONE]\n\n";

static int poll_descriptor;
static struct connection *running[connections];
static int running_count;

static void close_connection(struct connection *connection) {
    if (connection->next_event >= 0) {
        running[connection->place] = running[--running_count];
        running[connection->place]->place = connection->place;
    }
    close(connection->descriptor);
    free(connection->data);
    free(connection);
}

/* The answers are far smaller than a socket's buffer, so a short write means that the other side does not read. */
static bool send_all(struct connection *connection, const char *data, size_t length) {
    return send(connection->descriptor, data, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool send_event(struct connection *connection, const char *event, size_t length, bool last) {
    char chunk[1024];
    int used = snprintf(chunk, sizeof chunk, "%zx\r\n%.*s\r\n%s", length, (int)length, event, last ? "0\r\n\r\n" : "");
    return send_all(connection, chunk, (size_t)used);
}

/* Sends the next event of a stream; false when the connection is broken. */
static bool advance(struct connection *connection) {
    int number = connection->next_event++;
    if (number < stream_length - 2) return send_event(connection, content_event, sizeof content_event - 1, false);
    if (number == stream_length - 2) {
        return send_event(connection, last_event, sizeof last_event - 1, false) &&
               (!connection->wants_usage || send_event(connection, usage_event, sizeof usage_event - 1, false));
    }
    running[connection->place] = running[--running_count];
    running[connection->place]->place = connection->place;
    connection->next_event = -1;
    return send_event(connection, done_event, sizeof done_event - 1, true);
}

static bool respond(struct connection *connection, const char *body, size_t length) {
    if (memmem(body, length, "\"stream\":true", 13) || memmem(body, length, "\"stream\": true", 14)) {
        static const char head[] =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
            "Transfer-Encoding: chunked\r\n\r\n";
        connection->wants_usage = memmem(body, length, "include_usage", 13) != NULL;
        connection->next_event = 0;
        connection->place = running_count;
        running[running_count++] = connection;
        return send_all(connection, head, sizeof head - 1);
    }
    static char answer[2048];
    static int used;
    if (used == 0) {
        used = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        sizeof completion - 1, completion);
    }
    return send_all(connection, answer, (size_t)used);
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

/* Takes whole requests off the buffer, one at a time: the next waits until a stream has ended. False when it is broken. */
static bool take_requests(struct connection *connection) {
    while (connection->next_event < 0) {
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
        if (!respond(connection, connection->data + head, body)) return false;
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
        if (connection == NULL || descriptor >= connections || (connection->data = malloc(capacity)) == NULL) {
            free(connection);
            close(descriptor);
            continue;
        }
        connection->descriptor = descriptor;
        connection->next_event = -1;
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = connection};
        epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, descriptor, &event);
    }
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: upstream PORT\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1024) != 0) {
        perror("upstream");
        return 1;
    }
    poll_descriptor = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[events_at_once];
    epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, listener, &event);
    while (true) {
        int ready = epoll_wait(poll_descriptor, events, events_at_once, running_count > 0 ? 0 : -1);
        for (int index = 0; index < ready; index++) {
            struct connection *connection = events[index].data.ptr;
            if (connection == NULL) accept_all(listener);
            else if (!receive(connection)) close_connection(connection);
        }
        /* Backwards, because a stream that ends or breaks is replaced by the last of the list. */
        for (int index = running_count - 1; index >= 0; index--) {
            struct connection *connection = running[index];
            if (!advance(connection) || (connection->next_event < 0 && !take_requests(connection))) close_connection(connection);
        }
    }
}
