import Testing
import Wire

private let names = MemberNames("model", "stream", "stream_options", "messages", "max_tokens", "kinds")

private func scan(_ text: String, limits: JSONLimits = .standard) throws(JSONError) -> ScannedObject {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBytes { bytes in
        Result { () throws(JSONError) in try JSONScanner.scan(bytes, for: names, limits: limits) }
    }.get()
}

@Suite("Scanning an object's bytes") struct JSONScannerTests {
    @Test("wanted members are found, at the top level only") func finds() throws {
        let text =
            #" {"other":{"model":"inner","x":[{"stream":1}]}, "model" : "gpt", "stream":true,"max_tokens":1.0e2 ,"n":null} "#
        let object = try scan(text)
        Array(text.utf8).withUnsafeBytes { bytes in
            #expect(object["model"]?.string(in: bytes) == "gpt")
            #expect(object[0]?.kind == .string)
            #expect(object["stream"]?.bool(in: bytes) == true)
            #expect(object["max_tokens"]?.int64(in: bytes) == 100)
            #expect(object["max_tokens"]?.number(in: bytes)?.text == "1.0e2")
            #expect(object["messages"] == nil)
            #expect(object["other"] == nil)
            #expect(object["model"]?.value(in: bytes).map { String(decoding: $0, as: UTF8.self) } == "\"gpt\"")
            #expect(object["model"]?.nameRange.count == 7)
            #expect(bytes[object.endOffset] == UInt8(ascii: "}"))
        }
        #expect(object.memberCount == 5 && !object.isEmpty)
    }

    @Test("helpers answer for their own kind only") func kinds() throws {
        let text = #"{"model":1,"stream":"true","max_tokens":1.5,"messages":null,"kinds":"a\n\u00e9"}"#
        let object = try scan(text)
        Array(text.utf8).withUnsafeBytes { bytes in
            #expect(object["model"]?.string(in: bytes) == nil)
            #expect(object["stream"]?.bool(in: bytes) == nil)
            #expect(object["max_tokens"]?.int64(in: bytes) == nil)
            #expect(object["messages"]?.isNull == true)
            #expect(object["kinds"]?.string(in: bytes) == "a\n\u{E9}")
        }
    }

