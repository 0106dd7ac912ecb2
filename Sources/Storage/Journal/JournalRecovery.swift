internal import Glibc
internal import Logging

/// What an earlier process left in the journal's folder.
enum JournalRecovery {
    /// A lane for each event loop, and for each that only an earlier process had, with the segments that are left of it.
    /// - Throws: `incompatible` where a segment is of a newer program or another journal.
    static func lanes(
        _ configuration: JournalConfiguration, journal: UInt64, sinks: [JournalSink], logger: Logger
    ) throws(StorageError) -> [JournalLane] {
        var segments: [Int: [JournalSegment]] = [:]
        var latest = try JournalDrain.latestSequences(sinks, journal: journal)
        for name in try FileSystem.names(in: configuration.folder) {
            if name.hasSuffix(".seg.new") { unlink(configuration.folder + "/" + name) }
            guard let (lane, sequence) = JournalSegment.parse(name: name) else { continue }
            latest[lane] = max(latest[lane] ?? 0, sequence)
            let found = try JournalSegment.recover(
                folder: configuration.folder, journal: journal, lane: lane, sequence: sequence)
            guard let segment = found else {
                unlink(configuration.folder + "/" + name)
                continue
            }
            report(segment, logger)
            segments[lane, default: []].append(segment)
        }
        let numbers = Set(0..<configuration.lanes).union(segments.keys).sorted()
        return numbers.map { number in
            JournalLane(
                number: number, configuration: configuration, journal: journal,
                recovered: (segments[number] ?? []).sorted { $0.sequence < $1.sequence }, latestSequence: latest[number] ?? 0)
        }
    }

    private static func report(_ segment: JournalSegment, _ logger: Logger) {
        for gap in segment.gaps {
            logger.error(
                "a part of the journal can't be read; the segment is kept with the suffix .damaged",
                metadata: ["file": "\(segment.path)", "from": "\(gap.lowerBound)", "to": "\(gap.upperBound)"])
        }
    }
}
