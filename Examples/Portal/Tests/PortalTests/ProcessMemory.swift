// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// The memory of another process, as the kernel shows it to who may trace it.
struct ProcessMemory {
    /// What is looked for: octets under a name.
    struct Needle {
        let name: String
        let octets: [UInt8]
    }

    struct Found: CustomStringConvertible, Hashable {
        let name: String
        /// The mapping, as `/proc/PID/maps` names it.
        let place: String
        var description: String { "\(name) in \(place)" }
    }

    let process: Int32

    /// Whether it can be read at all: not where tracing is forbidden.
    var isReadable: Bool { FileHandle(forReadingAtPath: "/proc/\(process)/mem") != nil }

    /// Looks through every readable mapping.
    ///
    /// - Returns: What was found where, and how many octets were looked at.
    func search(for needles: [Needle]) throws -> (found: Set<Found>, octets: Int) {
        // The kernel gives the list in pieces, and a reader that takes a short piece for the end sees the first only.
        var list: [UInt8] = []
        let file = FileHandle(forReadingAtPath: "/proc/\(process)/maps")
        while let more = try file?.read(upToCount: 1 << 16), !more.isEmpty { list += more }
        let maps = String(decoding: list, as: UTF8.self)
        let descriptor = open("/proc/\(process)/mem", O_RDONLY)
        guard descriptor >= 0 else { throw ServedPortal.Failed(reason: "errno \(errno)") }
        defer { close(descriptor) }
        let piece = 4 << 20
        let overlap = (needles.map(\.octets.count).max() ?? 1) - 1
        var found: Set<Found> = []
        var total = 0
        // Octets of this process alone, so that what is looked for is compared and not copied around.
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: piece, alignment: 4096)
        defer { buffer.deallocate() }
        for line in maps.split(separator: "\n") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: true)
            guard parts.count >= 5, parts[1].hasPrefix("r"), parts.last != "[vvar]", parts.last != "[vsyscall]"
            else { continue }
            let range = parts[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard range.count == 2 else { continue }
            var place = range[0]
            while place < range[1] {
                let count = pread(descriptor, buffer, min(piece, Int(range[1] - place)), off_t(place))
                guard count > 0 else { break }
                total += count
                for needle in needles where Self.contains(buffer, count, needle.octets) {
                    found.insert(Found(name: needle.name, place: parts.count > 5 ? String(parts[5]) : "memory"))
                }
                if place + UInt64(count) >= range[1] { break }
                place += UInt64(max(1, count - overlap))
            }
        }
        return (found, total)
    }

    private static func contains(_ start: UnsafeMutableRawPointer, _ count: Int, _ needle: [UInt8]) -> Bool {
        guard let first = needle.first, count >= needle.count else { return false }
        var place = start
        let last = start + (count - needle.count)
        while place <= last, let hit = memchr(place, Int32(first), last - place + 1) {
            if memcmp(hit, needle, needle.count) == 0 { return true }
            place = hit + 1
        }
        return false
    }
}
