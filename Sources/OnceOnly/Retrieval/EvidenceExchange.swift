// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The course of one request to a source, from the person's wish to a document that may be used.
///
/// A value that its events change: nothing is sent, and nothing counts time. A document is released only when the person
/// has asked for it explicitly (OOTS: ExplicitRequestGiven) and, where it was to be shown first, has approved it. No
/// outcome refuses the person anything: what a source does not deliver can be uploaded.
public struct EvidenceExchange: Sendable, Hashable {
    /// Where the exchange stands.
    public enum State: String, Sendable, Hashable, CaseIterable, Codable {
        /// The person has not asked for it.
        case notRequested
        /// Asked, no answer yet.
        case pending
        /// The source wants the person to identify again.
        case authenticationRequired
        /// The document is there and waits for the person's approval.
        case previewRequired
        /// The documents may be used.
        case delivered
        /// The source has no such document of this person.
        case noMatch
        /// The person saw the document and does not want it used.
        case rejectedByPerson
        /// The source answered with an error.
        case failed
        /// The source did not answer in time.
        case timedOut
    }

    /// What happens in an exchange.
    public enum Event: Sendable, Hashable {
        /// The person asks for the document, explicitly.
        case requested
        /// The source wants the person to identify again.
        case authenticationDemanded
        /// The person has identified again.
        case authenticated
        /// The source answers with documents; none is ``noMatch``.
        case answered([Evidence])
        /// The person approves what was shown.
        case approved
        /// The person does not want it used.
        case rejected
        /// The source knows no such document.
        case noMatch
        /// The source answers with an error of its own code.
        case error(code: String)
        /// The portal's time for the source is over.
        case timeout
    }

    /// What was asked.
    public let request: EvidenceRequest
    /// Where it stands.
    public private(set) var state: State = .notRequested
    /// The code with which the source failed.
    public private(set) var errorCode: String?
    private var answer: [Evidence] = []

    /// Begins an exchange that the person has yet to ask for.
    public init(_ request: EvidenceRequest) { self.request = request }

    /// The documents that may be used; empty before the person's approval.
    public var evidence: [Evidence] { state == .delivered ? answer : [] }

    /// The documents to show to the person for approval.
    public var preview: [Evidence] { state == .previewRequired ? answer : [] }

    /// Whether the person may ask again.
    public var canBeRepeated: Bool {
        switch state {
        case .failed, .timedOut, .noMatch, .rejectedByPerson: true
        case .notRequested, .pending, .authenticationRequired, .previewRequired, .delivered: false
        }
    }

    /// Takes an event in; one that does not fit the state changes nothing.
    ///
    /// A late answer to an exchange that ended by timeout is not taken: the person has been told otherwise.
    ///
    /// - Returns: Whether the event was taken.
    @discardableResult
    public mutating func take(_ event: Event) -> Bool {
        switch (state, event) {
        case (.notRequested, .requested): state = .pending
        case (_, .requested) where canBeRepeated:
            state = .pending
            errorCode = nil
            answer = []
        case (.pending, .authenticationDemanded): state = .authenticationRequired
        case (.authenticationRequired, .authenticated): state = .pending
        case (.pending, .answered(let documents)):
            // What was not asked for is not taken over.
            answer = documents.filter { $0.documentType == request.documentType }
            state = answer.isEmpty ? .noMatch : (request.possibilityForPreview ? .previewRequired : .delivered)
        case (.previewRequired, .approved): state = .delivered
        case (.previewRequired, .rejected), (.pending, .rejected), (.authenticationRequired, .rejected):
            answer = []
            state = .rejectedByPerson
        case (.pending, .noMatch), (.authenticationRequired, .noMatch): state = .noMatch
        case (.pending, .error(let code)), (.authenticationRequired, .error(let code)):
            errorCode = code
            state = .failed
        case (.pending, .timeout), (.authenticationRequired, .timeout): state = .timedOut
        default: return false
        }
        return true
    }

    /// What the person can do, in one sentence.
    public var explanation: Phrase {
        let source = request.provider.name
        return Phrase(vi: "\(source.vi): \(state.name.vi).", en: "\(source.en): \(state.name.en).")
    }
}

extension EvidenceExchange.State {
    /// The state in words.
    public var name: Phrase {
        switch self {
        case .notRequested:
            Phrase(vi: "chưa tra cứu, cần người dân yêu cầu", en: "not asked; the person has to wish it")
        case .pending: Phrase(vi: "đang chờ trả lời", en: "waiting for the answer")
        case .authenticationRequired:
            Phrase(vi: "cần xác thực lại danh tính", en: "the person has to identify again")
        case .previewRequired: Phrase(vi: "cần xem và đồng ý trước khi dùng", en: "to be seen and approved before use")
        case .delivered: Phrase(vi: "đã nhận được giấy tờ", en: "the document has arrived")
        case .noMatch:
            Phrase(vi: "không tìm thấy; có thể tải giấy tờ lên", en: "not found; the paper can be uploaded")
        case .rejectedByPerson:
            Phrase(
                vi: "người dân không đồng ý dùng; có thể tải giấy tờ lên",
                en: "the person does not want it used; the paper can be uploaded")
        case .failed:
            Phrase(
                vi: "nguồn dữ liệu báo lỗi; có thể thử lại hoặc tải giấy tờ lên",
                en: "the source failed; try again or upload the paper")
        case .timedOut:
            Phrase(
                vi: "nguồn dữ liệu không trả lời kịp; có thể thử lại hoặc tải giấy tờ lên",
                en: "the source did not answer in time; try again or upload the paper")
        }
    }
}
