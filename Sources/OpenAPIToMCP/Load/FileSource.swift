public import Outbound
internal import Wire

/// A description in a file, with the files beside and below it. Nothing outside of the folder is read, whatever a reference says and
/// wherever symbolic links lead.
public struct FileSource: DocumentSource {
    public let entry: String
    private let path: String
    /// Where references may lead, as it was given and as it is.
    private let folder: String
    private let realFolder: String?
    /// The folder of the entry, likewise.
    private let entryFolder: String
    private let realEntryFolder: String?
    private let web: WebDocuments?

    /// Looks up where the folders are.
    /// - Parameters:
    ///   - path: the file, absolute or from the working folder.
    ///   - folder: where references may lead; by default the folder of the file.
    ///   - client: fetches what references to the web lead to, as far as its policy allows; without one they are refused.
    public init(_ path: String, folder: String? = nil, client: (any WebClient)? = nil) {
        self.path = path
        entryFolder = LocalFile.folder(of: path)
        self.folder = folder ?? entryFolder
        realFolder = LocalFile.resolved(self.folder)
        realEntryFolder = LocalFile.resolved(entryFolder)
        web = client.map { WebDocuments(client: $0) }
        entry = Self.uri(of: LocalFile.path((realEntryFolder ?? "/"), LocalFile.lastName(of: path)))
    }

    public func name(of uri: String) -> String {
        if uri == entry { return path }
        guard let target = Self.path(of: URIReference(uri)) else { return WebDocuments.name(of: uri) }
        for (given, real) in [(entryFolder, realEntryFolder), (folder, realFolder)] {
            guard let real, let rest = LocalFile.rest(of: target, in: real) else { continue }
            return given == "." && !path.hasPrefix("./") ? rest : LocalFile.path(given, rest)
        }
        return target
    }

    public func read(_ uri: String, _ request: DocumentRequest) async throws(DocumentFault) -> DocumentAnswer {
        if uri == entry { return try answer(LocalFile(entryPath: path), uri, request) }
        let reference = URIReference(uri)
        guard reference.scheme == "file" else { return try await WebDocuments.read(uri, request, through: web) }
        guard let target = Self.path(of: reference), let realFolder else {
            throw DocumentFault(
                .refusedReference, "a file URL with a host, a query or escapes that are not UTF-8",
                advice: "use a path relative to the document")
        }
        // What is refused by its path alone is not looked for at all: whether a file exists elsewhere is nobody's business.
        let isNear =
            LocalFile.rest(of: target, in: realFolder) != nil
            || realEntryFolder.map { LocalFile.rest(of: target, in: $0) != nil } ?? false
        // A step up that was written as an escape is none to who resolves the reference, and one to the system.
        guard isNear, !target.split(separator: "/").contains("..") else { throw outside }
        guard let real = LocalFile.resolved(target) else {
            throw DocumentFault(
                .unreadable, "there is no file \(name(of: uri))", advice: "check the path and its upper and lower case")
        }
        guard LocalFile.rest(of: real, in: realFolder) != nil else { throw outside }
        return try answer(LocalFile(realPath: real), uri, request)
    }

    private var outside: DocumentFault {
        DocumentFault(
            .refusedReference, "it leads out of the folder \(folder)",
            advice: "move the file into the folder, or compile with a folder that holds both")
    }

    private func answer(_ file: consuming LocalFile, _ uri: String, _ request: DocumentRequest) throws(DocumentFault)
        -> DocumentAnswer
    {
        if let known = request.known?.fileMark, known == file.mark { return .unchanged }
        let text = try file.read(upTo: request.maximumBytes)
        return .text(text, uri: uri, version: DocumentVersion(fileMark: file.mark))
    }

    /// The path that a file URI names (RFC 8089); nil where it names a host, or is none.
    private static func path(of reference: URIReference) -> String? {
        guard reference.scheme == "file", reference.query == nil,
            reference.authority.map({ $0.isEmpty || $0 == "localhost" }) ?? true,
            let path = reference.decodedPath, path.hasPrefix("/"), !path.utf8.contains(0)
        else { return nil }
        return path
    }

    private static func uri(of path: String) -> String {
        let kept = Array("/-._~!$&'()*+,;=:@".utf8)
        var text = "file://"
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: text.unicodeScalars.append(UnicodeScalar(byte))
            case _ where kept.contains(byte): text.unicodeScalars.append(UnicodeScalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
