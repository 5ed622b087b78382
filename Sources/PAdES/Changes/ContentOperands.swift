// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

/// The operands that each operator of a content stream has (ISO 32000-2 Annex A).
///
/// Readers make different things of other ones – the first six of seven numbers, the last six, none –, so that nothing is
/// said of where such content paints.
enum ContentOperands {
    private enum Kind { case number, name, string, array, any }

    private static let table: [String: [Kind]] = {
        var table: [String: [Kind]] = [:]
        func add(_ names: String, _ kinds: [Kind]) {
            for name in names.split(separator: " ") { table[String(name)] = kinds }
        }
        add("q Q h W W* n S s f F f* B B* b b* BT ET T* EMC BX EX", [])
        add("w J j M i G g Tc Tw Tz TL Ts Tr", [.number])
        add("m l Td TD d0", [.number, .number])
        add("RG rg", [.number, .number, .number])
        add("v y re K k", [.number, .number, .number, .number])
        add("cm c Tm d1", [.number, .number, .number, .number, .number, .number])
        add("ri gs CS cs sh Do BMC MP", [.name])
        add("BDC DP", [.name, .any])
        add("Tf", [.name, .number])
        add("Tj '", [.string])
        add("\"", [.number, .number, .string])
        add("TJ", [.array])
        add("d", [.array, .number])
        return table
    }()

    /// Whether an operation is one of the standard, with the operands that it provides for.
    static func areProper(_ operation: ContentStream.Operation) -> Bool {
        let operands = operation.operands
        switch operation.name {
        case "BI": return true
        case "SC", "sc": return (1...32).contains(operands.count) && operands.allSatisfy { $0.number != nil }
        case "SCN", "scn":
            let numbers = operands.last?.name == nil ? operands[...] : operands.dropLast()
            return (1...33).contains(operands.count) && numbers.allSatisfy { $0.number != nil }
        default: break
        }
        guard let kinds = table[operation.name], kinds.count == operands.count else { return false }
        for (kind, operand) in zip(kinds, operands) {
            switch kind {
            case .number: guard operand.number != nil else { return false }
            case .name: guard operand.name != nil else { return false }
            case .string: guard operand.string != nil else { return false }
            case .array:
                guard let elements = operand.array else { return false }
                guard operation.name != "TJ" || elements.allSatisfy({ $0.number != nil || $0.string != nil }) else {
                    return false
                }
            case .any: break
            }
        }
        return true
    }
}
