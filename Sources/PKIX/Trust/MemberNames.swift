// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The names of members in JSON text, as they are written. Decoders keep one of two members of one name, some the first and
/// others the last, so that two readers of one signed file would trust differently (RFC 8259 §4).
package enum MemberNames {
    /// Whether no object has two members of one name, and no name is written with an escape that could hide it.
    ///
    /// - Parameter text: Text that a decoder takes for JSON; of any other the answer means nothing.
    package static func areDistinct(in text: [UInt8]) -> Bool {
        /// The names of each open object; `nil` for an array.
        var open: [Set<ArraySlice<UInt8>>?] = []
        var isNameNext = false
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "{"):
                open.append([])
                isNameNext = true
            case UInt8(ascii: "["):
                open.append(nil)
                isNameNext = false
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = open.popLast()
                isNameNext = false
            case UInt8(ascii: ","): isNameNext = open.last.map { $0 != nil } ?? false
            case UInt8(ascii: "\""):
                let start = index + 1
                index = start
                var hasEscape = false
                while index < text.endIndex, text[index] != UInt8(ascii: "\"") {
                    if text[index] == UInt8(ascii: "\\") {
                        hasEscape = true
                        index += 1
                    }
                    index += 1
                }
                guard index < text.endIndex else { return false }
                if isNameNext, var names = open.popLast().flatMap(\.self) {
                    guard !hasEscape, names.insert(text[start..<index]).inserted else { return false }
                    open.append(names)
                    isNameNext = false
                }
            default: break
            }
            index += 1
        }
        return true
    }
}
