// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax
public import DossierCore
public import PKIX
public import SoftwareKeys

/// A test time-stamp authority (RFC 3161, RFC 5816). It keeps no state and has no clock.
public struct TimeStampAuthority: Sendable {
    /// How long an answer takes.
    public enum Behaviour: Sendable, Hashable {
        /// At once.
        case prompt
        /// After some seconds.
        case slow(seconds: Int64)
        /// Never.
        case dead
    }

    /// What a client meets.
    public struct Reply: Sendable {
        /// DER of a TimeStampResp; `nil` when no answer ever comes.
        public let bytes: [UInt8]?
        /// Seconds until the answer.
        public let delay: Int64
    }

    /// The key that it signs with; elliptic, because OpenSSL's `ts -verify` cannot do RSASSA-PSS.
    public var key: SoftwareKey
    /// Its certificate.
    public var certificate: Certificate
    /// Further certificates that are enclosed when the request wants certificates.
    public var chain: [Certificate]
    /// Its policy; a request for another one is refused.
    public var policy: ObjectIdentifier = "1.3.6.1.4.1.55555.1.1"
    /// Digests that it stamps.
    public var acceptedDigests: Set<DigestAlgorithm> = [.sha256, .sha384, .sha512, .sha3_256, .sha3_384, .sha3_512]
    /// The accuracy that it states.
    public var accuracy: TimeStampInformation.Accuracy? = TimeStampInformation.Accuracy(seconds: 1)
    /// Whether it says that its tokens are ordered.
    public var isOrdered = false
    /// Whether it states its name.
    public var namesItself = true
    /// Whether it binds its certificate by the old signing-certificate (RFC 2634, SHA-1) instead of version 2.
    public var usesOldReference = false
    /// How long it takes.
    public var behaviour = Behaviour.prompt

    /// Makes an authority.
    public init(key: SoftwareKey, certificate: Certificate, chain: [Certificate] = []) {
        self.key = key
        self.certificate = certificate
        self.chain = chain
    }

    /// What a client meets that sends a request, with ``behaviour``.
    public func reply(to request: [UInt8], at time: Instant) -> Reply {
        switch behaviour {
        case .prompt: Reply(bytes: response(to: request, at: time), delay: 0)
        case .slow(let seconds): Reply(bytes: response(to: request, at: time), delay: seconds)
        case .dead: Reply(bytes: nil, delay: 0)
        }
    }

    /// Answers a request with a token or a refusal.
    ///
    /// - Parameter request: DER of a TimeStampReq, from anyone.
    /// - Returns: DER of a TimeStampResp.
    public func response(to request: [UInt8], at time: Instant) -> [UInt8] {
        guard let read = try? TimeStampRequest(parsing: request) else {
            return TimeStampResponse.encode(refusal: .badDataFormat)
        }
        guard let digest = read.imprint.digest, acceptedDigests.contains(digest) else {
            return TimeStampResponse.encode(refusal: .badAlgorithm, text: "the digest is not accepted")
        }
        guard read.policy.map({ $0 == policy }) ?? true else {
            return TimeStampResponse.encode(refusal: .unacceptedPolicy)
        }
        guard read.extensions.isEmpty else { return TimeStampResponse.encode(refusal: .unacceptedExtension) }
        guard let token = try? token(for: read, at: time) else {
            return TimeStampResponse.encode(refusal: .systemFailure)
        }
        return TimeStampResponse.encode(granting: token)
    }

    /// The DER of a token for a request, whatever it asks.
    ///
    /// - Throws: ``SoftwareKeys/SoftwareKeysError`` and others when it cannot be signed.
    public func token(for request: TimeStampRequest, at time: Instant) throws -> [UInt8] {
        // Unique without state: derived from what is stamped and when.
        let seed = try DigestAlgorithm.sha256.digest(of: request.bytes + Array(time.description.utf8))
        let information = TimeStampInformation.encode(
            policy: policy, imprint: request.imprint, serialNumber: [0x40] + seed.prefix(15), time: time,
            accuracy: accuracy, isOrdered: isOrdered, nonce: request.nonce,
            authority: namesItself ? certificate.subject : nil)
        return try sign(information, enclosing: request.wantsCertificate ? [certificate] + chain : [], at: time)
    }

    /// The DER of a token around any content, for tests of what a verifier refuses.
    ///
    /// - Throws: ``SoftwareKeys/SoftwareKeysError`` and others when it cannot be signed.
    public func sign(
        _ information: [UInt8], enclosing certificates: [Certificate], at time: Instant
    ) throws -> [UInt8] {
        let scheme = try key.defaultScheme()
        let digest = scheme.digest ?? .sha512
        guard let algorithm = scheme.identifier else {
            throw SoftwareKeysError(.unsupported, "\(scheme.displayName) has no identifier for new signatures")
        }
        let reference =
            usesOldReference
            ? CMSAttribute.encode(.signingCertificate, value: try oldReference())
            : CMSAttribute.encode(
                .signingCertificateV2, value: try SigningCertificateReference.encode(certificate, digest: .sha256))
        let messageDigest = try digest.digest(of: information)
        let attributes = DERWriter.bytes { writer in
            writer.setOf([
                CMSAttribute.encode(
                    .contentType, value: DERWriter.bytes { $0.objectIdentifier(.timeStampInformation) }),
                CMSAttribute.encode(.signingTime, value: DERWriter.bytes { $0.time(time) }),
                CMSAttribute.encode(.messageDigest, value: DERWriter.bytes { $0.octetString(messageDigest) }),
                reference,
            ])
        }
        let value = try key.signature(over: attributes, scheme: scheme)
        let digestAlgorithm = AlgorithmIdentifier(digest.objectIdentifier)
        let content = try DERElement(parsing: attributes).contentBytes
        let signer = DERWriter.bytes { writer in
            writer.sequence { info in
                info.integer(1)
                info.sequence {
                    $0.raw(certificate.issuer.bytes)
                    $0.element(.integer, certificate.serialNumber)
                }
                info.raw(digestAlgorithm.bytes)
                info.element(.context(0), content)
                info.raw(algorithm.bytes)
                info.octetString(value)
            }
        }
        return SignedData.encode(
            digestAlgorithms: [digestAlgorithm], content: information, contentType: .timeStampInformation,
            certificates: certificates, signers: [signer])
    }

    /// SigningCertificate (RFC 2634 §5.4).
    private func oldReference() throws -> [UInt8] {
        let hash = try DigestAlgorithm.sha1.digest(of: certificate.bytes)
        return DERWriter.bytes { writer in
            writer.sequence { attribute in
                attribute.sequence { references in references.sequence { $0.octetString(hash) } }
            }
        }
    }
}
