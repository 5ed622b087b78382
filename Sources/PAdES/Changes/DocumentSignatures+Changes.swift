// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

extension DocumentSignatures {
    /// What every revision after the first signed one changed, oldest first.
    ///
    /// A change is allowed only when a rule explains it and no earlier signature forbids it. Restrictions are those of
    /// every signature that was there before the change: certification (`/P` of DocMDP), FieldMDP and field locks.
    /// Explained are validation material, document time-stamps, further signatures, form values and metadata. A new visible
    /// signature field is allowed over free paper only (see ``PaintedContent``), and annotations so too, where a
    /// certification allows them: their appearance could replace what was signed.
    ///
    /// - Throws: ``PAdESError``: `unreadable` when an object that must be compared cannot be read, or past the budget.
    /// - Complexity: reads every object of the first signed revision once and every later change once; the form and the
    ///   page tree once per revision.
    public func changesAfterFirstSignature() throws(PAdESError) -> [RevisionChange] {
        guard let first = (signatures + removedSignatures).compactMap(\.coverage.revision).min(),
            first + 1 < file.revisions.count
        else {
            return []
        }
        let file = file
        var index = try reading { () throws(PDFSyntaxError) in try ReferenceIndex(file, asOf: first) }
        var changes: [RevisionChange] = []
        var steps = 0
        let states = ComparedStates(self)
        for revision in first + 1..<file.revisions.count {
            changes.append(try change(in: revision, index, states, &steps))
            guard steps <= file.budget.objects else {
                throw PAdESError(.limitExceeded, "comparing the revisions takes more than \(file.budget.objects) steps")
            }
            do throws(PDFSyntaxError) { try index.advance() } catch { throw PAdESError(error) }
        }
        return changes
    }

    /// What the revisions after a signature changed; `nil` when its coverage does not end with a revision.
    ///
    /// - Throws: as ``changesAfterFirstSignature()``.
    public func changes(after signature: Signature) throws(PAdESError) -> [RevisionChange]? {
        guard let revision = signature.coverage.revision else { return nil }
        return try changesAfterFirstSignature().filter { $0.revision > revision }
    }

    private func change(
        in revision: Int, _ index: ReferenceIndex, _ states: ComparedStates, _ steps: inout Int
    ) throws(PAdESError) -> RevisionChange {
        let comparison = RevisionComparison(file, after: revision, index: index, steps: steps, states: states)
        try reading { () throws(PDFSyntaxError) in try comparison.claimContainers() }
        try comparison.compareTrailers()
        try reading { () throws(PDFSyntaxError) in
            try comparison.checkBytes()
            try comparison.close()
        }
        steps = comparison.steps
        checkPermissions(comparison, states.restricting)
        let unexplained = comparison.reasons.contains {
            switch $0.code {
            case .forbiddenByCertification, .fieldLocked, .visibleFieldAfterCertification, .annotationChanged,
                .visibleFieldOverContent, .annotationUnsuitable:
                false
            default: true
            }
        }
        return RevisionChange(
            revision: revision, kind: unexplained ? .other : comparison.kinds.max() ?? .noEffect,
            isAllowed: comparison.reasons.isEmpty, objects: comparison.changes.keys.sorted(),
            reasons: comparison.reasons)
    }

    /// Holds what was explained against what the signatures before it allow.
    private func checkPermissions(_ comparison: RevisionComparison, _ restricting: [Signature]) {
        var permissions: [DocumentPermission] = []
        for signature in restricting where (signature.dictionary.writtenIn ?? 0) < comparison.after {
            let locks = signature.field.effectiveLocks
            if comparison.filledFields.contains(where: { name in locks.contains { $0.locks(name) } }) {
                comparison.refuse(.fieldLocked, signature.field.reference)
            }
            let certification = signature.dictionary.certification
            guard let permission = ([certification] + locks.map(\.permission)).compactMap(\.self).min() else {
                continue
            }
            permissions.append(permission)
            if permission == .noChanges, comparison.kinds.contains(.formFill) || comparison.kinds.contains(.signature) {
                comparison.refuse(.forbiddenByCertification, signature.field.reference)
            }
            if certification != nil, comparison.addsVisibleField {
                comparison.refuse(.visibleFieldAfterCertification, signature.field.reference)
            }
        }
        if permissions.min() != .annotate {
            for annotation in comparison.newAnnotations { comparison.refuse(.annotationChanged, annotation) }
        }
    }
}
