// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

/// Failures that were logged once and are being counted: `SEQUENCE OF SEQUENCE { begun, pending, record }`.
struct FailureWindows: Sendable {
    private struct Window: Sendable {
        var begun: Int64
        var pending: Int64
        /// The first failure; later ones of its kind differ in time alone.
        var record: AccessRecord
    }

    private static let most = 64
    private var windows: [Window] = []

    init(_ bytes: [UInt8]?) throws(VaultError) {
        guard let bytes else { return }
        let object = "failures"
        windows = try parsed(object) {
            try DERElement(parsing: bytes).elements().map { element in
                var reader = try element.reader(.sequence)
                let begun = try reader.instant(object: object).seconds
                let pending = try reader.next().integer()
                let record = try AccessRecord(parsing: reader.next().octetString(), object: object)
                try reader.end()
                return Window(begun: begun, pending: pending, record: record)
            }
        }
    }

    var bytes: [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { list in
                for window in windows {
                    list.sequence {
                        $0.integer(window.begun)
                        $0.integer(window.pending)
                        $0.octetString(window.record.bytes)
                    }
                }
            }
        }
    }

    /// Ends the windows whose hour is over; the records of what they counted.
    mutating func close(at time: Instant) -> [AccessRecord] {
        var due: [AccessRecord] = []
        windows.removeAll { window in
            guard window.begun.addingReportingOverflow(AccessLog.failureWindow).partialValue <= time.seconds else {
                return false
            }
            if window.pending > 0 {
                var record = window.record
                record.count = window.pending
                record.time = time
                due.append(record)
            }
            return true
        }
        return due
    }

    /// Takes a failure in; the records to log now.
    mutating func take(_ failure: AccessRecord, at time: Instant) -> [AccessRecord] {
        var due = close(at: time)
        var failure = failure
        if !windows.contains(where: { Self.areAlike($0.record, failure) }), windows.count >= Self.most {
            failure = AccessRecord(failure.kind, at: failure.time, reason: "many")
        }
        if let place = windows.firstIndex(where: { Self.areAlike($0.record, failure) }) {
            windows[place].pending &+= 1
        } else {
            windows.append(Window(begun: time.seconds, pending: 0, record: failure))
            due.append(failure)
        }
        return due
    }

    private static func areAlike(_ one: AccessRecord, _ two: AccessRecord) -> Bool {
        var two = two
        two.time = one.time
        two.count = one.count
        return one == two
    }
}
