internal import CLibYAML

/// What happens while a YAML stream is read.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(String, isPlain: Bool)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    let kind: Kind
    let location: SourceLocation
    var anchor: String?
    var tag: String?
}

/// The events of libyaml. The buffer must outlive the reader.
struct YAMLEventReader: ~Copyable {
    private let bytes: UnsafeRawBufferPointer
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let isReady: Bool

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        isReady = yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        // A null pointer is an assertion failure in libyaml, and an empty buffer may have one.
        let start = bytes.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) } ?? Self.emptyInput
        yaml_parser_set_input_string(parser, start, bytes.count)
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deallocate()
    }

    private static let emptyText: StaticString = ""
    private static var emptyInput: UnsafePointer<UInt8> { emptyText.utf8Start }

    mutating func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard isReady, yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { yaml_event_delete(&event) }
        return Self.converted(event)
    }

    private static func converted(_ event: yaml_event_t) -> YAMLEvent {
        let location = SourceLocation(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT:
            return YAMLEvent(kind: .streamStart, location: location)
        case YAML_DOCUMENT_START_EVENT:
            return YAMLEvent(kind: .documentStart, location: location)
        case YAML_DOCUMENT_END_EVENT:
            return YAMLEvent(kind: .documentEnd, location: location)
        case YAML_ALIAS_EVENT:
            return YAMLEvent(kind: .alias(text(event.data.alias.anchor) ?? ""), location: location)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return YAMLEvent(
                kind: .scalar(String(decoding: value, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE),
                location: location, anchor: text(scalar.anchor), tag: text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return YAMLEvent(kind: .sequenceStart, location: location, anchor: text(start.anchor), tag: text(start.tag))
        case YAML_SEQUENCE_END_EVENT:
            return YAMLEvent(kind: .sequenceEnd, location: location)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return YAMLEvent(kind: .mappingStart, location: location, anchor: text(start.anchor), tag: text(start.tag))
        case YAML_MAPPING_END_EVENT:
            return YAMLEvent(kind: .mappingEnd, location: location)
        default:
            return YAMLEvent(kind: .streamEnd, location: location)
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    /// libyaml's own words: they are constants, without content of the text.
    private var failure: YAMLError {
        guard isReady, let problem = parser.pointee.problem else {
            return YAMLError(.syntax, at: SourceLocation(line: 1, column: 1), "out of memory")
        }
        var message = String(cString: problem)
        if let context = parser.pointee.context { message += " " + String(cString: context) }
        // The reader is ahead of the scanner and knows the byte only.
        let location =
            parser.pointee.error == YAML_READER_ERROR
            ? SourceLocation(ofByte: parser.pointee.problem_offset, in: bytes) : SourceLocation(parser.pointee.problem_mark)
        return YAMLError(.syntax, at: location, message)
    }
}

extension SourceLocation {
    /// libyaml counts from 0.
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1) }
}
