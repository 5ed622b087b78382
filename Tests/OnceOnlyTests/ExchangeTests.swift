// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly
import Testing

/// The conformance scenarios of the OOTS in the order in which they are commonly listed (no preview, no match, error of the
/// registry, preview with a second authentication, two providers, rejection, timeout). Their exact texts were not at hand;
/// the numbers are this suite's reading.
@Suite("Evidence exchange — OOTS scenarios TC01 to TC10 on 1.001193 and 1.004222")
struct ExchangeTests {
    let catalogues: Catalogues
    static let answers = ["parentsMarried": "yes", "declarantIs": "father"]

    init() throws { catalogues = try Catalogues() }

    func plan(_ evidence: [Evidence], _ code: String = "1.001193") throws -> ReusePlan {
        try #require(try catalogues.plan(code, evidence, answers: Self.answers))
    }

    /// The exchange for a document type, as the plan of an empty vault asks for it.
    func exchange(_ type: String, from provider: Register, preview: Bool) throws -> EvidenceExchange {
        let requests = try plan([]).evidenceRequests(possibilityForPreview: preview)
        return EvidenceExchange(
            try #require(requests.first { $0.documentType == type && $0.provider == provider }))
    }

    func status(with exchange: EvidenceExchange) throws -> RequirementStatus? {
        try plan(exchange.evidence)["parents-marriage"]?.status
    }

    @Test func `TC01: without preview the document is delivered and meets the requirement`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: false)
        #expect(exchange.request.requirements == ["parents-marriage"])
        #expect(exchange.request.procedure == "1.001193")
        exchange.take(.requested)
        exchange.take(.answered([Family.marriageCertificate]))
        #expect(exchange.state == .delivered)
        #expect(try status(with: exchange) == .satisfied)
    }

    @Test func `TC02: with preview nothing is used before the person approves`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: true)
        exchange.take(.requested)
        exchange.take(.answered([Family.marriageCertificate]))
        #expect(exchange.state == .previewRequired)
        #expect(exchange.preview == [Family.marriageCertificate])
        #expect(try status(with: exchange) == .missing)
        exchange.take(.approved)
        #expect(try status(with: exchange) == .satisfied)
    }

    @Test func `TC03: what the person rejects after the preview is not used, and may be asked for again`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: true)
        exchange.take(.requested)
        exchange.take(.answered([Family.marriageCertificate]))
        exchange.take(.rejected)
        #expect(exchange.state == .rejectedByPerson)
        #expect(exchange.evidence.isEmpty && exchange.preview.isEmpty)
        let taken1 = exchange.take(.approved)
        #expect(!taken1)
        #expect(try status(with: exchange) == .missing)
        #expect(exchange.canBeRepeated)
    }

    @Test func `TC04: a source that knows no such document blocks nothing, the paper can be uploaded`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: true)
        exchange.take(.requested)
        exchange.take(.noMatch)
        #expect(exchange.state == .noMatch)
        #expect(exchange.explanation.vi.contains("tải giấy tờ lên"))
        let uploaded = Family.marriageCertificate.with {
            $0.assurance = .selfDeclared
            $0.form = .scan
            $0.signature = .none
        }
        #expect(try plan(exchange.evidence + [uploaded])["parents-marriage"]?.status == .satisfiedByAlternative)
    }

    @Test func `TC05: an error of the registry is named and can be tried again`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: false)
        exchange.take(.requested)
        exchange.take(.error(code: "EDM:ERR:0004"))
        #expect(exchange.state == .failed && exchange.errorCode == "EDM:ERR:0004")
        #expect(try status(with: exchange) == .missing)
        exchange.take(.requested)
        #expect(exchange.errorCode == nil)
        exchange.take(.answered([Family.marriageCertificate]))
        #expect(try status(with: exchange) == .satisfied)
    }

    @Test func `TC06: a second authentication stands before the preview`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: true)
        exchange.take(.requested)
        exchange.take(.authenticationDemanded)
        let taken2 = exchange.take(.answered([Family.marriageCertificate]))
        #expect(!taken2)
        #expect(exchange.state == .authenticationRequired)
        exchange.take(.authenticated)
        exchange.take(.answered([Family.marriageCertificate]))
        exchange.take(.approved)
        #expect(try status(with: exchange) == .satisfied)
    }

    @Test func `TC07: of two providers both answers stand side by side and a conflict is shown`() throws {
        let requests = try plan([]).evidenceRequests(possibilityForPreview: false)
        let providers = requests.filter { $0.documentType == "citizen-card" }.map(\.provider)
        #expect(providers == [.populationDatabase, .electronicIdentity])
        let other = Family.citizenCard.with {
            $0.id = "E"
            $0.fields = [EvidenceField("subject.fullName", "Nguyên Văn Thử")]
        }
        var documents: [Evidence] = []
        for (request, answer) in zip(
            requests.filter { $0.documentType == "citizen-card" }, [Family.citizenCard, other])
        {
            var exchange = EvidenceExchange(request)
            exchange.take(.requested)
            exchange.take(.answered([answer]))
            documents += exchange.evidence
        }
        let plan = try plan(documents)
        #expect(plan["identity"]?.status == .satisfied)
        #expect(plan.field("declarant.fullName")?.state == .conflicting)
        #expect(plan.field("declarant.fullName")?.findings.map(\.kind) == [.diacritics])
    }

    @Test func `TC08: without the person's explicit request nothing is asked and nothing is taken`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: false)
        let taken3 = exchange.take(.answered([Family.marriageCertificate]))
        #expect(!taken3)
        let taken4 = exchange.take(.approved)
        #expect(!taken4)
        #expect(exchange.state == .notRequested && exchange.evidence.isEmpty)
        // A gap that may not apply asks for nothing.
        let open = try #require(try catalogues.plan("1.001193", []))
        #expect(
            open.evidenceRequests(possibilityForPreview: true).allSatisfy { $0.documentType != "marriage-certificate" })
    }

    @Test func `TC09: a timeout is no refusal, a late answer is not taken, a second try is`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: false)
        exchange.take(.requested)
        exchange.take(.timeout)
        let taken5 = exchange.take(.answered([Family.marriageCertificate]))
        #expect(!taken5)
        #expect(exchange.state == .timedOut && exchange.evidence.isEmpty)
        exchange.take(.requested)
        exchange.take(.answered([Family.marriageCertificate]))
        #expect(try status(with: exchange) == .satisfied)
    }

    @Test func `TC10: an answer with other documents or of another person meets nothing`() throws {
        var exchange = try exchange("marriage-certificate", from: .civilStatusDatabase, preview: false)
        exchange.take(.requested)
        exchange.take(.answered([Family.birthCertificate]))
        #expect(exchange.state == .noMatch)
        exchange.take(.requested)
        exchange.take(.answered([Family.marriageCertificate.with { $0.subjects = [Family.stranger] }]))
        #expect(try status(with: exchange) == .wrongSubject)
        exchange.take(.requested)
        #expect(exchange.state == .delivered, "what was delivered is not asked for again")
    }
}
