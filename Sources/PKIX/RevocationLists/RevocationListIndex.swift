// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

/// Where the entries of a list stand, in the order of their serial numbers.
///
/// Made by one walk that checks every entry: a list with one that cannot be read, or that has a critical extension which is
/// not processed, answers nothing (RFC 5280 §5.3). 16 bytes are kept for each entry: half the length of a usual one, less
/// than three times that of the shortest. The order is total, so that chosen serial numbers make no search slower than
/// another.
struct RevocationListIndex: Sendable {
    private struct Place {
        /// The last octets of the serial number, so that most comparisons need no look into the list.
        let key: UInt64
        /// Offset of the entry in the list.
        let entry: UInt32
        /// Offset of the entry whose certificateIssuer counts (RFC 5280 §5.3.3); 0 for the list's issuer.
        let issuer: UInt32
    }

    private let input: [UInt8]
    private let places: [Place]

    /// Walks over the entries.
    ///
    /// - Parameters:
    ///   - entries: revokedCertificates.
    ///   - isIndirect: Whether certificateIssuer is processed.
    init(_ entries: DERElement, isIndirect: Bool) throws(DERSyntaxError) {
        let input = entries.input
        var places: [Place] = []
        let span = input.span
        let end = entries.content.upperBound
        // Counted first: an array that grows would take three times as much for a moment.
        var count = 0
        var position = entries.content.lowerBound
        while position < end {
            position = try DERHeader(span, at: position, before: end).range.upperBound
            count += 1
        }
        places.reserveCapacity(count)
        var walk = EntryWalk(input: input, isIndirect: isIndirect)
        var issuer: UInt32 = 0
        position = entries.content.lowerBound
        while position < end {
            let entry = try DERHeader(span, at: position, before: end)
            let (serial, hasIssuer) = try walk.check(entry, span)
            if hasIssuer { issuer = UInt32(truncatingIfNeeded: position) }
            places.append(
                Place(
                    key: Self.key(span, serial), entry: UInt32(truncatingIfNeeded: position), issuer: issuer))
            position = entry.range.upperBound
        }
        places.sort { left, right in
            if left.key != right.key { return left.key < right.key }
            let (one, other) = (input[Self.serial(left, in: input)], input[Self.serial(right, in: input)])
            if one.elementsEqual(other) { return left.entry < right.entry }
            return Self.precedes(one, other)
        }
        self.input = input
        self.places = places
    }

    /// The entry for a certificate, or `nil`; of several the one with the earliest date, then the first in the list.
    ///
    /// - Parameters:
    ///   - certificateIssuer: The certificate's issuer.
    ///   - listIssuer: The list's issuer, whose certificates the entries before any certificateIssuer are about.
    /// - Throws: ``DERSyntax/DERSyntaxError`` when the entry's date, reason or invalidity date cannot be read.
    func entry(
        for serialNumber: [UInt8], issuedBy certificateIssuer: DistinguishedName, listIssuer: DistinguishedName
    ) throws(DERSyntaxError) -> CertificateRevocationList.Entry? {
        let wanted = serialNumber[...]
        let key = Self.key(serialNumber.span, 0..<serialNumber.count)
        func precedes(_ place: Place) -> Bool {
            place.key != key ? place.key < key : Self.precedes(input[Self.serial(place, in: input)], wanted)
        }
        var (low, high) = (0, places.count)
        while low < high {
            let middle = low + (high - low) / 2
            if precedes(places[middle]) { low = middle + 1 } else { high = middle }
        }
        var found: CertificateRevocationList.Entry?
        while low < places.count, places[low].key == key {
            let place = places[low]
            low += 1
            guard input[Self.serial(place, in: input)].elementsEqual(wanted) else { break }
            guard try place.issuer == 0 ? certificateIssuer == listIssuer : names(certificateIssuer, at: place.issuer)
            else { continue }
            let read = try read(place.entry, serialNumber)
            // Later entries override earlier ones only by being stricter; the first in time counts.
            if let earlier = found, earlier.revocationDate <= read.revocationDate { continue }
            found = read
        }
        return found
    }

    /// Whether the certificateIssuer of an entry names an issuer.
    private func names(_ issuer: DistinguishedName, at entry: UInt32) throws(DERSyntaxError) -> Bool {
        for item in try parts(entry).extensions where item.identifier == .certificateIssuer {
            return DistributionPointName(try GeneralName.all(DERElement(parsing: item.value))).directoryNames
                .contains(issuer)
        }
        return false
    }

    private func parts(
        _ entry: UInt32
    ) throws(DERSyntaxError) -> (date: DERElement, extensions: [CertificateExtension]) {
        var reader = try DERElement(in: input, at: Int(entry), before: input.count).reader(.sequence)
        _ = try reader.next(.integer)
        let date = try reader.next()
        let list = try reader.optional(.sequence)
        try reader.end()
        return (date, try list.map { list throws(DERSyntaxError) in try CertificateExtension.readAll(list) } ?? [])
    }

    private func read(
        _ entry: UInt32, _ serialNumber: [UInt8]
    ) throws(DERSyntaxError) -> CertificateRevocationList.Entry {
        let (date, items) = try parts(entry)
        var reason: RevocationReason?
        var invalidity: Instant?
        for item in items {
            switch item.identifier {
            case .reasonCode:
                let number = try DERElement(parsing: item.value).integer(.enumerated)
                reason = RevocationReason(rawValue: Int(clamping: number)) ?? .unspecified
            case .invalidityDate: invalidity = try DERElement(parsing: item.value).time()
            default: break
            }
        }
        return CertificateRevocationList.Entry(
            serialNumber: serialNumber, revocationDate: try date.time(), reason: reason, invalidityDate: invalidity)
    }

