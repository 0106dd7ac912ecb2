import Testing
import Wire

/// Everything that reading a stream brings, in pieces of the given length.
private func read(
    _ text: String, pieceLength: Int = .max, limits: SSELimits = .standard
) throws(SSEError) -> (events: [SSEEvent], comments: [String], rest: SSEEvent?, parser: SSEParser) {
    var parser = SSEParser(limits: limits)
    var events: [SSEEvent] = []
    var comments: [String] = []
    let bytes = Array(text.utf8)
    var position = 0
    while position < bytes.count {
        let end = position + min(pieceLength, bytes.count - position)
        let piece = Array(bytes[position..<end])
        try piece.withUnsafeBytes { piece in
            Result { () throws(SSEError) in
                try parser.consume(piece, onComment: { comments.append($0) }, onEvent: { events.append($0) })
            }
        }.get()
        position = end
    }
    let rest = parser.finish()
    return (events, comments, rest, parser)
}

@Suite("Reading event streams") struct SSEParserTests {
    @Test(
        "blocks become events (WHATWG HTML 9.2.6)",
        arguments: [
            ("data: a\n\n", [SSEEvent(data: "a")]),
            ("data:a\ndata: b\ndata:  c\n\n", [SSEEvent(data: "a\nb\n c")]),
            ("data\n\ndata\ndata\n\ndata:", [SSEEvent(data: ""), SSEEvent(data: "\n")]),
            ("event: add\ndata: 1\n\nevent: \ndata: 2\n\n", [SSEEvent(type: "add", data: "1"), SSEEvent(data: "2")]),
            (
                "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
                [SSEEvent(data: "a", id: "1"), SSEEvent(data: "b"), SSEEvent(data: "c", id: "")]
            ),
            ("id: a\u{0}b\ndata: x\n\n", [SSEEvent(data: "x")]),
            (
                "retry: 100\ndata: x\n\nretry: 1s\ndata: y\n\nretry:\ndata: z\n\n",
                [SSEEvent(data: "x", retryMilliseconds: 100), SSEEvent(data: "y"), SSEEvent(data: "z")]
            ),
            ("retry: 99999999999999999999\ndata: x\n\n", [SSEEvent(data: "x")]),
            (":comment\n\ndata: a\n:in between\nunknown: x\ndata : no\nData: no\n\n", [SSEEvent(data: "a")]),
            ("event: only\n\ndata: a\n\n", [SSEEvent(data: "a")]),
            ("data: a: b:\n\n", [SSEEvent(data: "a: b:")]),
            ("\n\n\n", []), ("", []),
            ("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n", [SSEEvent(data: "a")]),
            ("data: é漢😀\n\n", [SSEEvent(data: "é漢😀")]),
        ] as [(String, [SSEEvent])])
    func events(text: String, expected: [SSEEvent]) throws {
        #expect(try read(text).events == expected)
    }

