// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import Hummingbird
import Logging
import NIOCore

/// What belongs to one request.
public struct PortalContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The address that the request came from.
    let peer: String
    /// Who visits; set before any page is asked for.
    var visit: Visit?

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress ?? "local"
    }

    /// A context without a connection, for tests.
    init(testing source: some RequestContextSource, peer: String) {
        coreContext = .init(source: source)
        self.peer = peer
    }
}
