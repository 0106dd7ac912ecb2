/*
 * The upstream of bench/mcp: an MCP server with one tool, `echo`, over Streamable HTTP, in both eras.
 *
 * Legacy (up to 2025-11-25): initialize opens a session, DELETE ends it, answers are JSON, GET is 405.
 * Modern (2026-07-28): stateless; the headers have to agree with the body. A POST to /legacy is answered as by a server that
 * knows only the older era, for relays that would otherwise always choose the newer one.
 * GET /calls, which is not MCP, answers how many tools/call have been answered with a result.
 *
 *     mcp-upstream PORT
 */
#define _GNU_SOURCE
#include "server.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODERN "2026-07-28"
#define NEWEST_LEGACY "2025-11-25"
#define META "io.modelcontextprotocol/"
#define SERVER_INFO "{\"name\":\"bench-upstream\",\"version\":\"1.0.0\"}"
#define TOOLS                                                                                                      \
    "\"tools\":[{\"name\":\"echo\",\"description\":\"Answers with the text that it was given.\",\"inputSchema\":"   \
    "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"]}}]"
#define MODERN_RESULT "\"resultType\":\"complete\",\"_meta\":{\"" META "serverInfo\":" SERVER_INFO "}"

enum { most_sessions = 1 << 22, longest_answer = 1 << 16 };

/* JSON of the request, not copied. Empty when there is none. */
struct slice {
    const char *start;
    size_t length;
};

static const struct slice none = {.start = "", .length = 0};
static uint8_t live_sessions[most_sessions / 8];
static unsigned long next_session = 1, calls_answered;

static bool is(struct slice slice, const char *text) {
    return slice.length == strlen(text) && memcmp(slice.start, text, slice.length) == 0;
}

static const char *skip_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
    return at;
}

/* Past the string that starts at `at`. */
static const char *skip_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++) at += *at == '\\';
    return at < end ? at + 1 : end;
}

/* Past the value that starts at `at`; the brackets of well-formed JSON match, so counting them is enough. */
static const char *skip_value(const char *at, const char *end) {
    int depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
        } else if (*at == '{' || *at == '[') {
            depth++, at++;
        } else if (*at == '}' || *at == ']') {
            if (depth == 0) return at;
            depth--, at++;
        } else if (depth == 0 && (*at == ',' || *at == ' ' || *at == '\r' || *at == '\n')) {
            return at;
        } else {
            at++;
            continue;
        }
        if (depth == 0) return at;
    }
    return end;
}

/* The value of a member of the object, as it stands in the text. */
static struct slice member(struct slice object, const char *name) {
    const char *end = object.start + object.length, *at = skip_space(object.start, end);
    if (at == end || *at != '{') return none;
    at = skip_space(at + 1, end);
    while (at < end && *at == '"') {
        const char *key = at;
        at = skip_string(at, end);
        bool found = (size_t)(at - key) == strlen(name) + 2 && memcmp(key + 1, name, strlen(name)) == 0;
        at = skip_space(at, end);
        if (at == end || *at != ':') return none;
        at = skip_space(at + 1, end);
        const char *value = at;
        at = skip_value(at, end);
        if (found) return (struct slice){.start = value, .length = (size_t)(at - value)};
        at = skip_space(at, end);
        if (at < end && *at == ',') at = skip_space(at + 1, end);
    }
    return none;
}

/* What is between the quotes; the names that are compared here need no escapes. */
static struct slice unquoted(struct slice value) {
    if (value.length < 2 || value.start[0] != '"') return none;
    return (struct slice){.start = value.start + 1, .length = value.length - 2};
}

/* A header's value; `name` is "\r\nname:". The head has been ended with a zero. */
static struct slice header(const struct request *request, const char *name) {
    const char *at = strcasestr(request->head, name);
    if (!at) return none;
    at += strlen(name);
    while (*at == ' ' || *at == '\t') at++;
    size_t length = strcspn(at, "\r");
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t')) length--;
    return (struct slice){.start = at, .length = length};
}

