/*
 * The upstream of bench/relay: a model provider reduced to what a relay sees of it, in two formats.
 *
 * A POST to a path with /messages in it is answered as Anthropic's messages, any other as OpenAI's chat completions. One whose body
 * asks for a stream gets server-sent events, each in a chunk and a write of its own, one round of the loop apart: 100 chunks of a chat,
 * or 100 deltas of a message between its opening and its end. Any other gets a fixed answer, of nearly the same size in both formats.
 * GET /answers, which is neither, says how many were sent to their end.
 *
 *     upstream PORT
 */
#define _GNU_SOURCE
#include "server.h"
#include <stdio.h>
#include <string.h>

/* An event that is sent so many times in a row. */
struct step {
    const char *event;
    size_t length;
    int times;
    bool only_with_usage;
};

struct format {
    const char *whole;
    /* Ends with a step without an event; the one before it is sent always, and once. */
    const struct step *steps;
};

struct stream {
    struct connection *connection;
    const struct step *step;
    int sent;
    bool wants_usage;
};

#define STEP(text, count) {.event = text, .length = sizeof text - 1, .times = count}
#define TEXT "The quick brown fox jumps over the lazy dog, and the relay in between has nothing to add to it."

#define CHUNK(rest)                                                                                                  \
    "data: {\"id\":\"chatcmpl-BENCH0000000000000000000000\",\"object\":\"chat.completion.chunk\",\"created\":1790000000," \
    "\"model\":\"bench-model\",\"choices\":[" rest "}\n\n"
#define USAGE_CHUNK CHUNK("],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":98,\"total_tokens\":117}")

static const struct step chat_steps[] = {
    STEP(CHUNK("{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]"), 98),
    STEP(CHUNK("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]"), 1),
    {.event = USAGE_CHUNK, .length = sizeof USAGE_CHUNK - 1, .times = 1, .only_with_usage = true},
    STEP("data: [DONE]\n\n", 1),
    {.event = NULL},
};

static const struct format chat = {
    .whole =
        "{\"id\":\"chatcmpl-BENCH0000000000000000000000\",\"object\":\"chat.completion\",\"created\":1790000000,"
        "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
        "\"" TEXT "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":19,"
        "\"completion_tokens\":24,\"total_tokens\":43,\"prompt_tokens_details\":{\"cached_tokens\":0},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":0}},\"service_tier\":\"default\","
        "\"system_fingerprint\":\"fp_bench00000\"}",
    .steps = chat_steps,
};

#define EVENT(name, rest) "event: " name "\ndata: {\"type\":\"" name "\"" rest "}\n\n"
#define MESSAGE(content, reason)                                                                             \
    "\"id\":\"msg_BENCH00000000000000000000\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"bench-messages\"," \
    "\"content\":[" content "],\"stop_reason\":" reason ",\"stop_sequence\":null,"
#define USAGE(output)                                                                             \
    "\"usage\":{\"input_tokens\":19,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0," \
    "\"cache_creation\":{\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":0},"           \
    "\"output_tokens\":" output ",\"service_tier\":\"standard\"}"

static const struct step messages_steps[] = {
    STEP(EVENT("message_start", ",\"message\":{" MESSAGE("", "null") USAGE("1") "}"), 1),
    STEP(EVENT("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"), 1),
    STEP(EVENT("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" word\"}"), 100),
    STEP(EVENT("content_block_stop", ",\"index\":0"), 1),
    STEP(EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":100}"), 1),
    STEP(EVENT("message_stop", ""), 1),
    {.event = NULL},
};

static const struct format messages = {
    .whole = "{" MESSAGE("{\"type\":\"text\",\"text\":\"" TEXT "\"}", "\"end_turn\"") USAGE("24") "}",
    .steps = messages_steps,
};

static struct stream running[most_connections];
static int running_count;
static unsigned long answers_sent;

static bool send_event(struct connection *connection, const struct step *step, bool last) {
    char chunk[1024];
    int used = snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n%s", step->length, step->event, last ? "0\r\n\r\n" : "");
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
    if (stream->step->only_with_usage && !stream->wants_usage) stream->step++;
    const struct step *step = stream->step;
    if (++stream->sent == step->times) {
        stream->step++;
        stream->sent = 0;
    }
    bool last = stream->step->event == NULL;
    if (last) {
        drop_stream(stream);
        answers_sent++;
    }
    return send_event(connection, step, last);
}

static bool send_json(struct connection *connection, const char *body) {
    char answer[2048];
    int used = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(body), body);
    return send_all(connection, answer, (size_t)used);
}

static bool respond(struct connection *connection, struct request *request) {
    const char *body = request->body;
    size_t length = request->body_length;
    if (strncmp(request->head, "GET /answers ", 13) == 0) {
        char number[32];
        snprintf(number, sizeof number, "%lu", answers_sent);
        return send_json(connection, number);
    }
    const char *line_end = memmem(request->head, request->head_length, "\r\n", 2);
    bool to_messages = memmem(request->head, (size_t)(line_end - request->head), "/messages", 9) != NULL;
    const struct format *format = to_messages ? &messages : &chat;
    if (memmem(body, length, "\"stream\":true", 13) || memmem(body, length, "\"stream\": true", 14)) {
        static const char head[] =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
            "Transfer-Encoding: chunked\r\n\r\n";
        connection->busy = true;
        running[running_count++] = (struct stream){
            .connection = connection, .step = format->steps, .wants_usage = memmem(body, length, "include_usage", 13) != NULL};
        return send_all(connection, head, sizeof head - 1);
    }
    answers_sent++;
    return send_json(connection, format->whole);
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
