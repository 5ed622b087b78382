// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import DossierKit
import OnceOnly

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract:
            "Thủ tục cần giấy tờ nào, kho đã có gì, còn thiếu gì. / What a procedure needs and what the vault has.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var options: VaultOptions
    @OptionGroup var trust: TrustOptions

    @Option(help: "Code of the procedure.")
    var procedure: String?

    @Flag(help: "Plan every procedure in force.")
    var all = false

    @Option(help: "Day of filing, yyyy-mm-dd; default today.")
    var on: String?

    @Option(help: ArgumentHelp("For whom: the person's identifier as documents name it.", valueName: "id"))
    var applicant: String?

    @Option(
        help: ArgumentHelp("A related person: spouse, child, parent, host or representative.", valueName: "role=id"))
    var related: [String] = []

    @Option(
        help: ArgumentHelp(
            "Who acts for the applicant: parent, guardian, power-of-attorney, appointment or legal-representative.",
            valueName: "ground=id"))
    var representative: [String] = []

    @Option(help: ArgumentHelp("A public holiday, yyyy-mm-dd; working days are counted without it.", valueName: "date"))
    var holiday: [String] = []

    @Option(help: ArgumentHelp("Answer to a question of the procedure.", valueName: "question=value"))
    var answer: [String] = []

    func run() async throws {
        guard (procedure != nil) != all else { throw ValidationError("give one of --procedure and --all") }
        let now = TimeOption.now()
        let today = now.date(atOffset: vietnamOffset)
        guard let day = on.map({ CalendarDate($0) }) ?? today else { throw ValidationError("--on takes yyyy-mm-dd") }
        let types = try DocumentTypeCatalogue.builtIn()
        let catalogue = try ProcedureCatalogue.builtIn(types: types)
        let vault = try await options.open()
        // With trust given, every signature is judged anew: a certificate revoked since storing no longer counts.
        let validator = trust.trust.isEmpty ? nil : try trust.validator(at: now)
        let evidence = try EvidenceSet(try await vault.evidence(judgedBy: validator, at: now), types: types)
        let person = Applicant(
            id: applicant ?? "", related: try relations(), representations: try representations())
        let calendar = WorkingCalendar(holidays: try holidays())
        // Where the time of the authority is not known, nothing is said about what ends before the decision.
        let decision = { (procedure: Procedure) in procedure.decisionDay(filedOn: day, calendar: calendar) ?? day }
        let answers = try pairs(answer, "--answer takes question=value")
        let plans: [ReusePlan]
        if let code = procedure {
            guard let found = catalogue.procedure(code, on: day) else {
                throw CommandFailure(
                    .noInput, vi: "không có thủ tục \(code) vào ngày \(day)",
                    en: "no procedure \(code) in force on \(day)",
                    hint: Phrase(vi: "xem `dossier procedures list`", en: "see `dossier procedures list`"))
            }
            plans = [
                found.plan(using: evidence, for: person, answers: answers, on: day, decisionBy: decision(found))
            ]
        } else {
            let byCode = Dictionary(
                catalogue.procedures(on: day).map { ($0.code, answers) }, uniquingKeysWith: { first, _ in first })
            plans = catalogue.plans(using: evidence, for: person, answers: byCode, on: day, decisionBy: decision)
        }
        if common.json {
            if all {
                Console.write(try CanonicalJSON.encode(["plans": plans]))
            } else if let plan = plans.first {
                Console.write(try CanonicalJSON.encode(plan))
            }
        } else {
            if all { PlanText.printOverview(plans) } else { for plan in plans { PlanText.print(plan, catalogue) } }
        }
    }

    private func relations() throws -> [SubjectRole: [String]] {
        var related: [SubjectRole: [String]] = [:]
        for argument in self.related {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let role = SubjectRole(rawValue: parts[0]), role != .applicant else {
                throw ValidationError("--related takes spouse=, child=, parent=, host= or representative= and an id")
            }
            related[role, default: []].append(parts[1])
        }
        return related
    }

    private func representations() throws -> [Representation] {
        try representative.map { argument in
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let ground = RepresentationGround(rawValue: parts[0]) else {
                throw ValidationError("--representative takes a ground, = and an id")
            }
            return Representation(person: parts[1], ground: ground)
        }
    }

    private func holidays() throws -> Set<CalendarDate> {
        Set(
            try holiday.map { text in
                guard let date = CalendarDate(text) else { throw ValidationError("--holiday takes yyyy-mm-dd") }
                return date
            })
    }

    private func pairs(_ arguments: [String], _ message: String) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError(message) }
            pairs[parts[0]] = parts[1]
        }
        return pairs
    }
}
