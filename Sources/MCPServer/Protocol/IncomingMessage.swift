package import Wire

/// A message from an upstream, of which only the envelope is decoded: result and parameters stay the bytes they are.
package enum IncomingMessage: Sendable {
    case request(id: MessageID, method: String, params: RawObject?)
    case notification(method: String, params: RawObject?)
    case result(id: MessageID, RawObject)
    case failure(id: MessageID?, RPCError)

    private static let names = MemberNames(["id", "method", "params", "result", "error"])
    /// The most messages in one batch (2025-03-26).
    private static let maximumBatch = 1000

    /// The messages in a text: one, or those of a batch, of which what is no message is left out.
    /// - Throws: `MessageFault` where the text is no message at all.
    package static func read(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(MessageFault) -> [IncomingMessage] {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") else { return [try one(bytes, limits: limits)] }
        guard case .array(let elements)? = try? JSON.parse(bytes, limits: limits), elements.count <= maximumBatch else {
            throw MessageFault("the text is no JSON")
        }
        return elements.compactMap { element in
            let bytes = element.serializedBytes()
            return try? one(bytes, limits: limits)
        }
    }

    /// The message in a text that is no batch.
    package static func one(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(MessageFault) -> IncomingMessage {
        try bytes.withUnsafeBytes { buffer in
            Result { () throws(MessageFault) in try decode(buffer, limits: limits) }
        }.get()
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits) throws(MessageFault) -> IncomingMessage {
        let scanned: ScannedObject
        do {
            scanned = try JSONScanner.scan(bytes, for: names, limits: limits)
        } catch {
            throw MessageFault("the text is no JSON-RPC message: \(error.message)")
        }
        let id = try scanned[0].flatMap { member throws(MessageFault) in try self.id(member, in: bytes) }
        if let method = scanned[1] {
            guard let name = method.string(in: bytes), name.utf8.count <= Message.maximumMethodBytes else {
                throw MessageFault("method must be a string", id: id)
            }
            let params = try scanned[2].map { member throws(MessageFault) in try object(member, "params", in: bytes) }
            guard let id else { return .notification(method: name, params: params) }
            return .request(id: id, method: name, params: params)
        }
        if let error = scanned[4] { return .failure(id: id, try RPCError(object(error, "error", in: bytes))) }
        guard let result = scanned[3] else { throw MessageFault("a message needs method, result or error", id: id) }
        guard let id else { throw MessageFault("a result needs the id of its request") }
        return .result(id: id, try object(result, "result", in: bytes))
    }

    /// The id of a message; nil for `null`, which some servers put into errors.
    private static func id(_ member: ScannedMember, in bytes: UnsafeRawBufferPointer) throws(MessageFault) -> MessageID? {
        switch member.kind {
        case .null: return nil
        case .string: if let id = member.string(in: bytes).flatMap({ MessageID(.string($0)) }) { return id }
        case .number: if let id = member.number(in: bytes).flatMap({ MessageID(.number($0)) }) { return id }
        case .boolean, .array, .object: break
        }
        throw MessageFault("id must be a string or an integer")
    }

    private static func object(
        _ member: ScannedMember, _ name: String, in bytes: UnsafeRawBufferPointer
    ) throws(MessageFault) -> RawObject {
        guard member.kind == .object, let value = member.value(in: bytes) else {
            throw MessageFault("\(name) must be an object")
        }
        return RawObject(checked: Array(value))
    }
}

/// The error of a JSON-RPC response, as an upstream gave it.
package struct RPCError: Error, Sendable {
    /// The code.
    package let code: Int
    /// For a person.
    package let message: String
    /// The whole `error` object.
    package let object: RawObject

    /// `error.data`.
    package var data: JSON? { object["data"] }

    /// The error in that object.
    /// - Throws: `MessageFault` where its code is no integer. A message that is missing is taken as empty.
    package init(_ object: RawObject) throws(MessageFault) {
        guard let code = object["code"]?.intValue else { throw MessageFault("error.code must be an integer") }
        self.code = code
        message = object["message"]?.stringValue ?? ""
        self.object = object
    }
}

/// Messages of our own, as JSON text in one line.
package enum OutgoingMessage {
    /// A request.
    package static func request(id: Int, method: String, params: RawObject?) -> [UInt8] {
        var output: [UInt8] = []
        // As large as most requests are, so that it does not grow in steps.
        output.reserveCapacity(960)
        output.append(contentsOf: #"{"jsonrpc":"2.0","id":"#.utf8)
        output.append(contentsOf: String(id).utf8)
        write(method, params, to: &output)
        return output
    }

    /// A notification.
    package static func notification(method: String, params: RawObject?) -> [UInt8] {
        var output = Array(#"{"jsonrpc":"2.0""#.utf8)
        write(method, params, to: &output)
        return output
    }

    /// The answer to a request of the other side.
    package static func result(id: MessageID, _ result: RawObject) -> [UInt8] {
        var output = start(id)
        output.append(contentsOf: #","result":"#.utf8)
        output += SingleLine.text(result.serializedBytes())
        output.append(UInt8(ascii: "}"))
        return output
    }

    /// The refusal of a request of the other side.
    package static func failure(id: MessageID, code: Int, message: String) -> [UInt8] {
        var output = start(id)
        output.append(contentsOf: #","error":"#.utf8)
        JSON.object(["code": .integer(code), "message": .string(message)]).write(to: &output)
        output.append(UInt8(ascii: "}"))
        return output
    }

    private static func start(_ id: MessageID) -> [UInt8] {
        var output = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
        id.json.write(to: &output)
        return output
    }

    private static func write(_ method: String, _ params: RawObject?, to output: inout [UInt8]) {
        output.append(contentsOf: #","method":"#.utf8)
        JSON.writeString(method, to: &output)
        if let params {
            output.append(contentsOf: #","params":"#.utf8)
            // Our own serialisation has no line ends.
            if let text = params.text { output += SingleLine.text(text) } else { params.write(to: &output) }
        }
        output.append(UInt8(ascii: "}"))
    }
}
