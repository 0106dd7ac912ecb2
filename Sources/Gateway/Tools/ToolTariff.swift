internal import Directory
internal import Ledger

/// What calls of one MCP server are charged and recorded as. A class, because a public server is a large value and the hot path needs
/// little of it.
final class ToolTariff: Sendable {
    let serverID: String
    private let prices: [String: Money]
    private let defaultPrice: Money

    init(_ server: UsableServer) {
        self.serverID = server.id
        switch server {
        case .offered(let server):
            self.prices = server.toolCallPrices
            self.defaultPrice = server.defaultToolCallPrice
        case .own:
            // What a group brings itself costs it nothing here.
            self.prices = [:]
            self.defaultPrice = .zero
        }
    }

    func price(ofTool tool: String) -> Money { self.prices[tool] ?? self.defaultPrice }
}
