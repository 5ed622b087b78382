// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A person's express agreement to one ``ConsentQuestion``, as it is kept and can be shown (Law 91/2025/QH15):
/// who, when, to which words, for which purpose, by what channel, and whether it was withdrawn.
///
/// Silence is none: there is no way to make one without an answer, and sensitive data need an answer of their own.
public struct Consent: Sendable, Hashable, Codable {
    /// What the person did.
    public struct Answer: Sendable, Hashable, Codable {
        /// Identifier of the person who answered, as documents name their subjects.
        public let person: String
        /// On what ground the person answers for another; `nil`: for themselves.
        public let ground: RepresentationGround?
        /// The person said yes, by an act of their own.
        public let agrees: Bool
        /// The person said yes to the sensitive data as such, by a second act.
        public let agreesToSensitive: Bool
        /// By what channel, for example `portal`.
        public let channel: String
        /// When.
        public let time: Instant

        /// Records an answer.
        public init(
            by person: String, on ground: RepresentationGround? = nil, agrees: Bool, agreesToSensitive: Bool = false,
            channel: String, at time: Instant
        ) {
            self.person = person
            self.ground = ground
            self.agrees = agrees
            self.agreesToSensitive = agreesToSensitive
            self.channel = channel
            self.time = time
        }
    }

    /// The question.
    public let question: ConsentQuestion
    /// The language in which it was shown.
    public let language: Language
    /// The words that were shown, whole.
    public let textShown: String
    /// The answer.
    public let answer: Answer
    /// When it was withdrawn; `nil`: it stands.
    public private(set) var withdrawnAt: Instant?

    /// Takes an answer to a question.
    ///
    /// - Parameters:
    ///   - question: The question.
    ///   - textShown: The words that the person saw: those of ``ConsentQuestion/text(in:)``.
    ///   - language: Their language.
    ///   - answer: What the person did.
    /// - Throws: ``OnceOnlyError`` with code `invalidConsent`: no agreement, other words than the question's, sensitive data
    ///   without an answer of their own, nothing to disclose, no period, or an answer after its end.
    public init(
        to question: ConsentQuestion, shown textShown: String, in language: Language, answer: Answer
    ) throws(OnceOnlyError) {
        func invalid(_ detail: String) -> OnceOnlyError { OnceOnlyError(.invalidConsent, detail: detail) }
        guard answer.agrees else { throw invalid("the person did not agree") }
        guard question.sensitive.isEmpty || answer.agreesToSensitive else {
            throw invalid("sensitive data need an answer of their own")
        }
        // By octets: what is signed are the octets that were shown.
        guard textShown.utf8.elementsEqual(question.text(in: language).utf8) else {
            throw invalid("other words were shown than the question's")
        }
        guard !question.disclosures.isEmpty, question.notBefore < question.notAfter, question.uses > 0 else {
            throw invalid("the question names no document, no period or no use")
        }
        guard answer.time <= question.notAfter else { throw invalid("it was given after its end") }
        guard !answer.person.isBlank, !answer.channel.isBlank else {
            throw invalid("who answered, or how, is not said")
        }
        self.question = question
        self.language = language
        self.textShown = textShown
        self.answer = answer
    }

    /// The consent as it stands after the person withdrew it; the grants made on it are to be revoked.
    public func withdrawn(at time: Instant) -> Consent {
        var consent = self
        if consent.withdrawnAt == nil { consent.withdrawnAt = time }
        return consent
    }
}
