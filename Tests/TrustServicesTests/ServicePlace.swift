// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import PKIX
import SoftwareKeys
import TestPKI
import TestSupport
import TrustServices

/// A server whose time-stamps and OCSP responses the `openssl` command makes, with keys of a test infrastructure.
struct ServicePlace {
    /// Made once: keys take long. Its certificates begin an hour before the clock of this machine, as openssl's answers do.
    static let infrastructure = Result {
        try TestInfrastructure(at: Instant(seconds: Int64(Date().timeIntervalSince1970)))
    }
    let server: LoopbackServer
    let infrastructure: TestInfrastructure
    let now: Instant

    init() throws {
        infrastructure = try Self.infrastructure.get()
        now = infrastructure.madeAt
        server = try LoopbackServer()
        for (name, subscriber) in [("tsa", "tsa"), ("responder", "ocsp-public"), ("citizen", "citizen")] {
            guard let holder = infrastructure.subscriber(subscriber) else { continue }
            try server.files.write(PEM.encode(holder.certificate.bytes, label: "CERTIFICATE"), as: "\(name).pem")
            try server.files.write(holder.key.dangerouslyUnprotectedPEM(), as: "\(name).key")
        }
        let issuing = infrastructure.publicDomain.issuing.certificate
        try server.files.write(PEM.encode(issuing.bytes, label: "CERTIFICATE"), as: "issuer.pem")
        for (file, accepted) in [("tsa.cnf", "sha256, sha512"), ("weak.cnf", "sha1")] {
            try server.files.write(
                """
                [ tsa ]
                default_tsa = one
                [ one ]
                serial = \(server.files.path("serial"))
                signer_cert = \(server.files.path("tsa.pem"))
                certs = \(server.files.path("issuer.pem"))
                signer_key = \(server.files.path("tsa.key"))
                signer_digest = sha256
                default_policy = 1.2.3.4.1
                other_policies = 1.2.3.4.2
                digests = \(accepted)
                ess_cert_id_chain = no
                ess_cert_id_alg = sha256

                """, as: file)
        }
        try revoke(nil)
    }

    /// Writes the index of the responder: the citizen's certificate good, or revoked at an instant.
    func revoke(_ time: String?) throws {
        guard let citizen = infrastructure.subscriber("citizen")?.certificate else { return }
        let serial = Hexadecimal.encode(citizen.serialNumber).uppercased()
        let line = [time == nil ? "V" : "R", "301231235959Z", time ?? "", serial, "unknown", "/CN=x"]
        try server.files.write(line.joined(separator: "\t") + "\n", as: "index.txt")
    }

    /// Access with quick repetitions, the responder's address leading to a path of the server.
    func access(ocsp: String = "/ocsp") throws -> ServiceAccess {
        var remapping = URLRemapping()
        try remapping.add("http://pki.dossier.test/ocsp/public", server.text(ocsp))
        return ServiceAccess(
            CURLFetcher(proxy: .none), remapping: remapping, retry: RetryPolicy(tries: 3, firstPause: 1))
    }
}
