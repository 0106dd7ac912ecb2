/// Who may be called: pure rules over addresses, names and ports.
public struct AddressPolicy: Sendable {
    /// What no tenant may reach is refused; the operator's exceptions aside.
    public static let publicInternet = AddressPolicy(restricts: true)
    /// For addresses that an operator wrote: whatever can be connected to.
    public static let anything = AddressPolicy(restricts: false)

    /// Networks that may be reached although they are not public. The address of a metadata service is among them only where it
    /// stands there by itself: with a range around it nobody meant it.
    public var allowedNetworks: [IPNetwork] = []
    /// Networks that may not be reached although they are public, such as the operator's own.
    public var refusedNetworks: [IPNetwork] = []
    /// The only ports that may be connected to; nil for all.
    public var allowedPorts: Set<Int>?
    private let restricts: Bool

    private init(restricts: Bool) { self.restricts = restricts }

    /// The public internet, and `networks` besides.
    public static func publicInternet(andNetworks networks: [IPNetwork]) -> AddressPolicy {
        var policy = AddressPolicy.publicInternet
        policy.allowedNetworks = networks
        return policy
    }

    /// Why `address` may not be connected to, as what it is to be called in a sentence; nil where it may.
    public func refusal(of address: IPAddress) -> String? {
        let address = address.unmapped
        if self.refusedNetworks.contains(where: { $0.contains(address) }) { return "an address of a refused network" }
        guard self.restricts else { return nil }
        let kind = address.kind
        guard kind != .global else { return nil }
        let isAllowed = self.allowedNetworks.contains { network in
            network.contains(address) && (kind != .metadata || network.isSingleAddress)
        }
        return isAllowed ? nil : kind.description
    }

    /// Why a host of that name may not be looked up, in the same way. `name` is in lower case and has no dot at its end.
    public func refusal(ofName name: String) -> String? {
        guard self.restricts else { return nil }
        return Self.metadataNames.contains(name) || name.hasPrefix("metadata.") && name.hasSuffix(".internal")
            ? "the name of a cloud's metadata service" : nil
    }

    /// Why a port may not be connected to, in the same way.
    public func refusal(ofPort port: Int) -> String? {
        guard let allowedPorts, !allowedPorts.contains(port) else { return nil }
        return "a port that is not allowed"
    }

    /// Some of these answer at addresses that look public, so that the address alone wouldn't tell.
    private static let metadataNames: Set<String> = [
        "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
        "metadata.tencentyun.com", "metadata.platformequinix.com", "metadata.packet.net", "rancher-metadata",
        "api.metadata.cloud.ibm.com",
    ]
}
