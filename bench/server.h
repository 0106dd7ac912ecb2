/*
 * What the two upstreams of the benchmarks share: HTTP/1.1 with keep-alive on one epoll thread.
 *
 * Only well-formed requests with a Content-Length or chunked body are understood: this is a fixture on loopback, not a server.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { most_connections = 4096 };

struct connection {
    int descriptor;
    char *data;
    size_t length;
    bool busy; /* an answer is still being written: the next request waits */
};

/* Slices of the connection's buffer. A chunked body still has its chunk sizes in it unless they were taken out. */
struct request {
    char *head;
    size_t head_length;
    char *body;
    size_t body_length;
};

struct program {
    /* Answers one request; false when the connection is broken. */
    bool (*respond)(struct connection *connection, struct request *request);
    /* Called after every round of the loop; true when there is more to do at once. May be NULL. */
    bool (*work)(void);
    /* Before a connection is freed. May be NULL. */
    void (*closing)(struct connection *connection);
};

/* Serves 127.0.0.1 on this port until the process ends; returns an exit status only when it cannot. */
int serve(const struct program *program, const char *port);

/* The answers are far smaller than a socket's buffer, so a short write means that the other side does not read. */
bool send_all(struct connection *connection, const char *data, size_t length);

/* Takes whole requests off the buffer while the connection is not busy. False when it is broken. */
bool take_requests(struct connection *connection);

void close_connection(struct connection *connection);
