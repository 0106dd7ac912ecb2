/// The models that groups with the same sets are served.
final class Catalogue: Sendable {
    let models: [String: ServedModel]
    /// By name.
    let sorted: [ServedModel]
    /// Names that an enabled channel of the sets lists but that can't be used, since they have no configuration.
    let unconfigured: Set<String>

    /// - Parameter sets: nil = all.
    init(sets: Set<String>?, channels: [ServedChannel], offers: ModelOffers) {
        var listing: [String: [ServedChannel]] = [:]
        for channel in channels where channel.channel.status == .enabled {
            if let sets, sets.isDisjoint(with: channel.effectiveSets) { continue }
            for model in Set(channel.models) { listing[model, default: []].append(channel) }
        }
        var models: [String: ServedModel] = [:]
        var unconfigured: Set<String> = []
        for (name, channels) in listing {
            if let offer = offers.offer(of: name) {
                models[name] = ServedModel(offer, channels: channels)
            } else {
                unconfigured.insert(name)
            }
        }
        self.models = models
        self.unconfigured = unconfigured
        sorted = models.values.sorted { $0.config.model < $1.config.model }
    }
}

/// A combination of sets that groups have. Compared by identity where that is enough: a caller carries the one that its index
/// was worked out for.
final class SetCombination: Sendable {
    /// nil = every set.
    let sets: Set<String>?

    init(_ sets: Set<String>?) { self.sets = sets }

    /// The operator's.
    static let everything = SetCombination(nil)
}

/// Where a caller's catalogue is.
struct CataloguePlace: Sendable {
    let index: Int
    let combination: SetCombination

    /// The catalogue of every set.
    static let everything = CataloguePlace(index: 0, combination: .everything)
}

/// The catalogues by the distinct combinations of sets that groups have, each built once and found by its index.
struct Catalogues: Sendable {
    private var combinations = [SetCombination.everything]
    private var indexes: [Set<String>: Int] = [:]
    private var catalogues: [Catalogue]
    private let channels: [ServedChannel]
    private let offers: ModelOffers

    /// The catalogues of what is offered now, for the combinations that another one has (at the same indexes).
    init(channels: [ServedChannel], offers: ModelOffers, combinationsOf other: Catalogues? = nil) {
        let sorted = channels.sorted { $0.channel.id < $1.channel.id }
        if let other {
            combinations = other.combinations
            indexes = other.indexes
        }
        catalogues = combinations.map { Catalogue(sets: $0.sets, channels: sorted, offers: offers) }
        self.channels = sorted
        self.offers = offers
    }

    /// How many combinations there are.
    var count: Int { combinations.count }

    /// Where a group's catalogue is, which is built where the group is the first with its sets.
    mutating func place(for group: Group) -> CataloguePlace {
        guard !group.isInternal else { return .everything }
        let sets = Set(group.effectiveSets)
        if let index = indexes[sets] { return CataloguePlace(index: index, combination: combinations[index]) }
        let place = CataloguePlace(index: combinations.count, combination: SetCombination(sets))
        combinations.append(place.combination)
        indexes[sets] = place.index
        catalogues.append(Catalogue(sets: sets, channels: channels, offers: offers))
        return place
    }

    /// A caller's catalogue: one array access for a caller of this snapshot or of one that it came from by changes.
    ///
    /// A caller that somebody kept from elsewhere may carry an index that means other sets here; then the sets decide, and never
    /// the index.
    func catalogue(at place: CataloguePlace) -> Catalogue {
        if place.index < combinations.count, combinations[place.index] === place.combination { return catalogues[place.index] }
        guard let sets = place.combination.sets else { return catalogues[CataloguePlace.everything.index] }
        return indexes[sets].map { catalogues[$0] } ?? Catalogue(sets: sets, channels: channels, offers: offers)
    }
}
