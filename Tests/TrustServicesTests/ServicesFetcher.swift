// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Synchronization
import TestPKI
import TrustServices

/// The services of a test infrastructure as a fetcher, without sockets; keeps a log of what was asked.
final class ServicesFetcher: HTTPFetching {
    private let services: TestServices
    private let time: Instant
    private let dead: [String]
    private let paths = Mutex<[String]>([])

    /// - Parameter dead: Beginnings of paths at which nobody answers.
    init(_ services: TestServices, at time: Instant, dead: [String] = []) {
        self.services = services
        self.time = time
        self.dead = dead
    }

    /// The paths asked at so far, in order.
    var asked: [String] { paths.withLock { $0 } }

    func response(to request: HTTPRequest) async throws(TrustServicesError) -> HTTPResponse {
        let path = String(request.address.text.dropFirst("http://pki.dossier.test/".count))
        paths.withLock { $0.append(path) }
        if dead.contains(where: { path.hasPrefix($0) }) { throw TrustServicesError(.notReachable, "dead") }
        let reply: TestServices.Reply
        switch request.method {
        case .get: reply = services.reply(method: "GET", path: path, body: [], at: time)
        case .post(let body, _): reply = services.reply(method: "POST", path: path, body: body, at: time)
        }
        guard let status = reply.status else { throw TrustServicesError(.timeout, "no answer ever comes") }
        if reply.body.count > request.limits.bytes { throw TrustServicesError(.tooLarge, "") }
        return HTTPResponse(status: status, contentType: reply.contentType, body: reply.body)
    }
}
