// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// The filled-in form of a procedure as XML: each value with where it came from.
enum DeclarationForm {
    static func xml(_ plan: ReusePlan, values: [String: String], applicant: String) -> [UInt8] {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text +=
            "<declaration procedure=\"\(escape(plan.procedure.code))\" version=\"\(escape(plan.procedure.version))\" applicant=\"\(escape(applicant))\">\n"
        for (question, answer) in plan.answers.sorted(by: { $0.key < $1.key }) {
            text += "  <answer question=\"\(escape(question))\">\(escape(answer))</answer>\n"
        }
        for field in plan.form where field.applies != .no {
            guard let value = values[field.id], !value.isEmpty else { continue }
            let source = field.value == value ? field.candidates.first?.provenance : nil
            let origin =
                source.map {
                    " document=\"\(escape($0.evidence.id))\" field=\"\(escape($0.field))\" assurance=\"\($0.assurance.rawValue)\""
                } ?? " typed=\"true\""
            text += "  <field id=\"\(escape(field.id))\"\(origin)>\(escape(value))</field>\n"
        }
        return Array((text + "</declaration>\n").utf8)
    }

    /// Escapes for XML 1.0; characters that it has no way to write become U+FFFD.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
            default:
                escaped.unicodeScalars.append(
                    scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff
                        ? "\u{fffd}" : scalar)
            }
        }
        return escaped
    }
}
