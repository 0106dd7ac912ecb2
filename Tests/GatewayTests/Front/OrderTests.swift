import Testing

@Suite("Hot and cold requests on one connection are answered in order")
struct OrderTests {
    /// What a test sends, by a letter of its own.
    private static func request(_ kind: Character, _ number: Int) -> String {
        switch kind {
        case "H": RequestText.post("/hot/echo?\(number)", "body \(number)")
        case "S": RequestText.get("/hot/slow?\(number)")
        case "T": RequestText.get("/hot/stream?\(number)")
        case "U": RequestText.post("/hot/401?\(number)", "unread \(number)")
        case "C": RequestText.get("/cold?\(number)")
        case "L": RequestText.get("/cold/slow?\(number)")
        case "B": RequestText.post("/cold/count?\(number)", "0123456789")
        default: RequestText.get("/nowhere?\(number)")
        }
    }

    private static func check(_ answer: RawAnswer, _ kind: Character, _ number: Int) {
        switch kind {
        case "H":
            #expect(answer["x-path"] == "/hot/echo?\(number)")
            #expect(answer.text == "body \(number)")
        case "S": #expect(answer["x-path"] == "/hot/slow?\(number)")
        case "T":
            #expect(answer["x-path"] == "/hot/stream?\(number)")
            #expect(answer.text.count == 200)
        case "U":
            #expect(answer["x-path"] == "/hot/401?\(number)")
            #expect(answer.status == 401)
        case "C": #expect(answer.text == "/cold?\(number)")
        case "L": #expect(answer.text == "/cold/slow?\(number)")
        case "B": #expect(answer.text == "10")
        default: #expect(answer.status == 404)
        }
        #expect(answer.all("date").count == 1)
    }

    @Test(
        "what is pipelined in one write",
        arguments: [
            "HCH", "CHC", "SHSH", "HHH", "CCHCC", "UHU", "CNH", "LHLH", "TCTC", "UCUC", "BHB", "H", "C", "U", "N", "T", "L",
        ])
    func pipelined(kinds: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(kinds.enumerated().map { Self.request($1, $0) }.joined())
            for (number, kind) in kinds.enumerated() { Self.check(try await client.answer(), kind, number) }
            // The connection is as good as new.
            try await client.send(Self.request("H", 1000))
            Self.check(try await client.answer(), "H", 1000)
        }
    }

    @Test("600 alternating ones, each after the answer to the last")
    func alternating() async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            for number in 0..<600 {
                let kind: Character = number.isMultiple(of: 2) ? "H" : "C"
                try await client.send(Self.request(kind, number))
                Self.check(try await client.answer(), kind, number)
            }
        }
    }

    @Test("300 of all kinds in one write", arguments: [1, 2, 3])
    func mixed(seed: UInt64) async throws {
        try await TestFront.run { front in
            var dice = SeededRandom(seed: seed)
            let kinds = (0..<300).map { _ in "HHHCCCUUNBTSL".randomElement(using: &dice) ?? "H" }
            let client = try await front.client()
            try await client.send(kinds.enumerated().map { Self.request($1, $0) }.joined())
            for (number, kind) in kinds.enumerated() { Self.check(try await client.answer(), kind, number) }
        }
    }

    @Test("300 of all kinds, cut into packets anywhere", arguments: [4, 5])
    func cutAnywhere(seed: UInt64) async throws {
        try await TestFront.run { front in
            var dice = SeededRandom(seed: seed)
            let kinds = (0..<300).map { _ in "HHHCCCUUNBTS".randomElement(using: &dice) ?? "H" }
            let client = try await front.client()
            var rest = kinds.enumerated().map { Self.request($1, $0) }.joined()[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...400, using: &dice))
                try await client.send(String(part))
                rest = rest.dropFirst(part.count)
            }
            for (number, kind) in kinds.enumerated() { Self.check(try await client.answer(), kind, number) }
        }
    }

    @Test("byte by byte")
    func byteByByte() async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            let kinds = "HCUNBH"
            try await client.sendByteByByte(kinds.enumerated().map { Self.request($1, $0) }.joined())
            for (number, kind) in kinds.enumerated() { Self.check(try await client.answer(), kind, number) }
        }
    }

    @Test("many connections at once keep theirs apart")
    func connections() async throws {
        try await TestFront.run { front in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for seed in 10..<30 {
                    tasks.addTask {
                        var dice = SeededRandom(seed: UInt64(seed))
                        let client = try await front.client()
                        for round in 0..<10 {
                            let kinds = (0..<5).map { _ in "HCUNBTSL".randomElement(using: &dice) ?? "H" }
                            let first = seed * 1000 + round * 10
                            try await client.send(kinds.enumerated().map { Self.request($1, first + $0) }.joined())
                            for (number, kind) in kinds.enumerated() {
                                Self.check(try await client.answer(), kind, first + number)
                            }
                        }
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
