// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// One collection: what is known, what was asked, what came back.
struct MaterialSearch: Sendable {
    private enum Source: Hashable {
        case responder(String)
        case list(String)
    }

    private let issuers: IssuerClient
    private let lists: RevocationListClient
    private let responders: OCSPClient
    private let budget: RetrievalBudget
    private let domains: [TrustDomain]
    private let anchors: Set<Certificate>
    private let time: Instant
    /// What was at hand and what was found.
    private var known: ValidationMaterial
    /// What was found.
    private(set) var found = ValidationMaterial()
    private(set) var notes: [RetrievalNote] = []
    private var isEnded = false
    private var completed: Set<Certificate> = []
    private var askedForIssuers: Set<Certificate> = []
    /// How many of its sources were asked about a certificate.
    private var sourcesAsked: [Certificate: Int] = [:]
    private var fetchedLists: Set<String> = []
    /// Addresses that gave nothing and are not asked again.
    private var failures: [String: TrustServicesError] = [:]

    init(
        issuers: IssuerClient, lists: RevocationListClient, responders: OCSPClient, budget: RetrievalBudget,
        trusting domains: [TrustDomain], having: ValidationMaterial, at time: Instant
    ) {
        self.issuers = issuers
        self.lists = lists
        self.responders = responders
        self.budget = budget
        self.domains = domains
        anchors = Set(domains.flatMap(\.anchors))
        known = having
        self.time = time
    }

    /// Fetches what is missing for one certificate.
    mutating func complete(_ certificate: Certificate) async { await complete(certificate, .any, depth: 0) }

    /// - Parameter depth: 0 for a certificate that the caller asks about, more for responders that answered.
    private mutating func complete(_ certificate: Certificate, _ purpose: CertificatePurpose, depth: Int) async {
        guard !isEnded, depth < 3, completed.insert(certificate).inserted else { return }
        await findPath(of: certificate)
        await findRevocation(of: certificate, purpose, depth)
    }

    private func evaluate(
        _ certificate: Certificate, _ purpose: CertificatePurpose, _ revocation: RevocationMode
    ) -> PathResult {
        CertificateGraph(of: certificate, trusting: domains, material: known)
            .evaluate(at: time, purpose: purpose, revocation: revocation)
    }

    // MARK: Issuers

    private mutating func findPath(of certificate: Certificate) async {
        while !isEnded, evaluate(certificate, .any, .off).trustDomain == nil {
            guard let next = nextWithoutIssuer(above: certificate) else {
                if askedForIssuers.isEmpty {
                    note(.issuer, certificate, nil, TrustServicesError(.noAddress, "no caIssuers over HTTP"))
                }
                return
            }
            askedForIssuers.insert(next)
            for address in next.issuerAddresses {
                let client = issuers
                let certificates = await attempt(.issuer, next, address) { () async throws(TrustServicesError) in
                    try await client.issuers(of: next, at: address)
                }
                guard let certificates else { continue }
                let new = Set(certificates).subtracting(known.certificates)
                add(ValidationMaterial(certificates: certificates.filter(new.contains)))
                break
            }
        }
    }

    /// The nearest certificate above one, by names, whose issuer is not at hand and can be asked for; else the nearest
    /// that can be asked for at all, because an issuer of the name may have another key.
    private func nextWithoutIssuer(above certificate: Certificate) -> Certificate? {
        let bySubject = Dictionary(grouping: anchors.union(known.certificates), by: \.subject)
        var queue = [certificate]
        var seen: Set<Certificate> = [certificate]
        var next = 0
        var other: Certificate?
        while next < queue.count, next < 1_000 {
            let current = queue[next]
            next += 1
            if anchors.contains(current) { continue }
            let named = bySubject[current.issuer]?.filter { $0 != current } ?? []
            if !askedForIssuers.contains(current), !current.issuerAddresses.isEmpty {
                if named.isEmpty { return current }
                other = other ?? current
            }
            queue += named.sorted { $0.fingerprint.lexicographicallyPrecedes($1.fingerprint) }
                .filter { seen.insert($0).inserted }
        }
        return other
    }

    // MARK: Revocation

