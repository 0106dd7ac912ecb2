import Testing
import Wire

private let names = MemberNames("a", "b", "c", "d")

private func spliced(_ text: String, _ edit: (inout JSONSplice, ScannedObject) throws -> Void) throws -> String {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBytes { bytes in
        let object = try JSONScanner.scan(bytes, for: names)
        var splice = JSONSplice(originalCount: bytes.count)
        try edit(&splice, object)
        let result = splice.applied(to: bytes)
        #expect(result.count == splice.count)
        return String(decoding: result, as: UTF8.self)
    }
}

@Suite("Splicing an object's bytes") struct JSONSpliceTests {
    @Test("a value is replaced and all other bytes stay") func replace() throws {
        let result = try spliced(#"{ "a" : "old" ,"z":  1.0 }"#) { try $0.set(0, of: $1, to: Array("\"new\"".utf8)) }
        #expect(result == #"{ "a" : "new" ,"z":  1.0 }"#)
    }

    @Test("a member that is not there is added at the end") func insert() throws {
        #expect(try spliced(#"{"z":1}"#) { try $0.set(1, of: $1, to: Array("2".utf8)) } == #"{"z":1,"b":2}"#)
        #expect(try spliced("{ }") { try $0.set(1, of: $1, to: Array("2".utf8)) } == #"{ "b":2}"#)
        let two = try spliced("{}") {
            try $0.insert(name: "x\"", value: Array("1".utf8), into: $1)
            try $0.insert(name: "y", value: Array("2".utf8), into: $1)
        }
        #expect(two == #"{"x\"":1,"y":2}"#)
    }

    @Test(
        "a removed member takes one comma along, whichever others go",
        arguments: [
            (["a"], #"{"b":2,"c":3}"#), (["b"], #"{"a":1,"c":3}"#), (["c"], #"{"a":1,"b":2}"#), (["a", "b"], #"{"c":3}"#),
            (["b", "c"], #"{"a":1}"#), (["a", "c"], #"{"b":2}"#), (["c", "a", "b"], "{}"),
        ] as [([String], String)])
    func remove(removed: [String], expected: String) throws {
        let result = try spliced(#"{"a":1,"b":2,"c":3}"#) { splice, object in
            for name in removed { try splice.remove(#require(object[name]), from: object) }
        }
        #expect(result == expected)
        let replaced = try spliced(#"{"a":1,"b":2,"c":3}"#) { splice, object in
            try splice.set(3, of: object, to: [0x34])
            for name in removed { try splice.remove(#require(object[name]), from: object) }
        }
        #expect(replaced == (expected == "{}" ? #"{"d":4}"# : expected.dropLast() + #","d":4}"#))
    }

    @Test("an object inside and the one around it are edited together") func nested() throws {
        let bytes = Array(#"{"a":{"b":1,"c":2},"d":true}"#.utf8)
        try bytes.withUnsafeBytes { bytes in
            let outer = try JSONScanner.scan(bytes, for: names)
            let inner = try JSONScanner.scan(bytes, range: #require(outer["a"]).valueRange, for: names)
            var splice = JSONSplice(originalCount: bytes.count)
            try splice.remove(#require(inner["b"]), from: inner)
            try splice.set(3, of: inner, to: Array("9".utf8))
            try splice.remove(#require(outer["d"]), from: outer)
            #expect(splice.applied(to: bytes) == Array(#"{"a":{"c":2,"d":9}}"#.utf8))
        }
    }

    @Test("edits that touch are refused, and the earlier ones stay") func overlaps() throws {
        let result = try spliced(#"{"a":{"b":1},"c":2}"#) { splice, object in
            let member = try #require(object["a"])
            try splice.replace(member, with: Array("0".utf8))
            #expect(throws: JSONSpliceError.overlap) { try splice.replace(member, with: []) }
            #expect(throws: JSONSpliceError.overlap) { try splice.remove(member, from: object) }
            #expect(throws: JSONSpliceError.overlap) { try splice.replace(0..<19, with: []) }
            #expect(throws: JSONSpliceError.outOfBounds) { try splice.replace(18..<20, with: []) }
            let other = try #require(object["c"])
            try splice.remove(other, from: object)
            #expect(throws: JSONSpliceError.overlap) { try splice.remove(other, from: object) }
            #expect(throws: JSONSpliceError.overlap) { try splice.replace(other, with: []) }
        }
        #expect(result == #"{"a":0}"#)
    }

    @Test("an edit inside of a removed or replaced object is refused") func inside() throws {
        let bytes = Array(#"{"a":{"b":1},"c":{"b":1}}"#.utf8)
        try bytes.withUnsafeBytes { bytes in
            let outer = try JSONScanner.scan(bytes, for: names)
            let first = try JSONScanner.scan(bytes, range: #require(outer["a"]).valueRange, for: names)
            let second = try JSONScanner.scan(bytes, range: #require(outer["c"]).valueRange, for: names)
            var splice = JSONSplice(originalCount: bytes.count)
            try splice.remove(#require(outer["a"]), from: outer)
            try splice.replace(#require(outer["c"]), with: Array("0".utf8))
            for inner in [first, second] {
                #expect(throws: JSONSpliceError.overlap) { try splice.insert(name: "x", value: [0x31], into: inner) }
                #expect(throws: JSONSpliceError.overlap) { try splice.remove(#require(inner["b"]), from: inner) }
            }
        }
    }

    @Test("nothing to do gives the original, in one piece") func untouched() throws {
        let splice = JSONSplice(originalCount: 5)
        var pieces: [JSONSplice.Piece] = []
        splice.forEachPiece { pieces.append($0) }
        #expect(pieces == [.original(0..<5)])
        #expect(splice.isEmpty && splice.count == 5)
    }

    @Test("splicing is parsing, editing and writing", arguments: UInt64(0)..<40) func property(seed: UInt64) throws {
        var source = RandomJSON(seed: seed)
        for _ in 0..<40 {
            var object = source.object(depth: 2)
            for name in names.names where source.random.chance(2, in: 3) { object.append(name, source.value(depth: 2)) }
            var expected = JSON.object(JSONObject(object.map { $0 }.shuffled(using: &source.random)))
            let bytes = Array(source.spelling(of: expected).utf8)
            try bytes.withUnsafeBytes { bytes in
                // A random spelling may escape a wanted name, which the scanner refuses.
                guard let scanned = try? JSONScanner.scan(bytes, for: names) else { return }
                var splice = JSONSplice(originalCount: bytes.count)
                for index in Array(0..<names.names.count).shuffled(using: &source.random) {
                    let name = names.names[index]
                    switch Int.random(in: 0..<3, using: &source.random) {
                    case 0:
                        let value = source.value(depth: 2)
                        try splice.set(index, of: scanned, to: value.serializedBytes())
                        expected[name] = value
                    case 1:
                        if let member = scanned[index] { try splice.remove(member, from: scanned) }
                        expected[name] = nil
                    default: break
                    }
                }
                let result = splice.applied(to: bytes)
                #expect(try JSON.parse(result).serialized() == expected.serialized())
            }
        }
    }
}
