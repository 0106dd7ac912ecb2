internal import HTTPTypes
internal import Wire

extension OperationTable {
    static let statusOperations: [Operation] = [
        Operation(.get, "/status", "Says that the server runs, and since when.", answer: .reference("Status"), isPublic: true) {
            _, services in
            ["startTime": .integer(services.startedAt)]
        }
    ]
}
