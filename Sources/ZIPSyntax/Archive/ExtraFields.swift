// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The extra fields of one header (APPNOTE 4.5): those that bear on what an entry is; the rest is kept as it is.
struct ExtraFields {
    /// The content of the ZIP64 field, when there is one.
    let zip64: [UInt8]?
    /// All other fields as they stand.
    let others: [UInt8]

    /// Reads extra fields and refuses those that would give the entry another name or another content.
    init(_ bytes: [UInt8], at offset: Int64) throws(ZIPSyntaxError) {
        var reader = RecordReader(bytes, at: offset)
        var zip64: [UInt8]?
        var others: [UInt8] = []
        while reader.remaining > 0 {
            let start = reader.position
            let identifier = try reader.uint16()
            let content = try reader.bytes(Int(try reader.uint16()))
            switch identifier {
            case 0x0001:
                guard zip64 == nil else {
                    throw ZIPSyntaxError(.malformedRecord, at: offset, clause: "APPNOTE 4.5.3", "two ZIP64 fields")
                }
                zip64 = content
                continue
            case 0x7075:
                throw ZIPSyntaxError(
                    .unsafeName, at: offset, clause: "APPNOTE 4.6.9", "an extra field that gives a second name")
            case 0x0014...0x0019, 0x9901:
                throw ZIPSyntaxError(.encrypted, at: offset, clause: "APPNOTE 4.5.2", "an extra field of encryption")
            case 0x756e:
                throw ZIPSyntaxError(
                    .specialFile, at: offset, clause: "APPNOTE 4.6.3", "an extra field that can make a link")
            default: break
            }
            others.append(contentsOf: bytes[start..<reader.position])
        }
        self.zip64 = zip64
        self.others = others
    }

    /// The values of the fields that are left to the ZIP64 field, in their order.
    ///
    /// - Parameter fields: The values of the header, and those that mean "see ZIP64".
    /// - Throws: When the field has more or less than what is left to it.
    func values(_ fields: [UInt32], at offset: Int64) throws(ZIPSyntaxError) -> [Int64] {
        var reader = RecordReader(zip64 ?? [], at: offset)
        var values: [Int64] = []
        for field in fields {
            // Without the field the number means itself.
            values.append(zip64 != nil && field == .max ? try reader.size64() : Int64(field))
        }
        guard reader.remaining == 0 else {
            throw ZIPSyntaxError(
                .malformedRecord, at: offset, clause: "APPNOTE 4.5.3",
                "a ZIP64 field with values that the header does not leave to it")
        }
        return values
    }
}
