import Directory
import TestSupport
import Testing

@testable import ModelRelay

@Suite("Retries and deadlines")
struct RetryPlanTests {
    @Test("A failure without permission is given back, at most as often as there are channels")
    func gifts() {
        var plan = RetryPlan(modelRetryTimes: 2, retryTimes: 9, candidateCount: 3, latest: 100)
        #expect(plan.attemptsLeft == 3)
        for _ in 0..<5 {
            plan.began()
            plan.failed(.refused(status: 403))
        }
        #expect(plan.attemptsLeft == 1)
        plan.began()
        plan.failed(.cut)
        #expect(!plan.mayBegin(at: 0))
    }

    @Test("An attempt may begin until the last moment")
    func latest() {
        let plan = RetryPlan(modelRetryTimes: 0, retryTimes: .max, candidateCount: 1, latest: 100)
        #expect(plan.mayBegin(at: 100) && !plan.mayBegin(at: 101))
        #expect(plan.attemptsLeft == 1001)
    }

    @Test(
        "`Retry-After` as seconds, as a date, or in milliseconds",
        arguments: [
            ("20", nil, 20_000), ("0", nil, nil), ("1.5", nil, 1500), (nil, "250", 250), ("20", "250", 250), ("20", "x", 20_000),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, 37_000), ("Sun, 06 Nov 1994 08:49:00 GMT", nil, nil),
            ("Sat, 29 Feb 2020 00:00:00 GMT", nil, 1_582_934_400_000 - 784_111_740_000), ("soon", nil, nil), ("-5", nil, nil),
            ("1e3", nil, nil), ("inf", nil, nil), ("", nil, nil), ("Sun, 06 Xyz 1994 08:49:37 GMT", nil, nil),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil, nil), ("999999999999", nil, 999_999_999_999_000), (nil, nil, nil),
        ] as [(String?, String?, Int64?)])
    func retryAfter(value: String?, milliseconds: String?, expected: Int64?) {
        // 1994-11-06 08:49:00
        #expect(RetryAfter.milliseconds(value, milliseconds: milliseconds, at: 784_111_740_000) == expected)
    }

    @Test(
        "The time to an answer's head, by work, by streaming, by the length of the input",
        arguments: [
            (.generation, true, 10_000, 180), (.generation, true, 10_001, 300), (.generation, true, 100_001, 600),
            (.generation, false, 0, 300), (.generation, false, 100_000, 600), (.generation, false, 100_001, 900),
            (.embeddings, false, 0, 30), (.moderation, false, 0, 300), (.rerank, false, 0, 180), (.images, false, 0, 600),
            (.speechToText, false, 0, 300), (.video, false, 0, 30), (.lookUp, false, 0, 30), (.other, true, 0, 180),
            (.other, false, 0, 900),
        ] as [(CallDeadlines.Work, Bool, Int64, Int64)])
    func head(work: CallDeadlines.Work, isStreamed: Bool, tokens: Int64, seconds: Int64) {
        let deadlines = CallDeadlines(work, isStreamed: isStreamed, inputTokens: tokens)
        #expect(deadlines.head == seconds * 1000)
        #expect(deadlines.firstToken == (isStreamed ? deadlines.head : nil))
    }

    @Test("The model's own times count before the table")
    func configured() {
        var config = ModelConfig(model: "m", createdAt: 0)
        config.requestTimeoutSeconds = 7
        config.streamRequestTimeoutSeconds = .max
        #expect(CallDeadlines(.generation, isStreamed: false, inputTokens: 0, model: config).head == 7000)
        #expect(CallDeadlines(.generation, isStreamed: true, inputTokens: 0, model: config).head == 86_400_000)
    }

    @Test("Each deadline leaves room for those within it", arguments: CallDeadlines.Work.allCases, [0, 1, 10, 1000, 100_000])
    func order(work: CallDeadlines.Work, seconds: Int64) {
        for isStreamed in [false, true] {
            let deadlines = CallDeadlines(work, isStreamed: isStreamed, inputTokens: 0, configuredSeconds: seconds)
            #expect(deadlines.head > 0 && deadlines.idle > 0)
            #expect(deadlines.attempts >= deadlines.head)
            #expect(deadlines.whole >= deadlines.attempts + deadlines.head)
        }
    }

    @Test("Every format's work is known", arguments: WireFormat.allCases)
    func work(format: WireFormat) {
        let expected: CallDeadlines.Work =
            switch format {
            case .embeddings, .embedContent: .embeddings
            case .moderations: .moderation
            case .rerank: .rerank
            case .inputTokens, .countTokens, .geminiCountTokens: .lookUp
            default: .generation
            }
        #expect(CallDeadlines.Work(format) == expected)
    }
}
