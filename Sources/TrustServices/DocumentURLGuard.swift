// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Which addresses a document may cause to be fetched.
///
/// Certificates and lists name addresses; whoever writes a document can make a verifier fetch them. Names are judged
/// before anything is resolved, addresses before anything is connected, both again at every redirect.
public struct DocumentURLGuard: Sendable, Hashable {
    /// The only hosts that may be asked, in lower case; `nil` for any host with a public address.
    public var allowedHosts: Set<String>?
    /// Hosts that may have an address that is not public, in lower case, because the operator vouches for them.
    public var privateHosts: Set<String>

    /// Makes a guard; the strictest useful one unless hosts are named.
    public init(allowedHosts: Set<String>? = nil, privateHosts: Set<String> = []) {
        self.allowedHosts = allowedHosts.map { Set($0.map { $0.lowercased() }) }
        self.privateHosts = Set(privateHosts.map { $0.lowercased() })
    }

    /// Judges the name of a host before it is resolved.
    ///
    /// - Parameter isBehindProxy: Whether a proxy will resolve the name, so that its address is never seen here.
    /// - Throws: ``TrustServicesError``: `hostNotAllowed`, `hiddenByProxy`.
    public func check(_ address: HTTPAddress, isBehindProxy: Bool) throws(TrustServicesError) {
        let isNamed = allowedHosts?.contains(address.host) ?? false || privateHosts.contains(address.host)
        if allowedHosts != nil, !isNamed {
            throw TrustServicesError(.hostNotAllowed, "\(address.host) is not on the list of allowed hosts")
        }
        if isBehindProxy, !isNamed {
            throw TrustServicesError(
                .hiddenByProxy, "a proxy is configured and \(address.host) is not on the list of allowed hosts")
        }
    }

    /// Whether a host may be connected to at an address.
    public func permits(_ address: NetworkAddress?, of host: String) -> Bool {
        privateHosts.contains(host) || (address?.isPublic ?? false)
    }
}
