// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// PDFs as scanners make them: per page a page object, a short content stream and a picture.
enum SamplePDF {
    /// A document with a classic cross-reference table, of about so many bytes.
    static func scanned(pages: Int, bytes: Int) -> [UInt8] {
        var file = Array("%PDF-1.7\n%\u{e2}\u{e3}\u{cf}\u{d3}\n".utf8)
        var offsets: [Int] = []
        func add(_ text: String, _ stream: [UInt8]? = nil) {
            offsets.append(file.count)
            file += Array("\(offsets.count) 0 obj\n\(text)".utf8)
            if let stream { file += Array("\nstream\n".utf8) + stream + Array("\nendstream".utf8) }
            file += Array("\nendobj\n".utf8)
        }
        add("<< /Type /Catalog /Pages 2 0 R >>")
        let kids = (0..<pages).map { "\(3 + $0 * 3) 0 R" }.joined(separator: " ")
        add("<< /Type /Pages /Count \(pages) /Kids [\(kids)] >>")
        let (width, height) = (128, max(1, (bytes - 600 - pages * 560) / pages / 128))
        for page in 0..<pages {
            let own = 3 + page * 3
            add(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents \(own + 1) 0 R"
                    + " /Resources << /XObject << /Im0 \(own + 2) 0 R >> >> >>")
            let content = Array("q 595 0 0 842 0 0 cm /Im0 Do Q".utf8)
            add("<< /Length \(content.count) >>", content)
            let picture = noise(width * height, seed: UInt64(page + 1))
            add(
                "<< /Type /XObject /Subtype /Image /Width \(width) /Height \(height) /ColorSpace /DeviceGray"
                    + " /BitsPerComponent 8 /Length \(picture.count) >>", picture)
        }
        let start = file.count
        file += Array("xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n".utf8)
        for offset in offsets {
            let digits = String(offset)
            file += Array((String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8)
        }
        let id = "<00112233445566778899AABBCCDDEEFF>"
        file += Array(
            "trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R /ID [\(id) \(id)] >>\nstartxref\n\(start)\n%%EOF\n".utf8
        )
        return file
    }

    /// Bytes that do not compress; the same ones for a seed.
    private static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }
}