    private mutating func findRevocation(
        of certificate: Certificate, _ purpose: CertificatePurpose, _ depth: Int
    ) async {
        while !isEnded {
            let result = evaluate(certificate, purpose, .required)
            guard result.trustDomain != nil else { return }
            var hasAsked = false
            for (link, issuer) in zip(result.chain, result.chain.dropFirst()) where link.revocation.isMissing {
                let sources = Self.sources(of: link.certificate)
                let index = sourcesAsked[link.certificate, default: 0]
                sourcesAsked[link.certificate] = index + 1
                if sources.isEmpty, index == 0 {
                    note(
                        .revocationList, link.certificate, nil,
                        TrustServicesError(.noAddress, "no list and no responder over HTTP"))
                }
                guard index < sources.count, !isEnded else { continue }
                hasAsked = true
                switch sources[index] {
                case .list(let address): await fetchList(address, link.certificate, issuer.certificate)
                case .responder(let address):
                    await ask(address, link.certificate, issuer.certificate, depth)
                }
            }
            guard hasAsked else { return }
        }
    }

    /// Where to ask about a certificate, in order: OCSP knows single certificates sooner than a list does, and one list
    /// serves every path through an authority.
    private static func sources(of certificate: Certificate) -> [Source] {
        let lists = certificate.revocationListAddresses.map { Source.list($0) }
        let responders = certificate.responderAddresses.map { Source.responder($0) }
        return certificate.basicConstraints?.isAuthority == true ? lists + responders : responders + lists
    }

    private mutating func fetchList(_ address: String, _ certificate: Certificate, _ issuer: Certificate) async {
        guard !fetchedLists.contains(address) else { return }
        let (client, time) = (lists, time)
        let list = await attempt(.revocationList, certificate, address) { () async throws(TrustServicesError) in
            try await client.revocationList(at: address, issuedBy: issuer, at: time)
        }
        guard let list else { return }
        fetchedLists.insert(address)
        add(ValidationMaterial(revocationLists: [list]))
    }

    private mutating func ask(
        _ address: String, _ certificate: Certificate, _ issuer: Certificate, _ depth: Int
    ) async {
        let (client, time) = (responders, time)
        let response = await attempt(.ocspResponse, certificate, address) { () async throws(TrustServicesError) in
            try await client.response(from: address, about: certificate, issuedBy: issuer, at: time)
        }
        guard let response, let basic = response.basic else { return }
        add(ValidationMaterial(ocspResponses: [response]))
        switch basic.authority(for: issuer, candidates: known.certificates, trusting: domains) {
        case .issuer, .local: break
        case .delegated(let responder): await complete(responder, .ocspSigning, depth: depth + 1)
        case nil:
            note(
                .ocspResponse, certificate, address,
                TrustServicesError(.wrongAnswer, "signed by nobody whom the issuer lets answer"))
        }
    }

    // MARK: Asking

    private mutating func add(_ material: ValidationMaterial) {
        known = known.merging(material)
        found = found.merging(material)
    }

    private mutating func note(
        _ kind: RetrievalNote.Kind, _ certificate: Certificate, _ address: String?, _ error: TrustServicesError
    ) {
        notes.append(RetrievalNote(kind, for: certificate, at: address, error))
    }

    /// Asks, and notes what went wrong. A place that gave nothing is not asked again.
    private mutating func attempt<Value: Sendable>(
        _ kind: RetrievalNote.Kind, _ certificate: Certificate, _ address: String,
        _ work: () async throws(TrustServicesError) -> Value
    ) async -> Value? {
        guard !isEnded else { return nil }
        if let known = failures[address] {
            note(kind, certificate, address, known)
            return nil
        }
        do {
            return try await work()
        } catch {
            let error = error.code == .cancelled && budget.isTimeOver ? budget.timeError : error
            note(kind, certificate, address, error)
            switch error.code {
            case .overBudget, .cancelled: isEnded = true
            // The responder is there, only not for this certificate.
            case .serviceRefused, .wrongAnswer,
                .unexpectedContent where kind == .ocspResponse:
                break
            default: failures[address] = error
            }
            return nil
        }
    }
}

extension RevocationStatus {
    /// Whether further information may help.
    fileprivate var isMissing: Bool {
        switch self {
        case .unknown, .stale: true
        case .notAsked, .good, .revoked: false
        }
    }
}
