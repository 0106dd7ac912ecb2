internal import CLibXML2

/// Reads XML by libxml2's reader: nothing is fetched, and a document with a type declaration (DTD) is refused before its content is read, so that
/// there are no entities of its own to grow.
enum XMLReader {
    /// Why a text is not read.
    enum Fault: Error, Sendable, Hashable {
        /// It is not well-formed.
        case malformed
        /// It has a document type declaration.
        case typeDeclaration
        /// It is larger, deeper or of more parts than the limits allow.
        case tooLarge
    }

    /// How much a document may hold. libxml2's own limits hold besides: 10 MB for a text, 256 open elements.
    struct Limits: Sendable, Hashable {
        var bytes = 16 << 20
        var depth = 128
        /// Elements and attributes.
        var nodes = 500_000
    }

    /// The root element of the document, in whatever encoding libxml2 knows.
    static func read(_ bytes: [UInt8], limits: Limits = Limits()) throws(Fault) -> XMLElement {
        guard bytes.count <= min(limits.bytes, Int(Int32.max)) else { throw .tooLarge }
        guard !bytes.isEmpty else { throw .malformed }
        _ = isReady
        let result: Result<XMLElement, Fault> = bytes.withUnsafeBytes { buffer in
            guard let reader = xmlReaderForMemory(buffer.baseAddress, Int32(buffer.count), nil, nil, options) else {
                return .failure(.malformed)
            }
            defer { xmlFreeTextReader(reader) }
            var builder = XMLTreeBuilder(reader: reader, limits: limits)
            return builder.root()
        }
        return try result.get()
    }

    /// libxml2 wants to be set up before several threads use it.
    private static let isReady: Bool = {
        xmlInitParser()
        return true
    }()

    private static let options = Int32(
        XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOCDATA.rawValue
            | XML_PARSE_COMPACT.rawValue)
}

/// Builds the tree of what a reader finds, without recursion.
private struct XMLTreeBuilder {
    let reader: xmlTextReaderPtr
    let limits: XMLReader.Limits
    private var open: [XMLElement] = []
    private var nodes = 0

    init(reader: xmlTextReaderPtr, limits: XMLReader.Limits) {
        self.reader = reader
        self.limits = limits
    }

    mutating func root() -> Result<XMLElement, XMLReader.Fault> {
        var finished: XMLElement?
        while true {
            let outcome = xmlTextReaderRead(reader)
            guard outcome == 1 else {
                guard outcome == 0, open.isEmpty, let finished else { return .failure(.malformed) }
                return .success(finished)
            }
            switch xmlTextReaderNodeType(reader) {
            case Int32(XML_READER_TYPE_DOCUMENT_TYPE.rawValue): return .failure(.typeDeclaration)
            // Of its own it can have none, so it names one that there is not.
            case Int32(XML_READER_TYPE_ENTITY_REFERENCE.rawValue): return .failure(.malformed)
            case Int32(XML_READER_TYPE_ELEMENT.rawValue):
                guard open.count < limits.depth else { return .failure(.tooLarge) }
                let isEmpty = xmlTextReaderIsEmptyElement(reader) == 1
                open.append(element())
                guard nodes <= limits.nodes else { return .failure(.tooLarge) }
                if isEmpty { finished = close() ?? finished }
            case Int32(XML_READER_TYPE_END_ELEMENT.rawValue): finished = close() ?? finished
            case Int32(XML_READER_TYPE_TEXT.rawValue), Int32(XML_READER_TYPE_CDATA.rawValue),
                Int32(XML_READER_TYPE_SIGNIFICANT_WHITESPACE.rawValue), Int32(XML_READER_TYPE_WHITESPACE.rawValue):
                if !open.isEmpty { open[open.count - 1].text += Self.text(xmlTextReaderConstValue(reader)) ?? "" }
            default: break
            }
        }
    }

    /// Ends the innermost element; returns it where it was the root.
    private mutating func close() -> XMLElement? {
        guard let element = open.popLast() else { return nil }
        guard !open.isEmpty else { return element }
        open[open.count - 1].children.append(element)
        return nil
    }

    private mutating func element() -> XMLElement {
        nodes += 1
        var element = XMLElement(
            name: Self.text(xmlTextReaderConstLocalName(reader)) ?? "",
            namespace: Self.text(xmlTextReaderConstNamespaceUri(reader)))
        while xmlTextReaderMoveToNextAttribute(reader) == 1 {
            nodes += 1
            guard xmlTextReaderIsNamespaceDecl(reader) != 1, nodes <= limits.nodes else { continue }
            element.attributes.append(
                XMLElement.Attribute(
                    name: Self.text(xmlTextReaderConstLocalName(reader)) ?? "",
                    namespace: Self.text(xmlTextReaderConstNamespaceUri(reader)),
                    value: Self.text(xmlTextReaderConstValue(reader)) ?? ""))
        }
        return element
    }

    private static func text(_ pointer: UnsafePointer<xmlChar>?) -> String? { pointer.map { String(cString: $0) } }
}
