// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DossierCore
import DossierKit
import PKIX
import SignatureValidation
import Synchronization
import TrustServices

/// Whether and how services are asked: nothing is fetched without `--online`.
struct OnlineOptions: ParsableArguments {
    @Flag(help: "Fetch missing issuers and revocation information from the addresses in certificates.")
    var online = false

    @Option(
        help: ArgumentHelp(
            "Ask at URL for addresses that begin with PREFIX; repeatable.", valueName: "prefix=url"))
    var remap: [String] = []

    @Option(
        help: ArgumentHelp(
            "Host that documents may name although its address is not public; repeatable.", valueName: "host")
    )
    var allowPrivate: [String] = []

    /// Whether anything was said.
    var isGiven: Bool { online || !remap.isEmpty || !allowPrivate.isEmpty }

    func validate() throws {
        _ = try remapping()
        for host in allowPrivate {
            guard let address = try? HTTPAddress("http://\(Self.bracketed(host))/"), address.port == 80,
                address.text.utf8.count == Self.bracketed(host).utf8.count + 8
            else { throw ValidationError("--allow-private takes the name or address of a host, not \(host)") }
        }
    }

    /// Access to services as the options say; one for all uses of the same options, so that its cache serves them all.
    func services() throws -> Services { try Services.shared(for: self) }

    /// What was at hand together with what services gave; without `--online` just what was at hand.
    ///
    /// - Returns: The material, and a remark on everything that could not be fetched.
    func completing(
        _ material: ValidationMaterial, for certificates: [Certificate], trusting domains: [TrustDomain],
        at time: Instant
    ) async throws -> (material: ValidationMaterial, remarks: [Finding]) {
        guard online, !certificates.isEmpty else { return (material, []) }
        let fetched = try await services().collector.material(
            completing: certificates, trusting: domains, having: material, at: time)
        var completed = material
        completed.append(fetched.material)
        var remarks: [Finding] = []
        for note in fetched.notes {
            let remark = Finding(.warning, code: "\(note.kind.rawValue)-not-fetched", note.phrase)
            if !remarks.contains(remark) { remarks.append(remark) }
        }
        return (completed, remarks)
    }

    fileprivate func remapping() throws -> URLRemapping {
        var table = URLRemapping()
        for rule in remap {
            do {
                try table.add(rule)
            } catch {
                throw ValidationError("--remap takes PREFIX=URL with http or https addresses: \(error.detail)")
            }
        }
        return table
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    /// The network as one set of options allows it.
    final class Services: Sendable {
        let access: ServiceAccess
        let collector: OnlineMaterial

        private struct Key: Hashable {
            let remap, allowPrivate: [String]
        }
        private static let known = Mutex<[Key: Services]>([:])

        private init(_ access: ServiceAccess) {
            self.access = access
            collector = OnlineMaterial(access, nonces: SystemRandom())
        }

        fileprivate static func shared(for options: OnlineOptions) throws -> Services {
            let key = Key(remap: options.remap, allowPrivate: options.allowPrivate)
            let remapping = try options.remapping()
            return known.withLock { known in
                if let services = known[key] { return services }
                let fetcher = CURLFetcher(urlGuard: DocumentURLGuard(privateHosts: Set(options.allowPrivate)))
                let services = Services(ServiceAccess(fetcher, remapping: remapping))
                known[key] = services
                return services
            }
        }
    }
}
