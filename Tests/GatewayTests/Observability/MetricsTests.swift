import CoreMetrics
import FoundationEssentials
import Testing

@testable import Gateway

@Suite("Metrics")
struct MetricsTests {
    /// The exposition without what the kernel says of this process.
    private func ownLines(_ registry: MetricsRegistry) -> [String] {
        registry.exposition().split(separator: "\n").map(String.init).filter { !$0.contains("process_") }
    }

    @Test("counters, gauges and histograms stand in the text format")
    func exposition() {
        let registry = MetricsRegistry(descriptions: ["calls": "Calls that were answered.", "depth": "Rows\nwaiting \\."])
        registry.makeCounter(label: "calls", dimensions: [("mode", "chat"), ("code", "200")]).increment(by: 2)
        registry.makeFloatingPointCounter(label: "calls", dimensions: [("code", "500"), ("mode", "a\"b\\c\nd")]).increment(
            by: 0.5)
        registry.makeMeter(label: "depth", dimensions: []).set(1.5)
        let timer = registry.makeTimer(label: "call.duration", dimensions: [])
        timer.recordNanoseconds(20_000_000)
        timer.recordNanoseconds(1_000_000_000_000)
        let lines = ownLines(registry)
        #expect(
            lines.filter { !$0.contains("_bucket") } == [
                "# HELP call_duration_seconds call.duration", "# TYPE call_duration_seconds histogram",
                "call_duration_seconds_sum 1000.02",
                "call_duration_seconds_count 2", "# HELP calls_total Calls that were answered.", "# TYPE calls_total counter",
                "calls_total{code=\"200\",mode=\"chat\"} 2", "calls_total{code=\"500\",mode=\"a\\\"b\\\\c\\nd\"} 0.5",
                "# HELP depth Rows\\nwaiting \\\\.", "# TYPE depth gauge", "depth 1.5",
            ])
        #expect(lines.contains("call_duration_seconds_bucket{le=\"0.01\"} 0"))
        #expect(lines.contains("call_duration_seconds_bucket{le=\"0.025\"} 1"))
        #expect(lines.contains("call_duration_seconds_bucket{le=\"+Inf\"} 2"))
    }

    @Test("the same name and labels are the same series, in whatever order the labels come")
    func sameSeries() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "c", dimensions: [("a", "1"), ("b", "2")]).increment(by: 1)
        registry.makeCounter(label: "c", dimensions: [("b", "2"), ("a", "1")]).increment(by: 1)
        #expect(ownLines(registry).last == "c_total{a=\"1\",b=\"2\"} 2")
    }

    @Test("increments from many threads are all counted")
    func concurrentIncrements() async {
        let registry = MetricsRegistry()
        let counter = registry.makeCounter(label: "c", dimensions: [])
        let recorder = registry.makeRecorder(label: "r", dimensions: [], aggregate: true)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.increment(by: 1)
                        recorder.record(2.5)
                    }
                }
            }
        }
        #expect(ownLines(registry).contains("c_total 8000"))
        #expect(ownLines(registry).contains("r_sum 20000"))
        #expect(ownLines(registry).contains("r_bucket{le=\"10\"} 8000"))
    }

    @Test("label values beyond the bound are counted together")
    func cardinality() {
        let registry = MetricsRegistry()
        for index in 0..<(MetricsRegistry.maximumSeries + 50) {
            registry.makeCounter(label: "c", dimensions: [("client", "\(index)")]).increment(by: 1)
        }
        let lines = ownLines(registry)
        #expect(lines.count == 2 + MetricsRegistry.maximumSeries + 1)
        #expect(lines.contains("c_total{client=\"other\"} 50"))
    }

    @Test("a name can have only one kind, the first")
    func kinds() {
        let registry = MetricsRegistry()
        registry.makeMeter(label: "x", dimensions: []).set(Int64(1))
        registry.makeRecorder(label: "x", dimensions: [], aggregate: true).record(Int64(5))
        #expect(ownLines(registry) == ["# HELP x x", "# TYPE x gauge", "x 1"])
    }

    @Test(
        "names become names of the format",
        arguments: [("http.server-calls", "http_server_calls"), ("9lives", "_9lives"), ("", "_"), ("a:b", "a:b"), ("Ü", "__")])
    func names(label: String, name: String) { #expect(MetricName.family(label) == name) }

    @Test("reserved label names are renamed", arguments: [("le", "label_le"), ("__x", "label_x"), ("Model.Name", "model_name")])
    func labelNames(dimension: String, name: String) { #expect(MetricName.label(dimension) == name) }

    @Test("values that are read when asked for, and the process's own")
    func readings() {
        let registry = MetricsRegistry()
        registry.addReading(MetricReading(.gauge, "queue_depth", help: "Waiting.") { 7 })
        registry.addReading(MetricReading(.counter, "unknown", help: "Not known now.") { nil })
        let text = registry.exposition()
        #expect(text.contains("# TYPE queue_depth gauge\nqueue_depth 7\n"))
        #expect(!text.contains("unknown"))
        for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_threads"] {
            #expect(text.contains("\n\(name) "))
        }
    }

    /// Prometheus's own check of the format; installed where the machine has Debian's `prometheus`.
    private static let promtoolPath = ProcessInfo.processInfo.environment["PROMTOOL"] ?? "/usr/bin/promtool"

    @Test("promtool finds nothing to say", .enabled(if: FileManager.default.isExecutableFile(atPath: promtoolPath)))
    func promtool() throws {
        let registry = MetricsRegistry(descriptions: ["calls": "Calls."])
        registry.makeCounter(label: "calls", dimensions: [("mode", "x")]).increment(by: 1)
        registry.makeTimer(label: "call_duration", dimensions: [("mode", "x")]).recordNanoseconds(5)
        registry.makeRecorder(label: "size", dimensions: [], aggregate: true).record(Int64(5))
        let folder = TemporaryFolder()
        try folder.write("metrics", registry.exposition())
        #expect(shell("\(Self.promtoolPath) check metrics < \(folder.path)/metrics") == 0)
    }
}
