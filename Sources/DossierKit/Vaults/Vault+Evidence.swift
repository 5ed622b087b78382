// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
public import DossierCore
public import OnceOnly
import PKIX
public import SignatureValidation

extension Vault {
    /// The vault's documents as evidence for procedures.
    ///
    /// - Parameters:
    ///   - validator: When given, every document is read and its signatures are judged anew: a certificate revoked since
    ///     it was stored no longer counts. Without it the verdict stored with the document counts.
    ///   - time: The instant of judgement; also the day on which expiry is judged.
    ///   - memory: Verdicts of this validator of a moment ago, which are taken instead of reading and judging again; `nil`
    ///     judges everything now.
    /// - Throws: ``DocumentVault/VaultError`` for a document that cannot be read.
    public func evidence(
        judgedBy validator: SignatureValidator?, at time: Instant, remembering memory: EvidenceMemory? = nil
    ) async throws -> [Evidence] {
        var evidence: [Evidence] = []
        for record in try await list() {
            var signature = record.current.provenance.storedSignature
            let version = record.current.id
            if validator != nil, let known = memory?.signature(of: version, in: id, at: time) {
                signature = known
            } else if let validator {
                let source = MemorySource(try await read(record.id).bytes())
                signature = Self.signature(
                    try? FileReport(path: record.current.metadata.name, source: source, validator: validator, at: time))
                memory?.keep(signature, of: version, in: id, at: time)
            }
            evidence.append(Evidence(record, signature: signature, on: time.date(atOffset: vietnamOffset)))
        }
        return evidence
    }

    static func signature(_ report: FileReport?) -> EvidenceSignature {
        guard let report = report?.report, let first = report.signatures.first, let indication = report.indication
        else {
            return .none
        }
        let verdict: EvidenceSignature.Verdict =
            switch indication {
            case .totalPassed: .passed
            case .totalFailed: .failed
            case .indeterminate: .indeterminate
            }
        return EvidenceSignature(
            verdict: verdict, signer: first.facts.signingCertificate?.subject.commonName,
            trustDomain: first.path?.trustDomain)
    }
}

/// Vietnam's offset from UTC in seconds; it has no daylight saving time.
public let vietnamOffset: Int64 = 7 * 3600

extension Provenance {
    /// The verdict as it was stored.
    var storedSignature: EvidenceSignature {
        guard assurance != .selfDeclared, let verification else { return .none }
        return EvidenceSignature(
            verdict: .passed, signer: verification.signer,
            trustDomain: verification.trustDomain.isEmpty ? nil : verification.trustDomain)
    }
}

extension DocumentMetadata {
    /// The kind of body that issued the document, a member `issuerKind` of the metadata; `nil` where nobody said it.
    ///
    /// As all metadata it is the word of who stored the document: what proves the issuer is the signature.
    public var issuerKind: IssuerKind? {
        get { additional["issuerKind"]?.first.flatMap(IssuerKind.init) }
        set { additional["issuerKind"] = newValue.map { [$0.rawValue] } }
    }
}

extension Evidence {
    /// A document of a vault as evidence on a day.
    init(_ record: DocumentRecord, signature: EvidenceSignature, on day: CalendarDate) {
        let current = record.current
        let metadata = current.metadata
        let status: EvidenceStatus =
            switch record.status(on: day) {
            case .active: .active
            case .superseded: .superseded
            case .expired: .expired
            case .revoked, .withdrawn: .revoked
            }
        self.init(
            id: record.id.description, version: record.versions.count, documentType: metadata.type, name: metadata.name,
            number: metadata.number, issuedOn: metadata.issuedOn, validUntil: metadata.validUntil,
            issuer: EvidenceIssuer(
                name: metadata.issuerName, kind: metadata.issuerKind, code: metadata.issuerCode),
            assurance: EvidenceAssurance(rawValue: current.provenance.assurance.rawValue) ?? .selfDeclared,
            form: Self.form(current.provenance), subjects: metadata.subjects, status: status, signature: signature,
            fields: current.fields.map { EvidenceField($0.name, $0.value) },
            confidence: metadata.confidence.flatMap { DigitisationConfidence(rawValue: $0.rawValue) }
                ?? (current.provenance.assurance == .selfDeclared ? .digitised : .bornElectronic))
    }

    /// In what form a document is held: what an issuer signed is an original, what a person uploaded unsigned is a scan.
    private static func form(_ provenance: Provenance) -> EvidenceForm {
        switch provenance.source {
        case .certifiedCopy: .certifiedCopy
        case .digitisedAtCounter: .scan
        case .agencyResult, .dataExtract, .selfUpload: provenance.assurance == .selfDeclared ? .scan : .original
        }
    }
}
