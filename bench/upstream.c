/*
 * The upstream of bench/relay: a model provider reduced to what a relay sees of it.
 *
 * A POST whose body asks for a stream gets 100 server-sent events, each in a chunk and a write of its own, one round of the loop
 * apart; any other gets a fixed chat completion.
 *
 *     upstream PORT
 */
#define _GNU_SOURCE
#include "server.h"
#include <stdio.h>
#include <string.h>

enum { stream_length = 100 };

struct stream {
    struct connection *connection;
    int next_event;
    bool wants_usage;
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

static struct stream running[most_connections];
static int running_count;

static bool send_event(struct connection *connection, const char *event, size_t length, bool last) {
    char chunk[1024];
    int used = snprintf(chunk, sizeof chunk, "%zx\r\n%.*s\r\n%s", length, (int)length, event, last ? "0\r\n\r\n" : "");
    return send_all(connection, chunk, (size_t)used);
}

/* A stream that ends or breaks is replaced by the last of the list. */
static void drop_stream(struct stream *stream) {
    stream->connection->busy = false;
    *stream = running[--running_count];
}

/* Sends the next event of a stream; false when the connection is broken. */
static bool advance(struct stream *stream) {
    struct connection *connection = stream->connection;
    int number = stream->next_event++;
    if (number < stream_length - 2) return send_event(connection, content_event, sizeof content_event - 1, false);
    if (number == stream_length - 2) {
        return send_event(connection, last_event, sizeof last_event - 1, false) &&
               (!stream->wants_usage || send_event(connection, usage_event, sizeof usage_event - 1, false));
    }
    drop_stream(stream);
    return send_event(connection, done_event, sizeof done_event - 1, true);
}

static bool respond(struct connection *connection, struct request *request) {
    const char *body = request->body;
    size_t length = request->body_length;
    if (memmem(body, length, "\"stream\":true", 13) || memmem(body, length, "\"stream\": true", 14)) {
        static const char head[] =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
            "Transfer-Encoding: chunked\r\n\r\n";
        connection->busy = true;
        running[running_count++] = (struct stream){
            .connection = connection, .wants_usage = memmem(body, length, "include_usage", 13) != NULL};
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

/* Backwards, because the last of the list takes the place of one that ends. */
static bool work(void) {
    for (int index = running_count - 1; index >= 0; index--) {
        struct connection *connection = running[index].connection;
        if (!advance(&running[index]) || !take_requests(connection)) close_connection(connection);
    }
    return running_count > 0;
}

static void closing(struct connection *connection) {
    for (int index = 0; connection->busy && index < running_count; index++) {
        if (running[index].connection == connection) drop_stream(&running[index]);
    }
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: upstream PORT\n");
        return 64;
    }
    static const struct program program = {.respond = respond, .work = work, .closing = closing};
    return serve(&program, arguments[1]);
}
