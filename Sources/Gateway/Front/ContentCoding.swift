internal import CZlib
internal import NIOCore

/// Content codings of bodies (RFC 9110 §8.4.1) by zlib, whole buffers at a time and within bounds.
enum ContentCoding {
    enum Failure: Error, Equatable {
        case unknown(String)
        case invalid(String)
        case tooLarge
    }

    /// The body without its coding. Several, one over the other, are not undone: nobody has a reason for them but to overload this.
    /// - Parameter limit: bytes of the decoded body.
    static func decode(_ body: ByteBuffer, encoding: [Substring], limit: Int) throws(Failure) -> ByteBuffer {
        guard encoding.count <= 1 else { throw .unknown(encoding.joined(separator: ", ")) }
        switch encoding.first?.lowercased() {
        case nil, "identity": return body
        case "gzip", "x-gzip": return try self.inflate(body, windowBits: 15 + 16, name: "gzip", limit: limit)
        case "deflate": return try self.inflate(body, windowBits: 15, name: "deflate", limit: limit)
        case let other?: throw .unknown(other)
        }
    }

    private static func inflate(
        _ body: ByteBuffer, windowBits: Int32, name: String, limit: Int
    ) throws(Failure) -> ByteBuffer {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .invalid(name)
        }
        defer { inflateEnd(&stream) }
        var output = ByteBuffer()
        var input = body
        let status = input.readWithUnsafeMutableReadableBytes { bytes -> (Int, Int32) in
            stream.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_in = UInt32(bytes.count)
            var status = Z_OK
            while status == Z_OK, output.readableBytes <= limit {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: 16 << 10) { space in
                    stream.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    stream.avail_out = UInt32(space.count)
                    status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    return space.count - Int(stream.avail_out)
                }
                if status == Z_OK, stream.avail_in == 0, stream.avail_out > 0 { break }
            }
            return (bytes.count, status)
        }
        guard output.readableBytes <= limit else { throw .tooLarge }
        guard status == Z_STREAM_END, stream.avail_in == 0 else { throw .invalid(name) }
        return output
    }

    /// `body` in gzip, or nil where that failed.
    static func gzip(_ body: ByteBuffer) -> ByteBuffer? {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
            return nil
        }
        defer { deflateEnd(&stream) }
        var output = ByteBuffer()
        var input = body
        let bound = Int(deflateBound(&stream, UInt(body.readableBytes)))
        let status = input.readWithUnsafeMutableReadableBytes { bytes -> (Int, Int32) in
            stream.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_in = UInt32(bytes.count)
            var status = Z_OK
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { space in
                stream.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_out = UInt32(space.count)
                status = deflate(&stream, Z_FINISH)
                return space.count - Int(stream.avail_out)
            }
            return (bytes.count, status)
        }
        return status == Z_STREAM_END ? output : nil
    }
}
