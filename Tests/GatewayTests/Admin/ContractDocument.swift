import FoundationEssentials
import Wire

/// A Swagger 2.0 document: its operations below `/api`, and what their answers must have.
struct ContractDocument {
    private let root: JSON

    init(path: String) throws {
        let bytes = try Array(Data(contentsOf: URL(filePath: path)))
        root = try JSON.parse(bytes)
    }

    /// The contract that existing programs are written for, beside the checkout or where `PORTICO_SHARED` says; absent on most machines.
    static let sharedPath =
        (ProcessInfo.processInfo.environment["PORTICO_SHARED"] ?? packageRoot + "/../shared") + "/admin/contract.swagger.json"
    /// A small document of the same form that is always there.
    static let fixturePath = folder + "/contract-fixture.json"
    static let folder = String(#filePath.dropLast("/ContractDocument.swift".count))
    private static let packageRoot = String(folder.dropLast("/Tests/GatewayTests/Admin".count))

    /// `GET /group/{}`: the method and the path below `/api` without the names of placeholders.
    var operations: Set<String> {
        var operations: Set<String> = []
        for (path, item) in root["paths"]?.objectValue ?? [:] where path.hasPrefix("/api/") {
            for method in item.objectValue?.names ?? [] { operations.insert(method.uppercased() + " " + Self.shape(path)) }
        }
        return operations
    }

    static func shape(_ path: String) -> String {
        let parts = path.split(separator: "/").dropFirst(path.hasPrefix("/api/") ? 1 : 0)
        return "/" + parts.map { $0.hasPrefix("{") ? "{}" : String($0) }.joined(separator: "/")
    }

    /// What is wrong with an answer's envelope for an operation: the place of each member that is missing or of another type.
    func faults(of envelope: JSON, for operation: String) -> [String] {
        var fewest: [String]?
        // Two descriptions of one path, told apart by what the placeholder holds, allow either answer.
        for (path, item) in root["paths"]?.objectValue ?? [:] where path.hasPrefix("/api/") {
            for (method, description) in item.objectValue ?? [:] where method.uppercased() + " " + Self.shape(path) == operation {
                let schema = description["responses"]?["200"]?["schema"]
                // A few operations are described by their data alone.
                let isData = schema?["type"] == "array"
                let found = schema.map { faults(of: isData ? envelope["data"] ?? .null : envelope, against: $0, at: "") } ?? []
                if found.count < fewest?.count ?? .max { fewest = found }
            }
        }
        return fewest ?? ["the operation is not in the document"]
    }

    private func faults(of value: JSON, against schema: JSON, at place: String) -> [String] {
        if let reference = schema["$ref"]?.stringValue {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            return root["definitions"]?[name].map { self.faults(of: value, against: $0, at: place) } ?? [
                "\(place): no definition \(name)"
            ]
        }
        var faults: [String] = []
        // The parts of `allOf` add up; one that only says "anything" is refined by the next.
        for part in schema["allOf"]?.arrayValue ?? [] { faults += self.faults(of: value, against: part, at: place) }
        // What describes a fixed object is written as the values of a map, where the generator had nothing better.
        if let additional = schema["additionalProperties"], additional["allOf"] != nil {
            return faults + self.faults(of: value, against: additional, at: place)
        }
        for (name, member) in schema["properties"]?.objectValue ?? [:] {
            guard let found = value[name] else {
                if !isAnything(member) { faults.append("\(place).\(name): is missing") }
                continue
            }
            faults += self.faults(of: found, against: member, at: "\(place).\(name)")
        }
        if let additional = schema["additionalProperties"], let object = value.objectValue {
            for (name, member) in object { faults += self.faults(of: member, against: additional, at: "\(place).\(name)") }
        }
        for (index, element) in (value.arrayValue ?? []).enumerated() {
            if let items = schema["items"] { faults += self.faults(of: element, against: items, at: "\(place)[\(index)]") }
        }
        if let type = schema["type"]?.stringValue, !matches(value, type) {
            faults.append("\(place): is \(value.kind), not \(type)")
        }
        return faults
    }

    /// A schema without a statement, or null as a value, says nothing about the member.
    private func isAnything(_ schema: JSON) -> Bool { schema.objectValue?.isEmpty == true }

    private func matches(_ value: JSON, _ type: String) -> Bool {
        switch type {
        case "integer": value.int64Value != nil
        case "number": value.kind == .number
        case "object": value.kind == .object
        default: value.kind.rawValue == type
        }
    }
}