    // MARK: Order

    /// The last eight octets, where random serial numbers differ as well as anywhere.
    private static func key(_ input: Span<UInt8>, _ serial: Range<Int>) -> UInt64 {
        var key: UInt64 = 0
        for index in max(serial.lowerBound, serial.upperBound - 8)..<serial.upperBound {
            key = key << 8 | UInt64(input[index])
        }
        return key
    }

    /// The content octets of an entry's serial number, which was read before.
    private static func serial(_ place: Place, in input: [UInt8]) -> Range<Int> {
        let span = input.span
        guard let entry = try? DERHeader(span, at: Int(place.entry), before: input.count),
            let serial = try? DERHeader(span, at: entry.content.lowerBound, before: entry.content.upperBound)
        else { return 0..<0 }
        return serial.content
    }

    private static func precedes(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        one.count != other.count ? one.count < other.count : one.lexicographicallyPrecedes(other)
    }
}

/// Checks entries one after another without copying them. What is rare is left to ``CertificateExtension``.
private struct EntryWalk {
    let input: [UInt8]
    let isIndirect: Bool
    /// The extensions of an entry before, which had nothing to refuse and often come again.
    private var known: Range<Int> = 0..<0
    private var knownNamesIssuer = false

    init(input: [UInt8], isIndirect: Bool) {
        self.input = input
        self.isIndirect = isIndirect
    }

    /// - Returns: The content of the serial number, and whether the entry has a certificateIssuer that counts.
    mutating func check(
        _ entry: DERHeader, _ span: Span<UInt8>
    ) throws(DERSyntaxError) -> (serial: Range<Int>, namesIssuer: Bool) {
        let end = entry.content.upperBound
        try Self.expect(.sequence, entry)
        let serial = try DERHeader(span, at: entry.content.lowerBound, before: end)
        try Self.expect(.integer, serial)
        let date = try DERHeader(span, at: serial.range.upperBound, before: end)
        guard date.range.upperBound < end else { return (serial.content, false) }
        let list = try DERHeader(span, at: date.range.upperBound, before: end)
        guard list.tag == .sequence, list.range.upperBound == end else {
            let position = list.tag == .sequence ? list.range.upperBound : list.range.lowerBound
            throw DERSyntaxError(.trailingBytes, at: position, "\(end - position) bytes after the expected end")
        }
        if isKnown(list.range, span) { return (serial.content, knownNamesIssuer) }
        knownNamesIssuer = isUsual(list, span) ? false : try readsIssuer(list, serial)
        known = list.range
        return (serial.content, knownNamesIssuer)
    }

    private static func expect(_ tag: DERTag, _ header: DERHeader) throws(DERSyntaxError) {
        guard header.tag == tag else {
            throw DERSyntaxError(
                .unexpectedTag, at: header.range.lowerBound, "found \(header.tag), expected \(tag)")
        }
    }

    private func isKnown(_ range: Range<Int>, _ span: Span<UInt8>) -> Bool {
        guard range.count == known.count else { return false }
        for offset in 0..<range.count
        where span[range.lowerBound + offset] != span[known.lowerBound + offset] { return false }
        return true
    }

    /// Whether the extensions are a reasonCode, an invalidityDate or both, each once, and written as they should be.
    private func isUsual(_ list: DERHeader, _ span: Span<UInt8>) -> Bool {
        var position = list.content.lowerBound
        var seen: UInt8 = 0
        while position < list.content.upperBound {
            guard let item = try? DERHeader(span, at: position, before: list.content.upperBound),
                item.tag == .sequence, item.content.count >= 7
            else { return false }
            // 06 03 55 1d 15 is 2.5.29.21, reasonCode; 18 is invalidityDate.
            let start = item.content.lowerBound
            guard span[start] == 0x06, span[start + 1] == 3, span[start + 2] == 0x55, span[start + 3] == 0x1d,
                span[start + 4] == 0x15 || span[start + 4] == 0x18
            else { return false }
            let bit: UInt8 = span[start + 4] == 0x15 ? 1 : 2
            guard seen & bit == 0 else { return false }
            seen |= bit
            var next = start + 5
            if span[next] == 0x01 {
                guard item.content.upperBound - next > 3, span[next + 1] == 1,
                    span[next + 2] == 0xff || span[next + 2] == 0
                else { return false }
                next += 3
            }
            guard let value = try? DERHeader(span, at: next, before: item.content.upperBound),
                value.tag == .octetString, value.range.upperBound == item.content.upperBound
            else { return false }
            position = item.range.upperBound
        }
        return true
    }

    /// Reads extensions in full; whether one is a certificateIssuer that counts.
    private func readsIssuer(_ list: DERHeader, _ serial: DERHeader) throws(DERSyntaxError) -> Bool {
        let element = try DERElement(in: input, at: list.range.lowerBound, before: list.range.upperBound)
        var namesIssuer = false
        for item in try CertificateExtension.readAll(element) {
            if isIndirect, item.identifier == .certificateIssuer {
                _ = try GeneralName.all(DERElement(parsing: item.value))
                namesIssuer = true
            } else if item.isCritical, item.identifier != .reasonCode, item.identifier != .invalidityDate {
                throw DERSyntaxError(
                    .invalidValue, at: serial.range.lowerBound, clause: "RFC 5280 5.3",
                    "critical entry extension \(item.identifier)")
            }
        }
        return namesIssuer
    }
}
