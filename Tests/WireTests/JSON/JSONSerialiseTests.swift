import Testing
import Wire

@Suite("Writing JSON") struct JSONSerialiseTests {
    @Test("only what must be escaped is") func escapes() {
        let text = "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é\u{2028}😀"
        #expect(JSON.string(text).serialized() == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}é\u{2028}😀\"")
    }

    @Test("what must be escaped is found at every distance, beside every character")
    func everyDistance() throws {
        for escaped in ["\"", "\\", "\u{0}", "\u{1F}", "\n"] {
            for filler in ["x", "\u{7F}", "\u{E9}", "\u{FFFF}", "!", "#", "[", "]"] {
                for length in 0..<20 {
                    let text = String(repeating: filler, count: length) + escaped + filler + escaped
                    #expect(try JSON.parse(JSON.string(text).serialized()) == .string(text))
                }
            }
        }
    }

    @Test("compact text has no white space") func compact() {
        let value: JSON = ["a": [1, nil, ["b": false]], "c": [], "d": [:]]
        #expect(value.serialized() == #"{"a":[1,null,{"b":false}],"c":[],"d":{}}"#)
        #expect(value.serialized(pretty: false) == value.serialized())
        #expect(value.description == value.serialized())
        #expect(value.serializedBytes() == Array(value.serialized().utf8))
    }

    @Test("pretty text has a line for each element") func pretty() {
        let value: JSON = ["a": [1, ["b": false]], "c": [], "d": [:]]
        let expected = """
            {
              "a": [
                1,
                {
                  "b": false
                }
              ],
              "c": [],
              "d": {}
            }
            """
        #expect(value.serialized(pretty: true) == expected)
    }

    @Test("writing appends to what is there") func appends() {
        var output = Array("x".utf8)
        JSON.writeString("a\"b", to: &output)
        JSON.integer(7).write(to: &output)
        #expect(String(decoding: output, as: UTF8.self) == #"x"a\"b"7"#)
    }
}
