/// Requests and errors of the last two minutes, in twelve slices of ten seconds.
struct ErrorWindow: Sendable, Hashable {
    static let sliceMilliseconds: Int64 = 10_000
    static let sliceCount: Int64 = 12
    /// After so long nothing of what was counted is left.
    static let milliseconds = Self.sliceMilliseconds * Self.sliceCount
    /// With fewer requests than this the rate says nothing and counts as 0.
    static let fewestRequests = 10

    /// What was counted.
    struct Counts: Sendable, Hashable {
        var requests = 0
        var errors = 0

        /// The share of errors, 0 to 1; 0 while there are too few requests.
        var rate: Double {
            self.requests >= ErrorWindow.fewestRequests ? Double(self.errors) / Double(self.requests) : 0
        }
    }

    /// Empty until something is counted; then one for each slice, by its number modulo twelve.
    private var slices: [Counts] = []
    /// The number (since 1970) of the newest slice.
    private var newest: Int64 = 0

    mutating func count(isError: Bool, at now: Int64) {
        self.advance(to: Self.number(of: now))
        let place = Int(self.newest % Self.sliceCount)
        self.slices[place].requests += 1
        if isError { self.slices[place].errors += 1 }
    }

    /// What was counted in the two minutes before `now`.
    func counts(at now: Int64) -> Counts {
        var counts = Counts()
        let current = Self.number(of: now)
        let age = max(current - self.newest, 0)
        guard !self.slices.isEmpty, age < Self.sliceCount else { return counts }
        for number in self.newest - (Self.sliceCount - 1 - age)...self.newest where number >= 0 {
            let slice = self.slices[Int(number % Self.sliceCount)]
            counts.requests += slice.requests
            counts.errors += slice.errors
        }
        return counts
    }

    mutating func clear() { self.slices = [] }

    private mutating func advance(to number: Int64) {
        // A clock that was set back by more than the window would keep the errors of the future for as long; it begins anew.
        if self.slices.isEmpty || number - self.newest >= Self.sliceCount || self.newest - number >= Self.sliceCount {
            self.slices = Array(repeating: Counts(), count: Int(Self.sliceCount))
            self.newest = number
        }
        while self.newest < number {
            self.newest += 1
            self.slices[Int(self.newest % Self.sliceCount)] = Counts()
        }
    }

    private static func number(of now: Int64) -> Int64 { max(now, 0) / Self.sliceMilliseconds }
}
