internal import Synchronization
internal import Wire

/// Documents that are compiled already, by what they hold and where they are: many servers made of one document share one compilation. The
/// same text in two places is two documents: relative server URLs, and with them the credentials, go to its own place.
public final class CompilationCache: Sendable {
    /// The most compilations that are kept.
    private static let maximum = 64

    private struct Entry {
        let compilation: Compilation
        var use: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var uses: UInt64 = 0
    }

    private struct Key: Hashable {
        let digest: ContentDigest
        let places: [String]
        let options: CompileOptions
    }

    private let state = Mutex(State())

    /// A cache with nothing in it.
    public init() {}

    /// The compilation of these documents, made by `compile` where there is none.
    func compilation(of documents: DocumentSet, _ options: CompileOptions, compile: () -> Compilation) -> Compilation {
        let key = Key(digest: documents.digest, places: documents.documents.map(\.uri), options: options)
        let known = state.withLock { state -> Compilation? in
            state.uses += 1
            state.entries[key]?.use = state.uses
            return state.entries[key]?.compilation
        }
        if let known { return known }
        let compilation = compile()
        // A machine that was busy is no reason to refuse the document from now on.
        if compilation.diagnostics.contains(where: { $0.code == .outOfTime }) { return compilation }
        state.withLock { state in
            state.entries[key] = Entry(compilation: compilation, use: state.uses)
            if state.entries.count > Self.maximum, let oldest = state.entries.min(by: { $0.value.use < $1.value.use }) {
                state.entries[oldest.key] = nil
            }
        }
        return compilation
    }
}
