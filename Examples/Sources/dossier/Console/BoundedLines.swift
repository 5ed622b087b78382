// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// Lines of a descriptor, none of them kept longer than a bound: who writes them is somebody else.
struct BoundedLines {
    enum Line {
        case text(String)
        /// A line past the bound; it was read and thrown away.
        case tooLong
    }

    private let descriptor: Int32
    private let longest: Int
    private var buffer: [UInt8] = []
    private var place = 0
    private var isAtEnd = false

    /// - Parameter longest: Most octets of a line.
    init(_ descriptor: Int32, longest: Int) {
        self.descriptor = descriptor
        self.longest = longest
    }

    /// The next line without its end; `nil` at the end.
    mutating func next() -> Line? {
        var line: [UInt8] = []
        var isTooLong = false
        while true {
            if place == buffer.count, !fill() {
                if isTooLong { return .tooLong }
                return line.isEmpty ? nil : .text(String(decoding: line, as: UTF8.self))
            }
            let rest = buffer[place...]
            let end = rest.firstIndex(of: 10)
            if line.count + rest.distance(from: place, to: end ?? rest.endIndex) > longest {
                (line, isTooLong) = ([], true)
            } else if !isTooLong {
                line += rest[..<(end ?? rest.endIndex)]
            }
            place = end.map { $0 + 1 } ?? buffer.count
            guard end != nil else { continue }
            return isTooLong ? .tooLong : .text(String(decoding: line, as: UTF8.self))
        }
    }

    private mutating func fill() -> Bool {
        guard !isAtEnd else { return false }
        buffer = [UInt8](repeating: 0, count: 65_536)
        place = 0
        var count = -1
        repeat { count = unsafe read(descriptor, &buffer, 65_536) } while count < 0 && errno == EINTR
        buffer.removeLast(65_536 - max(0, count))
        isAtEnd = count <= 0
        return !isAtEnd
    }
}
