// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CDossierData

extension ValidationPolicy {
    /// Functions and algorithm lists of Circular 15/2025/TT-BKHCN.
    public static let vietnam2026 = shipped("vietnam-2026")
    /// EN 319 102-1 with the defaults of the baseline formats.
    public static let etsi2026 = shipped("etsi-2026")
    /// As `vietnam-2026`, and revocation information must be newer than the best signature time.
    public static let strict = shipped("strict")
    /// Certification paths only: no algorithm has an end.
    public static let rfc5280 = shipped("rfc5280")
    /// Every policy that comes with the library.
    public static let all = [vietnam2026, etsi2026, strict, rfc5280]

    /// A policy that comes with the library, by its id.
    ///
    /// - Throws: ``SignatureValidationError`` `invalidPolicy` that lists the known ids.
    public static func named(_ id: String) throws(SignatureValidationError) -> ValidationPolicy {
        guard let found = all.first(where: { $0.id == id }) else {
            throw SignatureValidationError(
                .invalidPolicy, "no policy named \(id); known are \(all.map(\.id).joined(separator: ", "))")
        }
        return found
    }

    /// The policy that comes with the library under this policy's id while being another one; reports would name both alike.
    ///
    /// A file of one's own with such an id is not to be used. Where an earlier or later release of this library may have
    /// written the file, an equal ``version`` makes the same of it.
    public var namesake: ValidationPolicy? { Self.all.first { $0.id == id && $0 != self } }

    /// The files are compiled in and covered by tests: one that cannot be read is a mistake in this package.
    private static func shipped(_ id: String) -> ValidationPolicy {
        var count = 0
        guard let start = unsafe dossier_data("SignatureValidation/\(id).json", &count),
            let policy = try? ValidationPolicy(parsing: unsafe Array(UnsafeBufferPointer(start: start, count: count)))
        else { preconditionFailure("the policy \(id) is not compiled in") }
        return policy
    }
}
