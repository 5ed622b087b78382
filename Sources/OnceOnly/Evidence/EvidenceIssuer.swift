// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Who issued a document.
public struct EvidenceIssuer: Sendable, Hashable, Codable {
    /// Name as the document states it.
    public let name: String?
    /// Kind of body, where it is known; an unknown kind is judged by the signature alone.
    public let kind: IssuerKind?
    /// Agency code, for example `H26.01`.
    public let code: String?

    /// Describes an issuer.
    public init(name: String?, kind: IssuerKind? = nil, code: String? = nil) {
        self.name = name
        self.kind = kind
        self.code = code
    }
}
