// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What has to be notified within hours, not days.
public enum IncidentNotice: String, Sendable, Hashable, CaseIterable, Codable {
    /// A breach of personal data that may do harm, to the data-protection body of the Ministry of Public Security
    /// (Law 91/2025/QH15).
    case dataBreach = "data-breach"
    /// A serious cyber incident, to the Ministry of Public Security (Decree 333/2026/NĐ-CP, from secondary texts).
    case seriousIncident = "serious-incident"
    /// The report on a cyber incident.
    case incidentReport = "incident-report"

    /// Hours from discovery.
    public var hours: Int64 {
        switch self {
        case .dataBreach, .incidentReport: 72
        case .seriousIncident: 24
        }
    }

    /// The latest instant of the notice; weekends and holidays count.
    public func due(discovered instant: Instant) -> Instant { instant.adding(seconds: hours * 3_600) }

    /// The notice in words.
    public var name: Phrase {
        switch self {
        case .dataBreach: Phrase(vi: "Thông báo vi phạm dữ liệu cá nhân", en: "Notice of a breach of personal data")
        case .seriousIncident:
            Phrase(vi: "Thông báo sự cố an ninh mạng nghiêm trọng", en: "Notice of a serious cyber incident")
        case .incidentReport: Phrase(vi: "Báo cáo sự cố an ninh mạng", en: "Report on a cyber incident")
        }
    }
}
