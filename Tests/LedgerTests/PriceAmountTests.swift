import Ledger
import Testing

@Suite("A call costs what its parts cost, each rounded once")
struct PriceAmountTests {
    private func amount(_ price: String, _ change: (inout Usage) -> Void, succeeded: Bool = true) throws -> Amount {
        var usage = Usage()
        change(&usage)
        return try Price(price).amount(for: usage, at: Calls.noon, succeeded: succeeded)
    }

    @Test("input and output at their own rates")
    func basic() throws {
        let amount = try amount("{\"input_price\":0.001,\"output_price\":0.002}") {
            $0.input = 1500
            $0.output = 250
        }
        #expect(amount.input == Money(1_500_000))
        #expect(amount.output == Money(500_000))
        #expect(amount.used == Money(2_000_000))
    }

    @Test("a part with a price of its own is taken out of the total that contains it")
    func specialParts() throws {
        let amount = try amount(
            "{\"input_price\":1,\"cached_price\":0.1,\"cache_creation_price\":1.25,\"image_input_price\":2,\"audio_input_price\":3,"
                + "\"video_input_price\":4,\"output_price\":10,\"image_output_price\":20,\"audio_output_price\":30}"
        ) {
            $0.input = 1000
            $0.cached = 100
            $0.cacheCreation = 200
            $0.imageInput = 50
            $0.audioInput = 30
            $0.videoInput = 20
            $0.output = 100
            $0.imageOutput = 40
            $0.audioOutput = 10
        }
        #expect(amount.input == Money(600_000_000))
        #expect(amount.cached == Money(10_000_000))
        #expect(amount.cacheCreation == Money(250_000_000))
        #expect(amount.imageInput == Money(100_000_000))
        #expect(amount.audioInput == Money(90_000_000))
        #expect(amount.videoInput == Money(80_000_000))
        #expect(amount.output == Money(500_000_000))
        #expect(amount.imageOutput == Money(800_000_000))
        #expect(amount.audioOutput == Money(300_000_000))
        #expect(amount.used == Money(2_730_000_000))
    }

    @Test("a part without a price costs what surrounds it")
    func unpricedParts() throws {
        let amount = try amount("{\"input_price\":1,\"output_price\":1}") {
            $0.input = 1000
            $0.cached = 900
            $0.imageInput = 50
            $0.output = 10
            $0.imageOutput = 5
        }
        #expect(amount.input == Money(1_000_000_000))
        #expect(amount.cached == .zero)
        #expect(amount.output == Money(10_000_000))
    }

    @Test("a part larger than its total leaves nothing of it, never less")
    func contradictoryUsage() throws {
        let amount = try amount("{\"input_price\":1,\"cached_price\":1}") {
            $0.input = 10
            $0.cached = 20
        }
        #expect(amount.input == .zero)
        #expect(amount.used == Money(20_000_000))
    }

    @Test("reasoning makes all of the output cost the thinking price, where there is one")
    func thinking() throws {
        let text = "{\"output_price\":1,\"thinking_mode_output_price\":4}"
        #expect(try amount(text) { $0.output = 100 }.used == Money(100_000_000))
        let thought = try amount(text) {
            $0.output = 100
            $0.reasoning = 1
        }
        #expect(thought.output == Money(400_000_000))
        let unpriced = try amount("{\"output_price\":1}") {
            $0.output = 100
            $0.reasoning = 60
        }
        #expect(unpriced.output == Money(100_000_000))
    }

    @Test("web searches cost by the thousand, beside the tokens")
    func webSearch() throws {
        let amount = try amount("{\"input_price\":1,\"web_search_price\":10}") {
            $0.input = 1000
            $0.webSearchCount = 3
        }
        #expect(amount.webSearch == Money(30_000_000))
        #expect(amount.used == Money(1_030_000_000))
    }

    @Test("a price per request is all that a successful call costs, and a failed one costs nothing")
    func perRequest() throws {
        let text = "{\"per_request_price\":0.5,\"input_price\":1,\"web_search_price\":1000}"
        let success = try amount(text) {
            $0.input = 1_000_000
            $0.webSearchCount = 2
        }
        #expect(success.used == Money(500_000_000))
        #expect(success.webSearch == .zero)
        #expect(try amount(text, { $0.input = 1_000_000 }, succeeded: false).used == .zero)
    }

    @Test("a call that failed after it delivered something costs what it delivered")
    func cutStream() throws {
        #expect(try amount("{\"output_price\":1}", { $0.output = 10 }, succeeded: false).used == Money(10_000_000))
    }

    @Test("whatever the counts: nothing is negative, the parts add up, and more input, output or searches never cost less")
    func properties() throws {
        var generator = SeededGenerator(seed: 2026)
        let prices = try [
            PriceJSONTests.everything, "{}", "{\"input_price\":1000000,\"input_price_unit\":1,\"cached_price\":1}",
            "{\"input_price\":0.000000001,\"output_price\":0.0015,\"thinking_mode_output_price\":3,\"web_search_price\":1}",
        ].map { try Price($0) }
        func count() -> Int64 {
            let extremes: [Int64] = [.min, -1, 0, 1, .max]
            if Int.random(in: 0..<8, using: &generator) == 0 { return extremes.randomElement(using: &generator) ?? 0 }
            return Int64.random(in: 0...Int64.max, using: &generator) >> Int64.random(in: 1...62, using: &generator)
        }
        for round in 0..<1500 {
            var usage = Usage()
            for part in Self.counts { usage[keyPath: part] = count() }
            let price = prices[round % prices.count]
            let amount = price.amount(for: usage, at: count(), succeeded: round.isMultiple(of: 2))
            #expect(Self.amounts.allSatisfy { amount[keyPath: $0] >= .zero })
            if price.inForce(for: usage, context: UsageContext(), at: 0).perRequest == .zero {
                #expect(amount.used == amount.sumOfParts)
            }
            guard price.conditional.isEmpty else { continue }
            for part in [\Usage.input, \.output, \.webSearchCount] where usage[keyPath: part] < .max {
                var more = usage
                more[keyPath: part] += 1
                let larger = price.amount(for: more, at: Calls.noon, succeeded: true)
                #expect(larger.used >= price.amount(for: usage, at: Calls.noon, succeeded: true).used)
            }
        }
    }

    private static var counts: [WritableKeyPath<Usage, Int64>] {
        [
            \.input, \.imageInput, \.audioInput, \.videoInput, \.output, \.imageOutput, \.audioOutput, \.cached,
            \.cacheCreation, \.reasoning, \.total, \.webSearchCount,
        ]
    }
    private static var amounts: [KeyPath<Amount, Money>] {
        [
            \.input, \.imageInput, \.audioInput, \.videoInput, \.output, \.imageOutput, \.audioOutput, \.cached,
            \.cacheCreation, \.webSearch, \.used,
        ]
    }
}
