// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation

/// An argument that is no UTF-8, and so names no file that this tool can name: what stands in its place after reading the
/// command line is another name.
struct UnreadableName {
    /// The argument with its odd octets written out, for example `caf\xe9.pdf`.
    let text: String

    /// - Parameter argument: As the command line's reader gives it.
    init?(_ argument: String) {
        guard argument.unicodeScalars.contains("\u{FFFD}") else { return nil }
        for place in 0..<Int(CommandLine.argc) {
            guard let pointer = CommandLine.unsafeArgv[place] else { continue }
            let octets = [UInt8](UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
            // Also as the value in `--option=value`, or behind `sqlite:`.
            guard String(validating: octets, as: UTF8.self) == nil,
                String(decoding: octets, as: UTF8.self).hasSuffix(argument)
            else { continue }
            text = Self.written(octets)
            return
        }
        return nil
    }

    /// What the person is told, whatever the argument was for.
    var failure: CommandFailure {
        CommandFailure(
            .badInput, vi: "\(text): tên không ở dạng UTF-8", en: "\(text): the name is not in UTF-8",
            hint: Phrase(vi: "đổi tên tệp hoặc thư mục rồi chạy lại", en: "rename the file or folder and run it again"))
    }

    private static func written(_ octets: [UInt8]) -> String {
        var text = ""
        var place = 0
        while place < octets.count {
            let lengths = (1...4).filter { place + $0 <= octets.count }
            let whole = lengths.lazy.compactMap { length in
                String(validating: octets[place..<place + length], as: UTF8.self).map { ($0, length) }
            }.first
            if let (character, length) = whole {
                text += character
                place += length
            } else {
                let digits = String(octets[place], radix: 16)
                text += "\\x" + (digits.count < 2 ? "0" : "") + digits
                place += 1
            }
        }
        return text
    }
}