    @Test("line feed, carriage return and both together end a line, mixed as they come") func lineEnds() throws {
        let text = "data: 1\r\ndata: 2\rdata: 3\n\r\ndata: 4\r\rdata: 5\n\n\rdata: 6\r\n\r\n"
        let expected = [SSEEvent(data: "1\n2\n3"), SSEEvent(data: "4"), SSEEvent(data: "5"), SSEEvent(data: "6")]
        for length in 1...text.utf8.count { #expect(try read(text, pieceLength: length).events == expected) }
    }

    @Test("the identifier stays in force, the reconnection time too") func persistent() throws {
        let result = try read("id: 7\ndata: a\n\ndata: b\n\nretry: 5\n\nid: 8\n\n")
        #expect(result.parser.lastEventID == "8")
        #expect(result.parser.reconnectionMilliseconds == 5)
    }

    @Test("comments are handed out to who wants them") func comments() throws {
        #expect(try read(": keep alive\n:\n::x\n:  two\n\n").comments == ["keep alive", "", ":x", " two"])
    }

    @Test("an event without its blank line is no event, but can be had at the end") func unfinished() throws {
        let whole = try read("data: a\n\ndata: b\nevent: e\ndata: [DONE]")
        #expect(whole.events == [SSEEvent(data: "a")])
        #expect(whole.rest == SSEEvent(type: "e", data: "b\n[DONE]"))
        #expect(try read("data: a\n\n").rest == nil)
        #expect(try read("data: a\n\n: bye").rest == nil)
    }

    @Test("bytes that are not UTF-8 are replaced") func invalidUTF8() throws {
        var parser = SSEParser()
        var events: [SSEEvent] = []
        try (Array("data: a".utf8) + [0xFF] + Array("b\n\n".utf8)).withUnsafeBytes { bytes in
            try parser.consume(bytes) { events.append($0) }
        }
        #expect(events == [SSEEvent(data: "a\u{FFFD}b")])
    }

    @Test("a line is bounded however it arrives", arguments: [1, 3, 7, .max]) func longLine(pieceLength: Int) throws {
        let limits = SSELimits(maximumLineBytes: 10, maximumEventBytes: 1000)
        #expect(try read("data:12345\n\n", pieceLength: pieceLength, limits: limits).events.count == 1)
        #expect(throws: SSEError.lineTooLong) { try read("data:123456\n\n", pieceLength: pieceLength, limits: limits) }
        #expect(throws: SSEError.lineTooLong) { try read("data:1234567890", pieceLength: pieceLength, limits: limits) }
    }

    @Test("an event is bounded however it arrives", arguments: [1, 3, 7, .max]) func longEvent(pieceLength: Int) throws {
        let limits = SSELimits(maximumLineBytes: 10, maximumEventBytes: 20)
        #expect(try read("data:12345\ndata:12345\n\n", pieceLength: pieceLength, limits: limits).events.count == 1)
        #expect(throws: SSEError.eventTooLong) {
            try read("data:12345\ndata:12345\ndata:\n\n", pieceLength: pieceLength, limits: limits)
        }
        #expect(throws: SSEError.eventTooLong) {
            try read("x\nx\nx\nunknown:90\nunknown:90\n", pieceLength: pieceLength, limits: limits)
        }
    }

    @Test("after an error nothing is read any more") func failed() throws {
        var parser = SSEParser(limits: SSELimits(maximumLineBytes: 10, maximumEventBytes: 20))
        let long = Array("data: far too long\n\n".utf8)
        let good = Array("data: a\n\n".utf8)
        for bytes in [long, good] {
            bytes.withUnsafeBytes { bytes in
                _ = #expect(throws: SSEError.lineTooLong) { try parser.consume(bytes) { _ in } }
            }
        }
        #expect(parser.finish() == nil)
    }

    @Test("a handler's error comes through, and what it refused is not handed out again") func handlerFails() throws {
        struct Refused: Error {}
        var parser = SSEParser()
        var seen: [String] = []
        let bytes = Array("data: a\n\ndata: b\n\n".utf8)
        bytes.withUnsafeBytes { bytes in
            do throws(SSEConsumeError<Refused>) {
                try parser.consume(bytes) { event throws(Refused) in
                    seen.append(event.data)
                    throw Refused()
                }
            } catch {
                guard case .handler = error else {
                    Issue.record("not the handler's error")
                    return
                }
            }
        }
        #expect(seen == ["a"])
    }

    @Test("however a stream is cut it has the same events", arguments: UInt64(0)..<30) func anyChunking(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let parts = [
            "data", ":", " ", "\n", "\r", "\r\n", "\n\n", "id: 1", "event: e", "retry: 3", "é", "\u{FEFF}", "data: x\n\n",
            "{\"a\":1}",
        ]
        for _ in 0..<30 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in random.pick(parts) }.joined()
            let whole = try read(text)
            for length in [1, 2, 3, Int.random(in: 4...20, using: &random)] {
                let cut = try read(text, pieceLength: length)
                #expect(cut.events == whole.events)
                #expect(cut.comments == whole.comments)
                #expect(cut.rest == whole.rest)
                #expect(cut.parser.lastEventID == whole.parser.lastEventID)
            }
        }
    }
}