    @Test("a value inside is scanned in place, and its positions count from the start") func nested() throws {
        let bytes = Array(#"{"stream_options":{"include_usage": false, "x":1},"model":"m"}"#.utf8)
        try bytes.withUnsafeBytes { bytes in
            let outer = try JSONScanner.scan(bytes, for: names)
            let options = try #require(outer["stream_options"])
            let inner = try JSONScanner.scan(bytes, range: options.valueRange, for: MemberNames("include_usage"))
            #expect(inner["include_usage"]?.bool(in: bytes) == false)
            #expect(inner.objectRange == options.valueRange)
        }
    }

    @Test("a wanted member that occurs twice is refused, another is not") func duplicates() throws {
        let error = #expect(throws: JSONError.self) { try scan(#"{"model":"a","x":1,"model":"b"}"#) }
        #expect(error?.code == .duplicateMember)
        #expect(error?.path.description == "/model")
        #expect(error?.offset == 19)
        #expect(try scan(#"{"x":1,"x":2,"a":{"model":1,"model":2}}"#).memberCount == 3)
    }

    @Test(
        "a name that only some readers take for a wanted one is refused",
        arguments: [
            (#"{"mod\u0065l":"a"}"#, .escapedMemberName, "/model"), (#"{"\u006dodel":"a"}"#, .escapedMemberName, "/model"),
            (#"{"\u006d\u006f\u0064\u0065\u006c":"a"}"#, .escapedMemberName, "/model"),
            (#"{"\u004dodel":"a"}"#, .escapedMemberName, "/model"),
            (#"{"Model":"a"}"#, .ambiguousMemberName, "/model"), (#"{"model":"a","MODEL":"b"}"#, .ambiguousMemberName, "/model"),
            (#"{"Stream_Options":{}}"#, .ambiguousMemberName, "/stream_options"),
            ("{\"\u{17F}tream\":true}", .ambiguousMemberName, "/stream"),
            ("{\"me\u{17F}\u{17F}ages\":[]}", .ambiguousMemberName, "/messages"),
            ("{\"\u{212A}inds\":1}", .ambiguousMemberName, "/kinds"),
            ("{\"max_to\u{212A}en\u{17F}\":1}", .ambiguousMemberName, "/max_tokens"),
            (#"{"\u212Ainds":1}"#, .escapedMemberName, "/kinds"),
        ] as [(String, JSONError.Code, String)])
    func spellings(text: String, code: JSONError.Code, path: String) {
        let error = #expect(throws: JSONError.self) { try scan(text) }
        #expect(error?.code == code)
        #expect(error?.path.description == path)
    }

    @Test(
        "other names are left alone",
        arguments: [
            "models", "mode", "model ", "m\u{F6}del", "-odel", "stream_option", "\u{17F}", "", "Models", "\\n", "\\u0041bc",
            "stre\u{E5}m", "max\u{7F}tokens", "max?tokens",
        ])
    func otherNames(name: String) throws { #expect(try scan("{\"\(name)\":1}").memberCount == 1) }

    @Test("values that are no objects are refused as such, other texts as what they are") func notObjects() {
        for text in ["[]", "1", "null", "\"a\"", " [{}] "] {
            let error = #expect(throws: JSONError.self) { try scan(text) }
            #expect(error?.code == .notAnObject)
        }
        #expect(throws: JSONError.self) { try scan("[1,]") }.map { #expect($0.code == .unexpectedByte) }
    }

    @Test(
        "skipped values are checked",
        arguments: [
            "{", "{\"x\"", "{\"x\":", "{\"x\":1", "{\"x\":1,", "{\"x\":1,}", "{\"x\":[1,]}", "{\"x\":{\"y\"}}", "{\"x\":tru}",
            "{\"x\":01}",
            "{\"x\":\"\\x\"}", "{\"x\":\"a\nb\"}", "{\"x\":\"\\ud800\"}", "{\"x\":[}", "{\"x\":1]", "{\"x\":1}}", "{\"x\":1} 2",
            "\u{FEFF}{}",
            "{x:1}", "{'x':1}", "{\"x\":NaN}", "{\"x\":-}", "{,}", "{\"x\" 1}", "{\"x\":1 \"y\":2}", "",
        ])
    func structure(text: String) {
        let scanned = #expect(throws: JSONError.self) { try scan(text) }
        let parsed = #expect(throws: JSONError.self) { try JSON.parse(text) }
        #expect(scanned?.code == parsed?.code)
        #expect(scanned?.offset == parsed?.offset)
    }

    @Test("an error inside of a member names the member") func errorPath() {
        let error = #expect(throws: JSONError.self) { try scan(#"{"a":1,"bad":[1,{"c":}]}"#) }
        #expect(error?.path.description == "/bad")
    }

    @Test("depth and size are bounded as they are for the parser") func limits() throws {
        let limits = JSONLimits(maximumDepth: 3, maximumBytes: 20)
        #expect(try scan(#"{"a":[[1]]}"#, limits: limits).memberCount == 1)
        #expect(throws: JSONError.self) { try scan(#"{"a":[[[1]]]}"#, limits: limits) }.map { #expect($0.code == .tooDeep) }
        #expect(throws: JSONError.self) { try scan(#"{"a":"0123456789012345"}"#, limits: limits) }.map {
            #expect($0.code == .tooLarge)
        }
        let deep = "{\"a\":" + String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try scan(deep, limits: JSONLimits(maximumDepth: .max)) }.map {
            #expect($0.code == .tooDeep)
        }
    }

    @Test("an empty object has no members") func empty() throws {
        let object = try scan(" { } ")
        #expect(object.isEmpty)
        #expect(object.objectRange == 1..<4)
        #expect(object.endOffset == 3)
    }

    @Test("scanner and parser see the same", arguments: UInt64(0)..<40) func differential(seed: UInt64) throws {
        var source = RandomJSON(seed: seed)
        let limits = JSONLimits(maximumDepth: 6, duplicateNames: .lastWins)
        for _ in 0..<40 {
            var object = source.object(depth: 3)
            for name in names.names where source.random.chance(1, in: 2) { object.append(name, source.value(depth: 3)) }
            var bytes = Array(source.spelling(of: .object(JSONObject(object.map { $0 }.shuffled(using: &source.random)))).utf8)
            if source.random.chance(1, in: 2) {
                bytes[Int.random(in: 0..<bytes.count, using: &source.random)] = source.random.pick(Array("{}[],:\"\\a0 ".utf8))
            }
            let parsed = try? JSON.parse(bytes, limits: limits)
            bytes.withUnsafeBytes { bytes in
                do throws(JSONError) {
                    let scanned = try JSONScanner.scan(bytes, for: names, limits: limits)
                    for name in names.names {
                        let value = scanned[name]?.value(in: bytes).flatMap { try? JSON.parse($0, limits: limits) }
                        #expect(value == parsed?[name])
                    }
                    #expect(parsed != nil)
                } catch {
                    let purposes: [JSONError.Code] = [.duplicateMember, .escapedMemberName, .ambiguousMemberName, .notAnObject]
                    #expect(parsed == nil || purposes.contains(error.code))
                }
            }
        }
    }
}
