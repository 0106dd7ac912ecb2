internal import CLibPQ

extension SQLType {
    /// The type's number in PostgreSQL's catalogue (`pg_type.dat`).
    var objectID: Oid {
        switch self {
        case .integer: 20
        case .text: 25
        case .bytes: 17
        }
    }
}

/// Arguments as libpq takes them: three parallel arrays, and the memory that they point into.
struct PostgreSQLArguments: ~Copyable {
    let count: Int32
    let values: UnsafeMutablePointer<UnsafePointer<CChar>?>
    let lengths: UnsafeMutablePointer<Int32>
    let formats: UnsafeMutablePointer<Int32>
    private let memory: UnsafeMutableRawPointer

    /// Copies `arguments`.
    init(_ arguments: [SQLValue], of sql: SQL) throws(StorageError) {
        try sql.check(arguments)
        var bytes = 0
        for argument in arguments {
            switch argument {
            case .null: break
            case .integer: bytes += 8
            case .text(let text): bytes += text.utf8.count + 1
            case .bytes(let value): bytes += value.count + 1
            }
        }
        self.init(count: arguments.count, bytes: bytes)
        var position = memory
        for (index, argument) in arguments.enumerated() {
            switch argument {
            case .null: continue
            case .integer(let value):
                position.storeBytes(of: value.bigEndian, as: Int64.self)
                set(index, position, 8)
                position += 8
            case .text(let text):
                var text = text
                let length = text.withUTF8 { position.copyAndCount($0) }
                set(index, position, length)
                position += length + 1
            case .bytes(let value):
                let length = value.withUnsafeBufferPointer { position.copyAndCount($0) }
                set(index, position, length)
                position += length + 1
            }
        }
    }

    /// Borrows the bytes of `cells`.
    init(_ cells: UnsafeBufferPointer<SQLCell>) {
        self.init(count: cells.count, bytes: cells.count * 8)
        var position = memory
        for (index, cell) in cells.enumerated() {
            switch cell {
            case .null: continue
            case .integer(let value):
                position.storeBytes(of: value.bigEndian, as: Int64.self)
                set(index, position, 8)
                position += 8
            case .text(let bytes):
                // An empty text is not NULL: it needs an address.
                set(index, bytes.baseAddress.map(UnsafeMutableRawPointer.init(mutating:)) ?? memory, bytes.count)
            }
        }
    }

    private init(count: Int, bytes: Int) {
        self.count = Int32(count)
        values = .allocate(capacity: count)
        values.initialize(repeating: nil, count: count)
        lengths = .allocate(capacity: count)
        lengths.initialize(repeating: 0, count: count)
        formats = .allocate(capacity: count)
        formats.initialize(repeating: 1, count: count)
        memory = .allocate(byteCount: max(bytes, 1), alignment: 1)
    }

    deinit {
        values.deallocate()
        lengths.deallocate()
        formats.deallocate()
        memory.deallocate()
    }

    private func set(_ index: Int, _ start: UnsafeMutableRawPointer, _ length: Int) {
        values[index] = UnsafePointer(start.assumingMemoryBound(to: CChar.self))
        lengths[index] = Int32(clamping: length)
    }
}

extension UnsafeMutableRawPointer {
    /// Copies `bytes` to here; returns how many they are.
    fileprivate func copyAndCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        if let start = bytes.baseAddress { copyMemory(from: start, byteCount: bytes.count) }
        return bytes.count
    }
}

/// A list of C strings that ends with a null pointer.
struct CStringArray: ~Copyable {
    let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        pointers.initialize(repeating: nil, count: count + 1)
        for (index, string) in strings.enumerated() {
            let bytes = Array(string.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            copy.initialize(from: bytes, count: bytes.count)
            pointers[index] = UnsafePointer(copy)
        }
    }

    deinit {
        for index in 0..<count { pointers[index]?.deallocate() }
        pointers.deallocate()
    }
}
