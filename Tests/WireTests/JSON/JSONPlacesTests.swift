import Testing
import Wire

@Suite("Places in JSON") struct JSONPlacesTests {
    private func places(_ text: String, findsDuplicates: Bool = false) throws -> (JSONPlaces, JSON) {
        let limits = JSONLimits(duplicateNames: findsDuplicates ? .lastWins : .reject)
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try JSONPlaces(bytes, limits: limits, findsDuplicates: findsDuplicates) }
        }
        return (try result.get(), try JSON.parse(bytes, limits: limits))
    }

    @Test("values and names have lines and columns in characters, whatever ends a line")
    func locations() throws {
        let (places, root) = try places("{ \"é😀\": [1,\r\n\t{\"a/b\":\r  true}], \"c\": {} }\n")
        func value(_ pointer: String) throws -> String? {
            places.location(of: try #require(JSONPointer(pointer)), in: root)?.description
        }
        func name(_ pointer: String) throws -> String? {
            places.nameLocation(of: try #require(JSONPointer(pointer)), in: root)?.description
        }
        #expect(try value("") == "1:1" && name("") == "1:1")
        #expect(try value("/é😀") == "1:9" && name("/é😀") == "1:3")
        #expect(try value("/é😀/0") == "1:10" && name("/é😀/0") == "1:10")
        #expect(try value("/é😀/1/a~1b") == "3:3" && name("/é😀/1/a~1b") == "2:3")
        #expect(try value("/c") == "3:16")
        #expect(try value("/d") == nil && value("/é😀/2") == nil && value("/c/x") == nil)
    }

    @Test("of a name that occurs twice the last value counts, at its place, and both are told")
    func duplicates() throws {
        let (places, root) = try places(#"{"a": 1, "b": {"x": 0, "\u0078": [7]}, "a": {"y": 2}}"#, findsDuplicates: true)
        #expect(places.location(of: JSONPointer(tokens: ["a", "y"]), in: root)?.column == 51)
        #expect(places.location(of: JSONPointer(tokens: ["b", "x", "0"]), in: root)?.column == 35)
        #expect(places.duplicates.map(\.pointer.description) == ["/b/x", "/a"])
        #expect(places.duplicates.map(\.first.column) == [16, 2])
        #expect(places.duplicates.map(\.again.column) == [24, 40])
    }

    @Test("what is against the grammar or too deep is refused", arguments: ["[1,]", "{\"a\":1,}", "[", "{\"a\" 1}", "\u{FEFF}1"])
    func refused(text: String) {
        #expect(throws: JSONError.self) { try places(text) }
        #expect(throws: JSONError.self) { try places(String(repeating: "[", count: 129) + String(repeating: "]", count: 129)) }
    }

    @Test("every value of a random text stands where it is said to be", arguments: UInt64(0)..<30)
    func random(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let value = random.value()
        let text = random.spelling(of: value)
        let (places, root) = try places(text)
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        func scalar(_ location: Wire.SourceLocation?) throws -> UnicodeScalar {
            let location = try #require(location)
            return lines[location.line - 1][location.column - 1]
        }
        func check(_ value: JSON, _ pointer: JSONPointer) throws {
            let first = try scalar(places.location(of: pointer, in: root))
            #expect(String(first) == String(value.serialized().unicodeScalars.prefix(1)))
            for (index, element) in (value.arrayValue ?? []).enumerated() { try check(element, pointer.appending(index)) }
            for (name, member) in value.objectValue ?? [:] {
                #expect(try scalar(places.nameLocation(of: pointer.appending(name), in: root)) == "\"")
                try check(member, pointer.appending(name))
            }
        }
        try check(root, .root)
    }
}
