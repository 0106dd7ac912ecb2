import Testing
import Wire

@Suite("JSON objects and access") struct JSONObjectTests {
    @Test("members keep their order; setting keeps the place, nil removes") func order() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["b"] = 20
        object["d"] = 4
        object["a"] = nil
        #expect(object.names == ["b", "c", "d"])
        #expect(object["b"] == 20)
        #expect(object["a"] == nil)
        #expect(object.map(\.name) == object.names)
        #expect(object.count == 3 && !object.isEmpty)
    }

    @Test("a name is there once: appending it again replaces the value in its place") func uniqueNames() {
        var object: JSONObject = ["a": 1, "b": 2]
        object.append("a", 3)
        #expect(object.names == ["a", "b"])
        #expect(object["a"] == 3)
        #expect(object.appendIfAbsent("a", 4) == false)
        #expect(object["a"] == 3)
    }

    @Test("several members are removed at once, from small objects and large ones", arguments: [3, 12, 13, 40])
    func removal(count: Int) {
        let names = (0..<count).map { "a member of some length \($0)" }
        var object = JSONObject(names.enumerated().map { ($1, .integer($0)) })
        object.remove([names[0], "not there", names[2]])
        #expect(object.names == [names[1]] + names[3...])
        for (place, name) in names.enumerated() { #expect(object[name] == (place == 0 || place == 2 ? nil : .integer(place))) }
    }

    @Test("names are told apart byte for byte, wherever they differ", arguments: 0..<20) func bytes(place: Int) {
        let name = String(repeating: "n", count: 20)
        let other = name.utf8.enumerated().map { $0 == place ? UInt8(ascii: "m") : $1 }
        let object: JSONObject = [name: 1]
        #expect(object[name] == 1)
        #expect(object[String(decoding: other, as: UTF8.self)] == nil)
        #expect(object[String(name.dropLast())] == nil)
    }

    @Test("large objects answer as small ones do", arguments: UInt64(0)..<10) func modelled(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var object = JSONObject()
        var model: [(String, JSON)] = []
        for step in 0..<300 {
            let name = "n\(Int.random(in: 0..<40, using: &random))"
            if random.chance(1, in: 4) {
                object[name] = nil
                model.removeAll { $0.0 == name }
            } else {
                object[name] = .integer(step)
                if let index = model.firstIndex(where: { $0.0 == name }) {
                    model[index].1 = .integer(step)
                } else {
                    model.append((name, .integer(step)))
                }
            }
            #expect(object.names == model.map(\.0))
            #expect(object[name] == model.first { $0.0 == name }?.1)
        }
    }

    @Test("equality and hash do not regard the order of members") func equality() {
        let one: JSON = ["a": 1, "b": ["c": 2, "d": 3]]
        let other: JSON = ["b": ["d": 3, "c": 2], "a": 1]
        #expect(one == other)
        #expect(Set([one, other]).count == 1)
        #expect(one != ["a": 1, "b": ["c": 2]])
        #expect(one != ["a": 1, "b": ["c": 2, "e": 3]])
    }

    @Test("accessors answer for their own kind only") func accessors() {
        let values: [JSON] = [nil, true, 1, "s", [1], ["a": 1]]
        #expect(values.map(\.kind) == [.null, .boolean, .number, .string, .array, .object])
        #expect(values.map(\.isNull) == [true, false, false, false, false, false])
        #expect(values.compactMap(\.boolValue) == [true])
        #expect(values.compactMap(\.intValue) == [1])
        #expect(values.compactMap(\.int64Value) == [1])
        #expect(values.compactMap(\.doubleValue) == [1])
        #expect(values.compactMap(\.stringValue) == ["s"])
        #expect(values.compactMap(\.arrayValue) == [[1]])
        #expect(values.compactMap(\.objectValue) == [["a": 1]])
    }

    @Test("members and elements are reached by subscript, and only members of objects set") func subscripts() {
        var value: JSON = ["a": ["b": [10, 20]]]
        #expect(value["a"]?["b"]?[1] == 20)
        #expect(value["a"]?["b"]?[2] == nil)
        #expect(value["a"]?["b"]?[-1] == nil)
        #expect(value["x"] == nil)
        value["a"]?["c"] = "new"
        #expect(value["a"]?["c"] == "new")
        var array: JSON = [1]
        array["a"] = 2
        #expect(array == [1])
    }

    @Test("literals make values") func literals() {
        let name = "x"
        let value: JSON = ["null": nil, "yes": true, "int": -1, "double": 1.5, "text": "a\(name)", "list": []]
        #expect(value.serialized() == #"{"null":null,"yes":true,"int":-1,"double":1.5,"text":"ax","list":[]}"#)
    }
}
