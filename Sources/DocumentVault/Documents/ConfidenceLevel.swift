// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How an electronic document came to be ("mức độ tin cậy" of archive data).
public enum ConfidenceLevel: String, Sendable, Hashable, CaseIterable {
    /// Born electronic.
    case bornElectronic = "01"
    /// Digitised from paper.
    case digitised = "02"
    /// Mixed.
    case mixed = "03"
}
