// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A request to a national source for a document that a requirement lacks, in the terms of the OOTS exchange data model.
///
/// The library sends nothing: a portal carries the request to the source, and the answer into an ``EvidenceExchange``.
public struct EvidenceRequest: Sendable, Hashable, Codable {
    /// Code of the procedure (OOTS: Procedure).
    public let procedure: String
    /// Identifiers of the requirements that the document is for (OOTS: Requirements).
    public let requirements: [String]
    /// Code of the document type (OOTS: EvidenceTypeClassification).
    public let documentType: String
    /// Whom the document must concern: any of these.
    public let subjects: [SubjectRole]
    /// The source that is asked (OOTS: EvidenceProvider).
    public let provider: Register
    /// Whether the person is shown the document before it is used (OOTS: PossibilityForPreview).
    public let possibilityForPreview: Bool
}

extension ReusePlan {
    /// The requests by which the gaps of the plan could be closed without a paper, in the order of the gaps.
    ///
    /// One request per document type and source; a gap that a question leaves open asks for nothing.
    ///
    /// - Parameter possibilityForPreview: Whether the portal can show a document before it is used.
    public func evidenceRequests(possibilityForPreview: Bool) -> [EvidenceRequest] {
        var keys: [Key] = []
        var found: [Key: (requirements: [String], subjects: [SubjectRole])] = [:]
        for gap in gaps where gap.isBlocking {
            for need in gap.ways.joined() {
                for register in need.registers {
                    let key = Key(type: need.documentType, provider: register)
                    if found[key] == nil { keys.append(key) }
                    var entry = found[key] ?? ([], [])
                    if entry.requirements.last != gap.requirement { entry.requirements.append(gap.requirement) }
                    for role in need.subjects where !entry.subjects.contains(role) { entry.subjects.append(role) }
                    found[key] = entry
                }
            }
        }
        return keys.compactMap { key in
            found[key].map {
                EvidenceRequest(
                    procedure: procedure.code, requirements: $0.requirements, documentType: key.type,
                    subjects: $0.subjects, provider: key.provider, possibilityForPreview: possibilityForPreview)
            }
        }
    }

    private struct Key: Hashable {
        let type: String
        let provider: Register
    }
}
