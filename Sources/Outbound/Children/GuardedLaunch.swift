internal import CShims
internal import NIOCore
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The way from a launch description to a child under its guard.
enum GuardedLaunch {
    /// How long a program may take until it runs: it may have to come over a network.
    static let timeout = Duration.seconds(15)

    /// Starts the child; whoever calls owns the descriptors of what is returned.
    /// - Throws: `OutboundError.connect` naming the program and the reason, `.timedOut`, `.overloaded`.
    static func start(_ launch: ChildLaunch) async throws(OutboundError) -> portico_child {
        do {
            // Forking and waiting for the program take milliseconds: not on an event loop.
            let result = try await NIOThreadPool.singleton.runIfActive {
                Result { () throws(OutboundError) in try self.startBlocking(launch) }
            }
            return try result.get()
        } catch let error as OutboundError {
            throw error
        } catch {
            throw OutboundError(.cancelled, "no more children are started")
        }
    }

    /// Closes a descriptor that nobody took over.
    static func close(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    private static func startBlocking(_ launch: ChildLaunch) throws(OutboundError) -> portico_child {
        let environment = launch.completeEnvironment()
        let path = try ProgramPath.find(launch.program, in: environment["PATH"] ?? ChildLaunch.defaultPath)
        let texts = [path, launch.program, launch.workingDirectory ?? ""] + launch.arguments + environment.flatMap { [$0, $1] }
        guard !launch.program.isEmpty, !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw OutboundError(.connect, "the program's path, an argument or a variable is empty or holds a zero byte")
        }
        let arguments = TextVector([launch.program] + launch.arguments)
        let variables = TextVector(environment.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })
        let places = TextVector([path] + (launch.workingDirectory.map { [$0] } ?? []))
        var child = portico_child()
        var code: Int32 = 0
        var description = portico_launch(
            path: places.pointer[0], arguments: arguments.pointer, environment: variables.pointer,
            directory: places.pointer[1], address_space: launch.limits.addressSpace ?? 0,
            open_files: launch.limits.openFiles ?? 0, processor_seconds: launch.limits.processorSeconds ?? 0,
            grace_milliseconds: UInt32(clamping: launch.terminationGrace.milliseconds))
        let stage = withExtendedLifetime((arguments, variables, places)) {
            portico_start_child(&description, Int32(self.timeout.milliseconds), &child, &code)
        }
        guard stage == 0 else { throw self.failure(stage: Int(stage), code: code, launch) }
        return child
    }

    private static func failure(stage: Int, code: Int32, _ launch: ChildLaunch) -> OutboundError {
        let reason = String(cString: strerror(code))
        return switch stage {
        case Int(PORTICO_STAGE_DIRECTORY):
            OutboundError(.connect, "\"\(launch.program)\" can't run in \"\(launch.workingDirectory ?? "")\": \(reason)")
        case Int(PORTICO_STAGE_LIMITS):
            OutboundError(.connect, "\"\(launch.program)\" can't be given its limits: \(reason)")
        case Int(PORTICO_STAGE_EXEC):
            OutboundError(.connect, "\"\(launch.program)\" can't be executed: \(reason)")
        case Int(PORTICO_STAGE_TIMEOUT):
            OutboundError(.timedOut, "\"\(launch.program)\" was not there within \(self.timeout)")
        default:
            OutboundError(.overloaded, "no process can be started for \"\(launch.program)\": \(reason)")
        }
    }
}

/// Copies of texts as C wants them: an array of pointers that ends with null.
private final class TextVector {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        self.count = texts.count
        self.pointer = .allocate(capacity: texts.count + 2)
        // One more null than needed, so that the place behind the last may be read as "not given".
        self.pointer.initialize(repeating: nil, count: texts.count + 2)
        for (index, text) in texts.enumerated() { self.pointer[index] = strdup(text) }
    }

    deinit {
        for index in 0..<self.count { free(self.pointer[index]) }
        self.pointer.deallocate()
    }
}

extension Duration {
    /// Whole milliseconds, cut.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
