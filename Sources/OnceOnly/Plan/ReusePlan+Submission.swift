// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension ReusePlan {
    /// The part of the plan that may travel with the dossier: it names documents that the dossier uses, and no others.
    ///
    /// Rejected documents, runners-up and the reasons against them are the holder's own business, and so are documents
    /// that are not disclosed; where one of them alone fills a field, it is named as the source of that value.
    public func forSubmission() -> ReusePlan {
        let disclosed = Set(disclosure.map(\.evidence))
        return ReusePlan(
            self,
            requirements: requirements.map { $0.disclosing(disclosed) },
            gaps: gaps.map { $0.withoutReasons() },
            form: form.map { $0.withoutUndisclosedCandidates() },
            forecast: forecast.filter { disclosed.contains($0.evidence) })
    }
}

extension RequirementPlan {
    fileprivate func disclosing(_ disclosed: Set<EvidenceReference>) -> RequirementPlan {
        RequirementPlan(
            id: id, name: name, applies: applies, status: status, list: list,
            items: items.map { item in
                Item(
                    documentType: item.documentType, name: item.name, madeInDossier: item.madeInDossier,
                    choice: item.choice.flatMap { choice in
                        guard disclosed.contains(choice.evidence) else { return nil }
                        return Choice(
                            evidence: choice.evidence, reason: choice.reason, lastDay: choice.lastDay,
                            assurance: choice.assurance, form: choice.form, runnersUp: [])
                    })
            },
            rejected: [])
    }
}

extension Gap {
    fileprivate func withoutReasons() -> Gap {
        Gap(
            requirement: requirement, name: name, reason: reason, isBlocking: isBlocking,
            ways: ways.map { way in
                way.map {
                    Need(
                        documentType: $0.documentType, name: $0.name, subjects: $0.subjects, issuers: $0.issuers,
                        registers: $0.registers, reason: nil, madeInDossier: $0.madeInDossier)
                }
            })
    }
}

extension PrefilledField {
    /// Disclosed documents only; where none states the value, the one document from which it was taken.
    fileprivate func withoutUndisclosedCandidates() -> PrefilledField {
        let disclosed = candidates.filter(\.provenance.isDisclosed)
        let source = candidates.first { value != nil && $0.value == value }
        let shown = disclosed.contains { $0.value == value } ? disclosed : disclosed + [source].compactMap(\.self)
        return PrefilledField(
            id: id, name: name, isRequired: isRequired, applies: applies, state: state, value: value,
            candidates: shown)
    }
}