static bool answer(struct connection *connection, const char *status, const char *fields, const char *body, size_t length) {
    static char message[longest_answer + 512];
    int used = snprintf(message, sizeof message, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%.*s", status, fields, length,
                        (int)length, body);
    return used < (int)sizeof message && send_all(connection, message, (size_t)used);
}

static bool plain(struct connection *connection, const char *status) { return answer(connection, status, "", "", 0); }

/* A result or error with the request's own id; the status alone where it has none. `fields` may add headers. */
static bool reply(struct connection *connection, const char *status, const char *fields, struct slice id, const char *kind,
                  const char *object, size_t length) {
    if (id.length == 0) return plain(connection, status);
    static char body[longest_answer], head[256];
    int used = snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"%s\":%.*s}", (int)id.length, id.start, kind,
                        (int)length, object);
    if (used >= (int)sizeof body) return plain(connection, "413 Content Too Large");
    snprintf(head, sizeof head, "Content-Type: application/json\r\n%s", fields);
    return answer(connection, status, head, body, (size_t)used);
}

static bool result(struct connection *connection, struct slice id, const char *object) {
    return reply(connection, "200 OK", "", id, "result", object, strlen(object));
}

static bool error(struct connection *connection, const char *status, struct slice id, const char *object) {
    return reply(connection, status, "", id, "error", object, strlen(object));
}

/* The tool: its text comes back, escapes and all. */
static bool call(struct connection *connection, struct slice id, struct slice params, bool modern) {
    struct slice text = member(member(params, "arguments"), "text");
    if (!is(unquoted(member(params, "name")), "echo") || text.length < 2 || text.start[0] != '"') {
        return error(connection, modern ? "400 Bad Request" : "200 OK", id, "{\"code\":-32602,\"message\":\"echo takes a text\"}");
    }
    static char object[longest_answer];
    int used = snprintf(object, sizeof object, "{\"content\":[{\"type\":\"text\",\"text\":%.*s}],\"isError\":false%s}",
                        (int)text.length, text.start, modern ? "," MODERN_RESULT : "");
    if (used >= (int)sizeof object) return plain(connection, "413 Content Too Large");
    calls_answered++;
    return reply(connection, "200 OK", "", id, "result", object, (size_t)used);
}

static bool modern(struct connection *connection, const struct request *request, struct slice id, struct slice method,
                   struct slice params, struct slice claim) {
    static const char mismatch[] = "{\"code\":-32020,\"message\":\"header and body differ\"}";
    static const char bad[] = "400 Bad Request";
    struct slice version = header(request, "\r\nmcp-protocol-version:"), named = header(request, "\r\nmcp-method:");
    if (version.length != claim.length || memcmp(version.start, claim.start, claim.length) != 0) {
        return error(connection, bad, id, mismatch);
    }
    if (!is(claim, MODERN)) {
        return error(connection, bad, id,
                     "{\"code\":-32022,\"message\":\"unsupported version\",\"data\":{\"supported\":[\"" MODERN "\"]}}");
    }
    if (id.length == 0) return plain(connection, "202 Accepted");
    if (named.length != method.length || memcmp(named.start, method.start, method.length) != 0) {
        return error(connection, bad, id, mismatch);
    }
    if (is(method, "server/discover")) {
        return result(connection, id, "{\"supportedVersions\":[\"" MODERN "\"],\"capabilities\":{\"tools\":{}},\"ttlMs\":60000,"
                                      "\"cacheScope\":\"public\"," MODERN_RESULT "}");
    }
    if (is(method, "tools/list")) return result(connection, id, "{" TOOLS ",\"ttlMs\":60000,\"cacheScope\":\"public\"," MODERN_RESULT "}");
    if (is(method, "tools/call")) {
        struct slice name = unquoted(member(params, "name")), announced = header(request, "\r\nmcp-name:");
        if (name.length != announced.length || memcmp(name.start, announced.start, name.length) != 0) {
            return error(connection, bad, id, mismatch);
        }
        return call(connection, id, params, true);
    }
    return error(connection, "404 Not Found", id, "{\"code\":-32601,\"message\":\"method not found\"}");
}

