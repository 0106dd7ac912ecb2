internal import CShims
internal import Glibc

/// Starts a thread of our own. It ends when `body` returns; whoever starts it says how that is brought about.
enum PlainThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Parameter name: at most 15 characters, as the system shows it.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(StorageError) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(body))
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw .unavailable("no thread can be started: \(FileSystem.reason(code))")
        }
        portico_name_thread(thread, name)
        pthread_detach(thread)
    }
}

extension PlainThread {
    /// Runs `body`, which may block, on a thread of its own, while the calling task is suspended.
    static func run<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable () throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let result: Result<Value, StorageError> = await withCheckedContinuation { done in
            do throws(StorageError) {
                try start(name) {
                    do throws(StorageError) {
                        done.resume(returning: .success(try body()))
                    } catch {
                        done.resume(returning: .failure(error))
                    }
                }
            } catch {
                done.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }
}
