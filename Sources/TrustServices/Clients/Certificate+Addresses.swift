// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
public import PKIX

extension Certificate {
    /// HTTP addresses of lists in cRLDistributionPoints (RFC 5280 §4.2.1.13), in order, at most 16; unreadable ones are
    /// left out.
    public var revocationListAddresses: [String] {
        guard let value = value(of: .crlDistributionPoints), let points = try? DERElement(parsing: value).elements()
        else {
            return []
        }
        return Array(points.prefix(64).flatMap { (try? Self.addresses(ofPoint: $0)) ?? [] }.prefix(16))
    }

    /// HTTP addresses where certificates of the issuer are to be had: caIssuers of authorityInfoAccess (§4.2.2.1).
    public var issuerAddresses: [String] { accessAddresses("1.3.6.1.5.5.7.48.2") }

    /// HTTP addresses of OCSP responders in authorityInfoAccess.
    public var responderAddresses: [String] { accessAddresses("1.3.6.1.5.5.7.48.1") }

    private func value(of identifier: ObjectIdentifier) -> [UInt8]? {
        extensions.first { $0.identifier == identifier }?.value
    }

    private func accessAddresses(_ method: ObjectIdentifier) -> [String] {
        guard let value = value(of: .authorityInformationAccess),
            let descriptions = try? DERElement(parsing: value).elements()
        else { return [] }
        let found = descriptions.prefix(64).compactMap { description -> String? in
            guard var reader = try? description.reader(.sequence), (try? reader.objectIdentifier()) == method,
                let location = try? reader.next()
            else { return nil }
            return Self.httpAddress(location)
        }
        return Array(found.prefix(16))
    }

    private static func addresses(ofPoint element: DERElement) throws(DERSyntaxError) -> [String] {
        var reader = try element.reader(.sequence)
        guard let name = try reader.optional(.context(0)) else { return [] }
        let choice = try name.explicitContent()
        guard choice.tag == .context(0) else { return [] }
        return try choice.elements().prefix(16).compactMap(Self.httpAddress)
    }

    /// A uniformResourceIdentifier of GeneralName, when it is HTTP.
    private static func httpAddress(_ name: DERElement) -> String? {
        guard name.tag == .contextPrimitive(6), name.content.count <= 2_048 else { return nil }
        let text = String(decoding: name.contentBytes, as: UTF8.self)
        let lower = text.lowercased()
        return lower.hasPrefix("http://") || lower.hasPrefix("https://") ? text : nil
    }
}
