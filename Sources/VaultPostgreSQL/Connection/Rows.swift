// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierPostgreSQL
import DocumentVault

/// The rows that a statement gave, copied out of libpq's memory.
struct Rows: Sendable {
    let count: Int
    private let columns: Int
    private let values: [[UInt8]?]

    init() { (count, columns, values) = (0, 0, []) }

    init(_ result: OpaquePointer) {
        let (rows, columns) = (unsafe PQntuples(result), unsafe PQnfields(result))
        var values: [[UInt8]?] = []
        values.reserveCapacity(Int(rows) * Int(columns))
        for row in 0..<max(0, rows) {
            for column in 0..<max(0, columns) {
                guard unsafe PQgetisnull(result, row, column) == 0, let start = unsafe PQgetvalue(result, row, column)
                else {
                    values.append(nil)
                    continue
                }
                let length = max(0, Int(unsafe PQgetlength(result, row, column)))
                unsafe values.append(
                    start.withMemoryRebound(to: UInt8.self, capacity: length) {
                        unsafe Array(UnsafeBufferPointer(start: $0, count: length))
                    })
            }
        }
        (count, self.columns, self.values) = (Int(max(0, rows)), Int(max(0, columns)), values)
    }

    /// The octets in a row and column; `nil` for NULL.
    func optionalOctets(_ row: Int, _ column: Int) throws(PostgreSQLError) -> [UInt8]? {
        guard row >= 0, row < count, column >= 0, column < columns else { throw PostgreSQLError(.unexpected) }
        return values[row * columns + column]
    }

    func octets(_ row: Int, _ column: Int) throws(PostgreSQLError) -> [UInt8] {
        guard let octets = try optionalOctets(row, column) else {
            throw PostgreSQLError(.damaged, object: "column \(column)", "no value where the store writes one")
        }
        return octets
    }

    /// A number of 2, 4 or 8 octets.
    func number(_ row: Int, _ column: Int) throws(PostgreSQLError) -> Int64 {
        let octets = try octets(row, column)
        switch octets.count {
        case 8: return Int64(bitPattern: octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        case 4: return Int64(Int32(bitPattern: octets.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }))
        case 2: return Int64(Int16(bitPattern: octets.reduce(UInt16(0)) { $0 << 8 | UInt16($1) }))
        default:
            throw PostgreSQLError(.damaged, object: "column \(column)", "a value of another type than the store writes")
        }
    }

    func text(_ row: Int, _ column: Int) throws(PostgreSQLError) -> String {
        String(decoding: try octets(row, column), as: UTF8.self)
    }

    func flag(_ row: Int, _ column: Int) throws(PostgreSQLError) -> Bool { try octets(row, column) != [0] }
}
