// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation

/// Reads what a signer states beside the content, and the older forms around a signature (EN 319 122-1 §5.2, appendix A).
/// An attribute that cannot be read states nothing.
struct AttributeReader {
    let signer: SignerInfo
    /// Certificates among which those of counter-signers may be.
    let candidates: [Certificate]
    /// What the counter-signatures of all signers of a file may cost.
    let allowance: VerificationAllowance

    func add(to facts: inout SignatureFacts) {
        facts.commitments = signed(.commitmentType).compactMap { value in
            (try? value.elements().first?.objectIdentifier())?.description
        }
        facts.signerRoles = (signed(.signerAttributesV2) + signed(.signerAttributes)).flatMap(claimedRoles)
        facts.productionPlace = signed(.signerLocation).first.flatMap(place)
        // One policy governs a signature; of two it cannot be said which (EN 319 122-1 §5.2.9.1).
        let policies = signed(.signaturePolicy)
        facts.signaturePolicy =
            policies.count > 1
            ? SignaturePolicyReference(identifier: nil, status: .unreadable) : policies.first.map(policy)
        facts.profile = profile
        var remaining = 64
        facts.counterSignatures = counterSignatures(of: signer, depth: 0, remaining: &remaining)
    }

    private func signed(_ type: ObjectIdentifier) -> [DERElement] {
        (signer.signedAttributes ?? []).filter { $0.type == type }.flatMap(\.values)
    }

    private func items(_ element: DERElement) -> [DERElement] { (try? element.elements()) ?? [] }

    /// Texts of the claimed attributes; certified ones and assertions are not read.
    private func claimedRoles(_ value: DERElement) -> [String] {
        items(value).filter { $0.tag == .context(0) }.flatMap { claimed in
            items(claimed).flatMap(items).flatMap { attribute -> [String] in
                let parts = items(attribute)
                return parts.count == 2 ? items(parts[1]).compactMap(\.text) : []
            }
        }
    }

    /// Postal address, locality and country in one line.
    private func place(_ value: DERElement) -> String? {
        let parts = items(value)
        func text(_ number: UInt8) -> [String] {
            guard let part = parts.first(where: { $0.tag == .context(number) }), let inner = try? part.explicitContent()
            else { return [] }
            return number == 2 ? items(inner).compactMap(\.text) : [inner.text].compactMap(\.self)
        }
        let line = (text(2) + text(1) + text(0)).joined(separator: ", ")
        return line.isEmpty ? nil : line
    }

    /// The policy's identifier; its document is not at hand here.
    private func policy(_ value: DERElement) -> SignaturePolicyReference {
        if value.tag == .null { return SignaturePolicyReference(identifier: nil, status: .matches) }
        let parts = items(value)
        guard let identifier = (try? parts.first?.objectIdentifier())?.description else {
            return SignaturePolicyReference(identifier: nil, status: .unreadable)
        }
        let hash = parts.dropFirst().first.map(items)?.last.flatMap { try? $0.octetString() }
        let statesNone = hash?.allSatisfy { $0 == 0 } ?? true
        return SignaturePolicyReference(identifier: identifier, status: statesNone ? .matches : .notAvailable)
    }

    /// The name of the older form that the attributes make (TS 101 733 §4.4); `nil` for none.
    private var profile: String? {
        let types = Set(signer.unsignedAttributes.map(\.type))
        func has(_ type: ObjectIdentifier) -> Bool { types.contains(type) }
        if has(.archiveTimeStamp) || has(.archiveTimeStampV2) { return "CAdES-A" }
        let values = has(.certificateValues) || has(.revocationValues)
        let kind = has(.cadesCTimeStamp) ? " Type 1" : has(.referencesTimeStamp) ? " Type 2" : ""
        if has(.certificateReferences) || has(.revocationReferences) {
            if values { return "CAdES-X-L\(kind)" }
            return kind.isEmpty ? "CAdES-C" : "CAdES-X\(kind)"
        }
        if values { return "CAdES-X-L\(kind)" }
        return signed(.signaturePolicy).isEmpty ? nil : "CAdES-EPES"
    }

    /// RFC 5652 §11.4: the message digest is over the signature value, and there is no content-type. A counter-signature can
    /// be countersigned itself; it stands before those over it.
    private func counterSignatures(
        of signer: SignerInfo, depth: Int, remaining: inout Int
    ) -> [CounterSignatureFacts] {
        var found: [CounterSignatureFacts] = []
        let values = signer.unsignedAttributes.filter { $0.type == .counterSignature }.flatMap(\.values)
        for value in values where remaining > 0 {
            remaining -= 1
            guard depth < 8, let counter = try? SignerInfo(countersignature: value) else {
                found.append(CounterSignatureFacts(signingCertificate: nil, reference: .broken, value: .unknown))
                continue
            }
            let verification = CounterSignatureCheck(
                counter, over: signer.signature, candidates: candidates, within: allowance)
            found.append(
                CounterSignatureFacts(
                    signingCertificate: verification.certificate, reference: verification.reference,
                    value: verification.value,
                    claimedSigningTime: counter.signedValue(.signingTime).flatMap { try? $0.time() }))
            found += counterSignatures(of: counter, depth: depth + 1, remaining: &remaining)
        }
        return found
    }
}

/// Digest and value of one counter-signature.
private struct CounterSignatureCheck {
    private(set) var certificate: Certificate?
    private(set) var reference = SignatureFacts.ReferenceStatus.notFound
    private(set) var value = SignatureFacts.ValueStatus.unknown

    init(
        _ counter: SignerInfo, over signature: [UInt8], candidates: [Certificate],
        within allowance: VerificationAllowance
    ) {
        let references = [(ObjectIdentifier.signingCertificateV2, true), (.signingCertificate, false)].flatMap {
            type, isVersion2 in
            (counter.signedAttributes ?? []).filter { $0.type == type }.flatMap(\.values).map {
                try? SigningCertificateReference($0, isVersion2: isVersion2)
            }
        }
        certificate = candidates.first { candidate in
            counter.names(candidate) && references.allSatisfy { $0?.matches(candidate) ?? false }
        }
        let digest = counter.digest.flatMap { try? $0.digest(of: signature) }
        // Beyond the allowance the value stays unknown.
        let key = (try? certificate?.publicKey()).flatMap { allowance.covers($0) ? $0 : nil }
        guard let signed = counter.signedAttributesBytes else {
            guard let key, let scheme = counter.scheme else { return }
            value =
                (try? key.isValidSignature(counter.signature, over: signature, scheme: scheme)) == true
                ? .valid : .invalid
            reference = value == .valid ? .intact : .broken
            return
        }
        if let digest {
            let stated = try? counter.signedValue(.messageDigest)?.octetString()
            reference = stated == digest && counter.hasWellFormedSignedAttributes ? .intact : .broken
        }
        guard let key, let scheme = counter.scheme else { return }
        value = (try? key.isValidSignature(counter.signature, over: signed, scheme: scheme)) == true ? .valid : .invalid
    }
}
