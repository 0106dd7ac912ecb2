import NIOHTTP1
import Wire

@testable import ModelRelay

/// What becomes of a feature between a client's format and an upstream's.
enum Conversion: Sendable, Hashable {
    /// It arrives.
    case kept
    /// The client's format has no such thing.
    case unsaid
    /// The upstream's format has none, which the client is told in a header.
    case dropped
    /// The request is refused, since it would mean something else without it.
    case refused
    /// A fault of ours.
    case lost(String)

    var text: String {
        switch self {
        case .kept: "yes"
        case .unsaid: "–"
        case .dropped: "dropped"
        case .refused: "400"
        case .lost(let reason): "LOST: \(reason)"
        }
    }
}

enum ConversionMatrix {
    static let formats: [WireFormat] = [.chatCompletions, .completions, .responses, .messages, .generateContent]

    static func conversion(of sample: FeatureSample, from client: WireFormat, to upstream: WireFormat) -> Conversion {
        guard let clientCodec = Codecs.standard.codec(for: client), let upstreamCodec = Codecs.standard.codec(for: upstream)
        else {
            return .lost("no codec")
        }
        // The client's request is written by the client's own codec: what it can't write, a client can't say.
        var unsaid = Losses()
        guard
            let request = try? clientCodec.request(
                sample.conversation, for: Self.target(clientCodec, like: clientCodec), losses: &unsaid),
            !unsaid.features.contains(sample.feature)
        else { return .unsaid }
        let read: Conversation
        do throws(RelayError) { read = try clientCodec.conversation(request, endpoint: Self.path(client)) } catch {
            return .lost("the request isn't read: \(error.message)")
        }
        // A codec's own tests hold it to reading what it writes; what comes back as something else here is said in another way.
        guard let expected = sample.part(sample.conversation), sample.part(read) == expected else { return .unsaid }
        var losses = Losses()
        let sent: JSON
        do throws(RelayError) {
            try read.check(from: client, to: upstream)
            sent = try upstreamCodec.request(read, for: Self.target(upstreamCodec, like: clientCodec), losses: &losses)
        } catch {
            guard error.status.code == 400 else { return .lost("refused with \(error.status.code)") }
            guard error.parameter != nil else { return .lost("refused without naming the member: \(error.message)") }
            return .refused
        }
        if !losses.features.isDisjoint(with: [sample.feature, sample.whole ?? sample.feature]) { return .dropped }
        let arrived: Conversation
        do throws(RelayError) { arrived = try upstreamCodec.conversation(sent, endpoint: Self.path(upstream)) } catch {
            return .lost("what is sent isn't valid: \(error.message)")
        }
        guard sample.part(arrived) == expected || sample.isImplied.contains(upstream) else {
            return .lost("arrives as \(sample.part(arrived).map { "\($0)" } ?? "nothing")")
        }
        return .kept
    }

    private static func path(_ format: WireFormat) -> EndpointPath {
        format == .generateContent ? EndpointPath(model: "model", isStreamed: false) : EndpointPath()
    }

    private static func target(_ codec: any FormatCodec.Type, like client: any FormatCodec.Type) -> EncodingTarget {
        EncodingTarget(model: "model", maximumOutputTokens: 64_000, client: client, now: 1_700_000_000, requestID: "request")
    }

    /// A row for each feature and upstream, a column for each client.
    static func table() -> String {
        var lines: [String] = []
        for upstream in Self.formats {
            lines.append("\n### To \(upstream.rawValue)\n")
            lines.append("| feature | " + Self.formats.map(\.rawValue).joined(separator: " | ") + " |")
            lines.append("|---|" + String(repeating: "---|", count: Self.formats.count))
            for sample in FeatureSample.all {
                let cells = Self.formats.map { Self.conversion(of: sample, from: $0, to: upstream).text }
                lines.append("| \(sample.feature.rawValue) | " + cells.joined(separator: " | ") + " |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
