internal import NIOHTTP1

/// The client's headers that travel to an upstream of the same family. Keys, cookies and forwarding headers never do.
enum TravellingHeaders {
    static func copy(from client: HTTPHeaders, to headers: inout HTTPHeaders, family: Dialect) {
        let names: [String] =
            switch family {
            case .openAI: self.openAI
            case .anthropic: self.anthropic
            case .gemini: []
            }
        guard !names.isEmpty else { return }
        for (name, value) in client where name.utf8.count >= 11 && names.contains(name.lowercased()) {
            // Of the version there is one, which the provider's own stands for where the client names none.
            if name.lowercased() == "anthropic-version" { headers.remove(name: name) }
            headers.add(name: name, value: value)
        }
    }

    private static let openAI = ["openai-organization", "openai-project", "openai-beta"]
    private static let anthropic = ["anthropic-version", "anthropic-beta"]
}
