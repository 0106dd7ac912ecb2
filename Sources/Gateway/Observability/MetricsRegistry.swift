public import CoreMetrics
internal import Synchronization

/// The metrics of the process: a backend of swift-metrics, and their Prometheus text form.
///
/// Making a metric takes a lock, counting does not: keep the handler. How many metrics and series there can be is bounded; what goes
/// beyond is counted in a series whose label values are all `other`.
public final class MetricsRegistry: MetricsFactory {
    /// What a family of series has in common.
    enum Kind: String { case counter, gauge, histogram }

    struct Family {
        let kind: Kind
        let help: String
        var series: [SeriesLabels: any MetricCell] = [:]
    }

    /// Label names and values in the order of the names.
    struct SeriesLabels: Hashable, Sendable {
        let pairs: [Pair]

        struct Pair: Hashable, Sendable {
            let name: String
            let value: String
        }

        init(_ dimensions: [(String, String)]) {
            var pairs: [Pair] = []
            for (name, value) in dimensions.prefix(16) {
                let name = MetricName.label(name)
                if !pairs.contains(where: { $0.name == name }) {
                    pairs.append(Pair(name: name, value: String(value.prefix(128))))
                }
            }
            self.pairs = pairs.sorted { $0.name < $1.name }
        }

        private init(pairs: [Pair]) { self.pairs = pairs }

        var overflow: SeriesLabels { SeriesLabels(pairs: pairs.map { Pair(name: $0.name, value: "other") }) }
    }

    /// Families that there can be.
    public static let maximumFamilies = 500
    /// Series that a family can have.
    public static let maximumSeries = 1000

    private let descriptions: [String: String]
    private let families = Mutex<[String: Family]>([:])
    private let readings = Mutex<[@Sendable () -> [MetricReading]]>([])

    /// A registry without metrics.
    /// - Parameter descriptions: what each metric counts, by its label in swift-metrics; shown as `# HELP`.
    public init(descriptions: [String: String] = [:]) { self.descriptions = descriptions }

    /// Makes this the backend of swift-metrics for the process. To be called once, at start.
    public func bootstrap() { MetricsSystem.bootstrap(self) }

    /// Adds a value that is read when the metrics are asked for: the depth of a queue, the size of a table.
    public func addReading(_ reading: MetricReading) { addReadings { [reading] } }

    /// Adds values that are made together when the metrics are asked for.
    func addReadings(_ make: @escaping @Sendable () -> [MetricReading]) { readings.withLock { $0.append(make) } }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(label, suffix: "_total", .counter, dimensions) { CounterCell() }
    }

    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        cell(label, suffix: "_total", .counter, dimensions) { CounterCell() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(label, .gauge, dimensions) { GaugeCell() }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? cell(label, .histogram, dimensions) { HistogramCell(bounds: .amounts) }
            : cell(label, .gauge, dimensions) { GaugeCell() }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(label, suffix: "_seconds", .histogram, dimensions) { HistogramCell(bounds: .seconds) }
    }

    /// Prometheus counts from the start of the process, so what is destroyed stays: a handler that is made again goes on from there.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// The series's cell. Where the name is taken by another kind, or there are too many families, one that counts for nobody: an
    /// exposition with two kinds under one name could not be read at all.
    private func cell<Cell: MetricCell>(
        _ label: String, suffix: String = "", _ kind: Kind, _ dimensions: [(String, String)], make: () -> Cell
    ) -> Cell {
        let name = MetricName.family(label, suffix: suffix)
        let labels = SeriesLabels(dimensions)
        let help = descriptions[label] ?? label
        return families.withLock { families in
            if families[name] == nil {
                guard families.count < Self.maximumFamilies else { return make() }
                families[name] = Family(kind: kind, help: help)
            }
            guard let family = families[name], family.kind == kind else { return make() }
            let place = family.series[labels] == nil && family.series.count >= Self.maximumSeries ? labels.overflow : labels
            if let known = family.series[place] { return known as? Cell ?? make() }
            let cell = make()
            families[name]?.series[place] = cell
            return cell
        }
    }

    /// Everything in the Prometheus text format 0.0.4, families by name.
    public func exposition() -> String {
        let families = families.withLock { $0 }
        let readings = readings.withLock { $0 }.flatMap { $0() }
        var writer = ExpositionWriter()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) { writer.write(name, family) }
        for reading in readings + ProcessMetrics.readings() where families[reading.name] == nil { writer.write(reading) }
        return writer.text
    }

    /// The `Content-Type` of `exposition`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
}
