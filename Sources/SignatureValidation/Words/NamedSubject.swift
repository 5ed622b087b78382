// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

package import DossierCore
package import PKIX

/// Somebody whom a message speaks of: by name and by part in the signature.
package struct NamedSubject: Sendable, Hashable {
    /// The part.
    package enum Role: String, Sendable, Hashable, CaseIterable {
        case signer
        case authority
        case timeStampAuthority
        case ocspResponder
        case listIssuer
    }
    package let name: String
    package let role: Role

    package init(name: String, role: Role) {
        self.name = name
        self.role = role
    }

    /// The holder of a certificate: the common name, else the whole name with its numbers masked.
    package init(_ certificate: Certificate, role: Role) {
        self.init(name: certificate.subject.commonName ?? certificate.subject.maskedDescription, role: role)
    }

    package var phrase: Phrase { Phrase(vi: "\(name) (\(role.phrase.vi))", en: "\(name) (\(role.phrase.en))") }
}

extension NamedSubject.Role {
    /// The part in words.
    package var phrase: Phrase {
        switch self {
        case .signer: Phrase(vi: "chủ thể ký", en: "signer")
        case .authority: Phrase(vi: "tổ chức chứng thực", en: "certification authority")
        case .timeStampAuthority: Phrase(vi: "tổ chức cấp dấu thời gian", en: "time-stamp authority")
        case .ocspResponder: Phrase(vi: "máy chủ OCSP", en: "OCSP responder")
        case .listIssuer: Phrase(vi: "bên phát hành CRL", en: "CRL issuer")
        }
    }
}
