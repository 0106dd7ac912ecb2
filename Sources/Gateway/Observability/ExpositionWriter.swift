/// A value that is read when the metrics are asked for.
public struct MetricReading: Sendable {
    /// Whether it only grows.
    public enum Kind: String, Sendable { case counter, gauge }

    /// As the format has it; a counter's ends in `_total`.
    public let name: String
    public let kind: Kind
    public let help: String
    /// The values; empty = none is known now: the metric is left out.
    let read: @Sendable () -> [Sample]

    /// One of its values, and what tells it from the others.
    struct Sample: Sendable, Equatable {
        let labels: MetricsRegistry.SeriesLabels
        let value: Double

        init(_ labels: [(String, String)], _ value: Double) {
            self.labels = MetricsRegistry.SeriesLabels(labels)
            self.value = value
        }
    }

    /// A metric with one value; nil = it is not known now.
    public init(_ kind: Kind, _ name: String, help: String, read: @escaping @Sendable () -> Double?) {
        self.init(kind, name, help: help, samples: { read().map { [Sample([], $0)] } ?? [] })
    }

    /// A metric with a value for each of several labels. How many there are is for `samples` to bound.
    init(_ kind: Kind, _ name: String, help: String, samples: @escaping @Sendable () -> [Sample]) {
        self.kind = kind
        self.name = MetricName.family(name, suffix: kind == .counter ? "_total" : "")
        self.help = help
        self.read = samples
    }
}

/// Writes the Prometheus text format 0.0.4.
struct ExpositionWriter {
    private(set) var text = ""

    mutating func write(_ name: String, _ family: MetricsRegistry.Family) {
        head(name, family.kind.rawValue, family.help)
        let series = family.series.map { (labels: Self.labels($0.key), cell: $0.value) }.sorted { $0.labels < $1.labels }
        for (labels, cell) in series {
            switch cell {
            case let counter as CounterCell: sample(name, labels, counter.text)
            case let gauge as GaugeCell: sample(name, labels, metricText(gauge.value))
            case let histogram as HistogramCell: self.histogram(name, labels, histogram)
            default: break
            }
        }
    }

    mutating func write(_ reading: MetricReading) {
        let samples = reading.read().map { (labels: Self.labels($0.labels), value: $0.value) }.sorted { $0.labels < $1.labels }
        guard !samples.isEmpty else { return }
        head(reading.name, reading.kind.rawValue, reading.help)
        for (labels, value) in samples { sample(reading.name, labels, metricText(value)) }
    }

    /// Buckets count what is at most their bound, so each contains those before it.
    private mutating func histogram(_ name: String, _ labels: String, _ cell: HistogramCell) {
        let (counts, sum) = cell.snapshot()
        var total: UInt64 = 0
        let separator = labels.isEmpty ? "" : ","
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < cell.bounds.values.count ? metricText(cell.bounds.values[index]) : "+Inf"
            sample(name + "_bucket", labels + separator + "le=\"\(bound)\"", String(total))
        }
        sample(name + "_sum", labels, metricText(sum))
        sample(name + "_count", labels, String(total))
    }

    private mutating func head(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind)\n"
    }

    private mutating func sample(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private static func labels(_ labels: MetricsRegistry.SeriesLabels) -> String {
        labels.pairs.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\"") })
        else {
            return text
        }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
