// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A text of SQL with the name under which a connection keeps it prepared.
struct Statement: Sendable {
    let name: String
    private let text: @Sendable () -> String

    /// - Parameters:
    ///   - name: Empty for one that is never kept.
    ///   - sql: The text, always the same for a name. Made when a connection asks for it, which it does once where it keeps
    ///     its statements.
    init(name: String, sql: @escaping @autoclosure @Sendable () -> String) {
        self.name = name
        text = sql
    }

    var sql: String { text() }

    /// What the names of the statements of one schema end with: behind a pooler that should not keep them, the statement of
    /// another schema must not be found under the same name. Servers look at 63 octets of a name, a schema may have as many.
    static func suffix(_ schema: String) -> String {
        // FNV-1a, 64 bits.
        let hash = schema.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "_\(String(hash, radix: 36))"
    }
}

/// A statement with its values.
struct Query: Sendable {
    let statement: Statement
    let values: [Value]

    init(_ statement: Statement, _ values: [Value] = []) {
        self.statement = statement
        self.values = values
    }

    init(sql: String, _ values: [Value] = []) { self.init(Statement(name: "", sql: sql), values) }

    /// A value of a parameter, sent in the binary format.
    enum Value: Sendable {
        case octets([UInt8])
        case number(Int64)
        case text(String)
        case octetsList([[UInt8]?])
        case numberList([Int64])

        // The numbers under which PostgreSQL has known its types since ever (pg_type.dat).
        var type: UInt32 {
            switch self {
            case .octets: 17
            case .number: 20
            case .text: 25
            case .octetsList: 1001
            case .numberList: 1016
            }
        }
    }
}

/// The values of a query in one piece of memory.
struct EncodedValues {
    private(set) var octets: [UInt8] = []
    private(set) var offsets: [Int] = []
    private(set) var lengths: [Int32] = []
    let types: [UInt32]

    init(_ values: [Query.Value]) {
        types = values.map(\.type)
        octets.reserveCapacity(values.reduce(1) { $0 + Self.size($1) })
        for value in values {
            let start = octets.count
            append(value)
            offsets.append(start)
            lengths.append(Int32(clamping: octets.count - start))
        }
        // An empty value needs an address all the same.
        octets.append(0)
    }

    private static func size(_ value: Query.Value) -> Int {
        switch value {
        case .octets(let octets): octets.count
        case .number: 8
        case .text(let text): text.utf8.count
        case .octetsList(let list): list.reduce(20) { $0 + 4 + ($1?.count ?? 0) }
        case .numberList(let list): 20 + 12 * list.count
        }
    }

    private mutating func append(_ value: Query.Value) {
        switch value {
        case .octets(let bytes): octets += bytes
        case .number(let number): append(number)
        case .text(let text): octets += text.utf8
        case .octetsList(let list):
            appendHeader(count: list.count, element: 17, hasNull: list.contains { $0 == nil })
            for element in list {
                guard let element else {
                    append(Int32(-1))
                    continue
                }
                append(Int32(clamping: element.count))
                octets += element
            }
        case .numberList(let list):
            appendHeader(count: list.count, element: 20, hasNull: false)
            for element in list {
                append(Int32(8))
                append(element)
            }
        }
    }

    // Dimensions, whether there are nulls, type; then length and lower bound of the one dimension.
    private mutating func appendHeader(count: Int, element: Int32, hasNull: Bool) {
        append(Int32(count == 0 ? 0 : 1))
        append(Int32(hasNull ? 1 : 0))
        append(element)
        guard count > 0 else { return }
        append(Int32(clamping: count))
        append(Int32(1))
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: number.bigEndian) { unsafe octets.append(contentsOf: $0) }
    }
}
