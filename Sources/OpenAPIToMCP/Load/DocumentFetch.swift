/// Reads several documents at once.
enum DocumentFetch {
    /// The answers, in the order of what was asked for. Those that are not there at the deadline, or when the task is cancelled, are faults.
    static func all(
        _ wanted: [(uri: String, request: DocumentRequest)], from source: any DocumentSource,
        until deadline: ContinuousClock.Instant
    ) async -> [Result<DocumentAnswer, DocumentFault>] {
        let late = DocumentFault(
            .timedOut, "the time for reading documents is over", advice: "use fewer or nearer documents, or raise the limit")
        var answers = [Result<DocumentAnswer, DocumentFault>](repeating: .failure(late), count: wanted.count)
        guard ContinuousClock.now < deadline, !wanted.isEmpty else { return answers }
        await withTaskGroup(of: (Int, Result<DocumentAnswer, DocumentFault>)?.self) { group in
            for (index, document) in wanted.enumerated() {
                group.addTask {
                    do throws(DocumentFault) {
                        return (index, .success(try await source.read(document.uri, document.request)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            group.addTask {
                // Ends early only where it is cancelled, and then too there is nothing more to wait for.
                try? await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            for _ in wanted {
                guard let (index, answer) = await group.next() ?? nil else { break }
                answers[index] = answer
            }
            group.cancelAll()
        }
        return answers
    }
}
