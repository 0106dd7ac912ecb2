internal import Glibc

/// What the kernel says of this process, under the names that Prometheus clients agree on.
enum ProcessMetrics {
    static func readings() -> [MetricReading] {
        let fields = statFields()
        let ticks = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        return [
            MetricReading(.counter, "process_cpu_seconds_total", help: "Processor time used, user and system, in seconds.") {
                // Fields 14 and 15 of proc(5), counted from the third, which follows the name.
                guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
                return (user + system) / ticks
            },
            MetricReading(.gauge, "process_resident_memory_bytes", help: "Memory in use, in bytes.") {
                guard fields.count > 21, let pages = Double(fields[21]) else { return nil }
                return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
            },
            MetricReading(.gauge, "process_virtual_memory_bytes", help: "Address space in use, in bytes.") {
                fields.count > 20 ? Double(fields[20]) : nil
            },
            MetricReading(.gauge, "process_threads", help: "Threads of the process.") {
                fields.count > 17 ? Double(fields[17]) : nil
            },
            MetricReading(.gauge, "process_open_fds", help: "Open file descriptors.") { openDescriptors() },
            MetricReading(.gauge, "process_max_fds", help: "File descriptors that may be open.") {
                var limit = rlimit()
                return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Double(limit.rlim_cur) : nil
            },
        ]
    }

    /// The fields of `/proc/self/stat` after the program's name, which may itself hold spaces and brackets.
    private static func statFields() -> [Substring] {
        guard let bytes = try? SmallFile.bytes(at: "/proc/self/stat", place: "stat") else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let bracket = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: bracket)...].split { $0 == " " || $0 == "\n" }
    }

    private static func openDescriptors() -> Double? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the folder itself.
        return Double(max(count - 3, 0))
    }
}
