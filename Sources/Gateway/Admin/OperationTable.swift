internal import HTTPTypes

/// All operations, and how one is found.
struct OperationTable: Sendable {
    enum Found {
        case served(Operation, parameters: [String: String])
        /// In the contract, but not served.
        case notServed
        /// The path is there, with these methods.
        case otherMethod(Set<HTTPRequest.Method>)
        case unknown
    }

    let operations: [Operation]
    private let missing: [ContractOperation]

    init(_ operations: [Operation]) {
        self.operations = operations
        let served = Set(operations.map { "\($0.method.rawValue) \($0.pattern.shape)" })
            .union(ContractOperation.answeredByFront.map { "\($0.method.rawValue) \($0.pattern.shape)" })
        missing = ContractOperation.all.filter { !served.contains("\($0.method.rawValue) \($0.pattern.shape)") }
    }

    /// Everything that is served.
    static let standard = OperationTable(
        statusOperations + groupOperations + tokenOperations + channelOperations + channelTestOperations + modelOperations
            + catalogueOperations
            + serverOperations + groupServerOperations + serverParameterOperations + embeddedServerOperations
            + offeredServerOperations + monitorOperations + upstreamOperations + documentOperations + logOperations)

    /// The operation for a path below `/api`: of all that match, the most specific one, served or not.
    func find(_ method: HTTPRequest.Method, _ path: [String]) -> Found {
        var best: (pattern: PathPattern, found: Found)?
        var methods: Set<HTTPRequest.Method> = []
        for operation in operations {
            guard let parameters = operation.pattern.match(path) else { continue }
            methods.insert(operation.method)
            if operation.method == method, best.map({ operation.pattern.isMoreSpecific(than: $0.pattern) }) ?? true {
                best = (operation.pattern, .served(operation, parameters: parameters))
            }
        }
        for operation in missing {
            guard operation.pattern.match(path) != nil else { continue }
            methods.insert(operation.method)
            if operation.method == method, best.map({ operation.pattern.isMoreSpecific(than: $0.pattern) }) ?? true {
                best = (operation.pattern, .notServed)
            }
        }
        return best?.found ?? (methods.isEmpty ? .unknown : .otherMethod(methods))
    }
}
