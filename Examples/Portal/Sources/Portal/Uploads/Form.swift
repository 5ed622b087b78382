// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The fields of a form, by name and in order.
struct Form: Sendable {
    static let mostFields = 400
    static let largest = 256 << 10

    private var fields: [(name: String, value: String)] = []

    init() {}

    /// Reads application/x-www-form-urlencoded (WHATWG URL §5.1).
    init(urlEncoded text: String) throws(PortalError) {
        for pair in text.split(separator: "&", maxSplits: Self.mostFields) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]),
                let value = Self.decoded(parts.count == 2 ? parts[1] : "")
            else {
                throw .badForm(FormWords.unreadable)
            }
            try add(name, value)
        }
    }

    mutating func add(_ name: String, _ value: String) throws(PortalError) {
        guard fields.count < Self.mostFields else { throw .badForm(FormWords.unreadable) }
        fields.append((name, value))
    }

    /// The first value of a field.
    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// All values of a field.
    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// A value without white space around it; `nil` for an empty one.
    func text(_ name: String) -> String? {
        guard let value = self[name] else { return nil }
        var slice = value[...]
        while slice.first?.isWhitespace == true { slice.removeFirst() }
        while slice.last?.isWhitespace == true { slice.removeLast() }
        return slice.isEmpty ? nil : String(slice)
    }

    /// Fields whose names begin so, without that beginning.
    func fields(beginning prefix: String) -> [(name: String, value: String)] {
        fields.filter { $0.name.hasPrefix(prefix) }.map {
            (String($0.name.dropFirst(prefix.count)), $0.value)
        }
    }

    /// The fields but those of a name.
    func without(_ name: String) -> Form {
        var rest = self
        rest.fields.removeAll { $0.name == name }
        return rest
    }

    /// application/x-www-form-urlencoded, with more behind it.
    func urlEncoded(before more: String) -> String {
        (fields.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" } + [more])
            .joined(separator: "&")
    }

    private static func decoded(_ text: Substring) -> String? {
        var octets: [UInt8] = []
        var rest = text.utf8[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "+"): octets.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
                else {
                    return nil
                }
                octets.append(high << 4 | low)
            default: octets.append(octet)
            }
        }
        return String(validating: octets, as: UTF8.self)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x37
        case 0x61...0x66: octet - 0x57
        default: nil
        }
    }
}