static bool initialize(struct connection *connection, struct slice id, struct slice params) {
    static const char *const known[] = {"2024-11-05", "2025-03-26", "2025-06-18", NEWEST_LEGACY};
    if (next_session == most_sessions) return plain(connection, "503 Service Unavailable");
    const char *revision = NEWEST_LEGACY;
    for (size_t index = 0; index < sizeof known / sizeof *known; index++) {
        if (is(unquoted(member(params, "protocolVersion")), known[index])) revision = known[index];
    }
    char fields[64], object[256];
    snprintf(fields, sizeof fields, "Mcp-Session-Id: %lu\r\n", next_session);
    int used = snprintf(object, sizeof object, "{\"protocolVersion\":\"%s\",\"capabilities\":{\"tools\":{}},\"serverInfo\":%s}",
                        revision, SERVER_INFO);
    live_sessions[next_session / 8] |= (uint8_t)(1u << next_session % 8);
    next_session++;
    return reply(connection, "200 OK", fields, id, "result", object, (size_t)used);
}

/* The number of the live session that the request names; 0 when it names none. */
static unsigned long session_of(const struct request *request) {
    unsigned long number = strtoul(header(request, "\r\nmcp-session-id:").start, NULL, 10);
    return number < most_sessions && live_sessions[number / 8] & 1u << number % 8 ? number : 0;
}

static bool legacy(struct connection *connection, const struct request *request, struct slice id, struct slice method,
                   struct slice params) {
    if (is(method, "initialize")) return initialize(connection, id, params);
    if (header(request, "\r\nmcp-session-id:").length == 0) return plain(connection, "400 Bad Request");
    if (session_of(request) == 0) return plain(connection, "404 Not Found");
    if (id.length == 0) return plain(connection, "202 Accepted");
    if (is(method, "ping")) return result(connection, id, "{}");
    if (is(method, "tools/list")) return result(connection, id, "{" TOOLS "}");
    if (is(method, "tools/call")) return call(connection, id, params, false);
    return error(connection, "200 OK", id, "{\"code\":-32601,\"message\":\"method not found\"}");
}

static bool other_method(struct connection *connection, const struct request *request) {
    if (strncmp(request->head, "GET /calls ", 11) == 0) {
        char body[32];
        int used = snprintf(body, sizeof body, "%lu", calls_answered);
        return answer(connection, "200 OK", "Content-Type: application/json\r\n", body, (size_t)used);
    }
    unsigned long session = session_of(request);
    if (strncmp(request->head, "DELETE ", 7) == 0 && session != 0) {
        live_sessions[session / 8] &= (uint8_t)~(1u << session % 8);
        return plain(connection, "200 OK");
    }
    return answer(connection, "405 Method Not Allowed", "Allow: POST\r\n", "", 0);
}

static bool respond(struct connection *connection, struct request *request) {
    request->head[request->head_length - 2] = 0;
    if (strncmp(request->head, "POST ", 5) != 0) return other_method(connection, request);
    struct slice message = {.start = request->body, .length = request->body_length};
    struct slice id = member(message, "id"), method = unquoted(member(message, "method")), params = member(message, "params");
    struct slice claim = unquoted(member(member(params, "_meta"), META "protocolVersion"));
    if (method.length == 0) return plain(connection, "400 Bad Request");
    if (strncmp(request->head, "POST /legacy ", 13) == 0) return legacy(connection, request, id, method, params);
    if (claim.length > 0) return modern(connection, request, id, method, params, claim);
    if (is(header(request, "\r\nmcp-protocol-version:"), MODERN)) {
        return error(connection, "400 Bad Request", id, "{\"code\":-32602,\"message\":\"_meta is missing\"}");
    }
    return legacy(connection, request, id, method, params);
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: mcp-upstream PORT\n");
        return 64;
    }
    static const struct program program = {.respond = respond};
    return serve(&program, arguments[1]);
}
