// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierKit
import Foundation
import SoftwareKeys
import TestPKI

extension DemoParties {
    /// Reads the parties from a file, or invents them and keeps them there; of several who begin at once, all have the
    /// same.
    ///
    /// The file has private keys, of the demonstration only. It is made readable for its owner alone.
    ///
    /// - Throws: ``PortalStartError``: `worldUnreadable`, `worldMalformed`, `worldExposed`, `worldNotWritten`.
    public init(file path: String, at time: Instant) async throws {
        if let kept = try Self.read(path) {
            self = kept
            return
        }
        try Self.write(StoredParties(try await DemoParties(at: time)), to: path)
        // What was written, or what another server wrote meanwhile.
        guard let kept = try Self.read(path) else { throw PortalStartError(.worldUnreadable, path) }
        self = kept
    }

    /// `nil` where there is no such file.
    private static func read(_ path: String) throws -> DemoParties? {
        var found = stat()
        guard stat(path, &found) == 0 else {
            guard errno == ENOENT else { throw PortalStartError(.worldUnreadable, path) }
            return nil
        }
        guard found.st_mode & 0o077 == 0 else { throw PortalStartError(.worldExposed, path) }
        guard let octets = try? FileSource(path: path).allBytes(limit: 1 << 20) else {
            throw PortalStartError(.worldUnreadable, path)
        }
        do {
            let stored = try JSONDecoder().decode(StoredParties.self, from: Data(octets))
            return try stored.parties()
        } catch {
            // What went wrong may quote a key.
            throw PortalStartError(.worldMalformed, path)
        }
    }

    /// Puts the whole file in its place at once, unless another is there.
    private static func write(_ stored: StoredParties, to path: String) throws {
        let text = try JSONEncoder().encode(stored)
        let draft = "\(path).\(UUID().uuidString)"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw PortalStartError(.worldNotWritten, path) }
        defer { unlink(draft) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: text)
            try file.synchronize()
        } catch {
            throw PortalStartError(.worldNotWritten, path)
        }
        guard link(draft, path) == 0 || errno == EEXIST else { throw PortalStartError(.worldNotWritten, path) }
    }
}

/// The parties as they lie in a file: DER in base64, keys of certificates in PEM.
private struct StoredParties: Codable {
    struct Malformed: Error {}
    struct Domain: Codable {
        let name: String
        let anchors: [Data]
    }
    struct Subscriber: Codable {
        let name: String
        let key: String
        let certificate: Data
        let issuer: Data
    }
    struct Cardholder: Codable {
        let key: Data
        let card: Data
    }

    let version: Int
    let name: Data
    let trust: [Domain]
    let certificates: [Data]
    let revocationLists: [Data]
    let citizen, spouse, official, commune: Subscriber
    let recipient, service: Cardholder

    init(_ parties: DemoParties) throws {
        func stored(_ subscriber: TestSubscriber) throws -> Subscriber {
            Subscriber(
                name: subscriber.name, key: try subscriber.key.dangerouslyUnprotectedPEM(),
                certificate: Data(subscriber.certificate.bytes), issuer: Data(subscriber.issuer.bytes))
        }
        func stored(_ holder: DemoParties.Cardholder) -> Cardholder {
            let octets = holder.key.octets.withSpan { span in span.indices.map { span[$0] } }
            return Cardholder(key: Data(octets), card: Data(holder.card.bytes))
        }
        version = 1
        name = Data(parties.name.octets)
        trust = parties.trust.map { Domain(name: $0.name, anchors: $0.anchors.map { Data($0.bytes) }) }
        certificates = parties.material.certificates.map { Data($0.bytes) }
        revocationLists = parties.material.revocationLists.map { Data($0.bytes) }
        (citizen, spouse) = (try stored(parties.citizen), try stored(parties.spouse))
        (official, commune) = (try stored(parties.official), try stored(parties.commune))
        (recipient, service) = (stored(parties.recipient), stored(parties.service))
    }

    func parties() throws -> DemoParties {
        func certificate(_ data: Data) throws -> Certificate { try Certificate(parsing: Array(data)) }
        func subscriber(_ stored: Subscriber) throws -> TestSubscriber {
            TestSubscriber(
                name: stored.name, key: try SoftwareKey(pem: Array(stored.key.utf8)),
                certificate: try certificate(stored.certificate), issuer: try certificate(stored.issuer))
        }
        func holder(_ stored: Cardholder) throws -> DemoParties.Cardholder {
            DemoParties.Cardholder(
                key: try DeviceKey(SecretBytes(copying: Array(stored.key).span)),
                card: try SignedAgencyCard(parsing: Array(stored.card)))
        }
        guard version == 1, let name = VaultID(octets: Array(name)) else { throw Malformed() }
        return DemoParties(
            name: name,
            trust: try trust.map { TrustDomain(name: $0.name, anchors: try $0.anchors.map(certificate)) },
            material: ValidationMaterial(
                certificates: try certificates.map(certificate),
                revocationLists: try revocationLists.map { try CertificateRevocationList(parsing: Array($0)) }),
            persons: (
                try subscriber(citizen), try subscriber(spouse), try subscriber(official), try subscriber(commune)
            ), recipient: try holder(recipient), service: try holder(service))
    }
}
