// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import Testing

/// Writes CMS signatures in which one thing is wrong, but whose value is right.
struct CMSBuilder {
    let signer: SoftwareSigner
    var content = SignatureFixture.content
    var contentType: ObjectIdentifier = .cmsData
    var digest = DigestAlgorithm.sha256
    var enclosed: [UInt8]?
    /// Enclosed content in pieces, which is BER (X.690 §8.7.3).
    var pieces: [[UInt8]]?
    /// The Attributes to be signed, DER.
    var attributes: [[UInt8]]
    /// Whether they are written in the order given instead of that of DER.
    var keepsOrder = false
    /// What is signed when it is not what is written.
    var signsSorted = true
    var certificates: [[UInt8]]
    var identifier: [UInt8]
    var unsigned: [UInt8]?
    var digestSet: [[UInt8]]?

    init(_ signer: SoftwareSigner) throws {
        self.signer = signer
        certificates = [signer.certificate.bytes]
        identifier = Self.identifier(of: signer.certificate)
        attributes = [
            CMSAttribute.encode(.contentType, value: DERWriter.bytes { $0.objectIdentifier(.cmsData) }),
            CMSAttribute.encode(
                .messageDigest,
                value: try Self.octets(DigestAlgorithm.sha256.digest(of: SignatureFixture.content))),
            CMSAttribute.encode(.signingTime, value: DERWriter.bytes { $0.time(SignatureFixture.now) }),
            CMSAttribute.encode(
                .signingCertificateV2,
                value: try SigningCertificateReference.encode(signer.certificate, digest: .sha256)),
        ]
    }

    static func octets(_ bytes: [UInt8]) -> [UInt8] { DERWriter.bytes { $0.octetString(bytes) } }

    static func identifier(of certificate: Certificate) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence {
                $0.raw(certificate.issuer.bytes)
                $0.element(.integer, certificate.serialNumber)
            }
        }
    }

    /// An Attribute with any number of values.
    static func attribute(_ type: ObjectIdentifier, _ values: [[UInt8]]) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence {
                $0.objectIdentifier(type)
                $0.setOf(values)
            }
        }
    }

    /// Replaces the attribute of a type.
    func replacing(_ type: ObjectIdentifier, _ values: [[UInt8]]?) -> CMSBuilder {
        var copy = self
        let start = DERWriter.bytes { $0.objectIdentifier(type) }
        copy.attributes.removeAll {
            Array($0.dropFirst(2)).starts(with: start) || Array($0.dropFirst(3)).starts(with: start)
        }
        if let values { copy.attributes.append(Self.attribute(type, values)) }
        return copy
    }

    func with(_ change: (inout CMSBuilder) throws -> Void) rethrows -> CMSBuilder {
        var copy = self
        try change(&copy)
        return copy
    }

    func made() async throws -> [UInt8] {
        let sorted = DERWriter.bytes { $0.setOf(attributes) }
        let written = keepsOrder ? DERWriter.bytes { $0.element(.set, attributes.flatMap { $0 }) } : sorted
        let value = try await signer.signature(over: signsSorted ? sorted : written)
        let algorithm = try #require(signer.scheme.identifier)
        let digestAlgorithm = AlgorithmIdentifier(digest.objectIdentifier)
        return DERWriter.bytes { writer in
            writer.sequence { information in
                information.objectIdentifier(.cmsSignedData)
                information.explicit(0) { explicit in
                    explicit.sequence { data in
                        data.integer(1)
                        data.setOf(digestSet ?? [digestAlgorithm.bytes])
                        data.sequence { encapsulated in
                            encapsulated.objectIdentifier(contentType)
                            if let enclosed { encapsulated.explicit(0) { $0.octetString(enclosed) } }
                            if let pieces {
                                encapsulated.explicit(0) {
                                    $0.element(DERTag(rawValue: 0x24), pieces.flatMap(Self.octets))
                                }
                            }
                        }
                        if !certificates.isEmpty { data.element(.context(0), certificates.flatMap { $0 }) }
                        data.setOf([
                            DERWriter.bytes { writer in
                                writer.sequence { info in
                                    info.integer(identifier.first == 0x80 ? 3 : 1)
                                    info.raw(identifier)
                                    info.raw(digestAlgorithm.bytes)
                                    if !attributes.isEmpty {
                                        info.element(
                                            .context(0), (try? DERElement(parsing: written).contentBytes) ?? [])
                                    }
                                    info.raw(algorithm.bytes)
                                    info.octetString(value)
                                    if let unsigned { info.raw(unsigned) }
                                }
                            }
                        ])
                    }
                }
            }
        }
    }
}
