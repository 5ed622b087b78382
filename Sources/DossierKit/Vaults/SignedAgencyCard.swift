// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES
import CryptoPrimitives
import DERSyntax
public import DocumentVault
public import DossierCore
public import PKIX
public import SignatureValidation

/// An agency's card with the signature of the agency's certificate over it: the only source of public keys for grants.
public struct SignedAgencyCard: Sendable, Hashable {
    /// The card; nothing is proven yet.
    public let card: AgencyCard
    /// DER of the detached CAdES signature over the card.
    public let signature: [UInt8]

    private static let largest = 1 << 20

    /// Puts a card and its signature together.
    public init(_ card: AgencyCard, signature: [UInt8]) {
        self.card = card
        self.signature = signature
    }

    /// Signs a card with the agency's certificate.
    ///
    /// - Parameters:
    ///   - card: The card; its name must be the common name or organisation of the certificate's subject.
    ///   - signer: Called once.
    ///   - check: What must hold of the signer.
    ///   - time: The time that the signer claims.
    /// - Throws: ``AgencyCardError`` `otherName`; as ``AdES/CAdESSignature``.
    public static func signing(
        _ card: AgencyCard, by signer: some Signer, checking check: SignerCheck, at time: Instant
    ) async throws -> SignedAgencyCard {
        try check.check(signer, at: time)
        guard Self.names(of: signer.certificate).contains(card.name) else { throw AgencyCardError(.otherName) }
        return SignedAgencyCard(
            card,
            signature: try await CAdESSignature.detached(over: MemorySource(card.bytes), by: signer, claiming: time))
    }

    /// Reads the file that ``bytes`` writes.
    ///
    /// - Throws: ``AgencyCardError`` `malformed`.
    public init(parsing bytes: [UInt8]) throws(AgencyCardError) {
        do {
            guard bytes.count <= Self.largest else { throw AgencyCardError(.malformed) }
            var reader = try DERElement(parsing: bytes).reader(.sequence)
            card = try AgencyCard(parsing: reader.next().octetString())
            signature = try reader.next().octetString()
            try reader.end()
        } catch {
            throw AgencyCardError(.malformed)
        }
    }

    /// `SEQUENCE { card OCTET STRING, signature OCTET STRING }`.
    public var bytes: [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence {
                $0.octetString(card.bytes)
                $0.octetString(signature)
            }
        }
    }

    /// Judges the card: its signature as the validator's policy judges any, certificate, path, revocation and purpose
    /// included; that the certificate is the named agency's; that trust domain and period allow it.
    ///
    /// - Parameters:
    ///   - validator: Trust, policy and material.
    ///   - role: What the keys must be for.
    ///   - domains: Names of the trust domains in which such agencies have their certificates; empty: any that is trusted.
    ///   - time: Now.
    /// - Returns: What ``DocumentVault/Vault`` and ``DocumentVault/ReleaseService`` take; it serves releases for 24 hours.
    /// - Throws: ``AgencyCardError``.
    public func validated(
        by validator: SignatureValidator, as role: AgencyCard.Role, in domains: Set<String> = [], at time: Instant
    ) throws(AgencyCardError) -> ValidatedCard {
        guard card.role == role else { throw AgencyCardError(.otherRole) }
        guard card.isInForce(at: time) else { throw AgencyCardError(.notInForce) }
        let report: DocumentReport
        do {
            let document = try CAdESDocument(parsing: signature, content: MemorySource(card.bytes))
            guard !document.isEnveloping else { throw AgencyCardError(.malformed) }
            report = try validator.validate(document, at: time)
        } catch {
            throw AgencyCardError(.malformed)
        }
        // One signature, by the one whose name stands on the card: a second signer would make it unclear whose keys these are.
        guard report.signatures.count == 1, let only = report.signatures.first else {
            throw AgencyCardError(.malformed)
        }
        guard only.indication == .totalPassed else {
            // A card is used from now on: a revocation whose time might lie after the signature ends it all the same.
            let isRevoked = only.subIndication == .revokedNoPOE || only.subIndication == .revokedCANoPOE
            throw AgencyCardError(
                only.indication == .totalFailed || isRevoked ? .signatureInvalid : .signatureIndeterminate,
                only.explanation(in: .english))
        }
        guard let certificate = only.facts.signingCertificate, let domain = only.path?.trustDomain,
            let digest = Digest32(octets: certificate.fingerprint)
        else { throw AgencyCardError(.malformed) }
        // The key signs on the agency's behalf; a certificate that may only time-stamp or authenticate does not speak for it.
        let usage = certificate.keyUsage
        guard usage.map({ $0.contains(.digitalSignature) || $0.contains(.nonRepudiation) }) ?? true,
            certificate.basicConstraints?.isAuthority != true
        else { throw AgencyCardError(.otherPurpose) }
        guard domains.isEmpty || domains.contains(domain) else { throw AgencyCardError(.otherDomain, domain) }
        guard Self.names(of: certificate).contains(card.name) else { throw AgencyCardError(.otherName) }
        return ValidatedCard(card, certificate: digest, trustDomain: domain, validatedAt: time)
    }

    // Strings compare by canonical equivalence, which is what NFC on the card asks for.
    private static func names(of certificate: Certificate) -> [String] {
        certificate.subject.values(.commonName) + certificate.subject.values(.organization)
    }
}
