// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The rules for names of entries: relative, in UTF-8, the same file on every system, told from every other name.
enum EntryName {
    /// Longest name in bytes of UTF-8.
    static let longest = 1024

    /// The text of a name.
    ///
    /// - Parameter isUTF8: Whether bit 11 of the flags says so; without it a name must be ASCII, because readers differ.
    static func text(_ bytes: [UInt8], isUTF8: Bool, at offset: Int64) throws(ZIPSyntaxError) -> String {
        guard bytes.count <= longest else {
            throw ZIPSyntaxError(.limitExceeded, at: offset, "a name of \(bytes.count) bytes, at most \(longest)")
        }
        guard isUTF8 || bytes.allSatisfy({ $0 < 0x80 }), let text = String(validating: bytes, as: UTF8.self) else {
            throw ZIPSyntaxError(
                .unsafeName, at: offset, clause: "APPNOTE D.1", "a name beyond ASCII that is not marked as UTF-8")
        }
        return text
    }

    /// What is wrong with a name; `nil` when nothing is.
    ///
    /// - Parameter depth: Most folders that a name may be nested in.
    static func fault(_ name: String, depth: Int) -> String? {
        guard !name.isEmpty else { return "an empty name" }
        for scalar in name.unicodeScalars {
            if scalar == "\\" { return "a name with a backslash" }
            if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) { return "a name with a control character" }
            if scalar.properties.isBidiControl { return "a name that changes the direction of text" }
        }
        // By octets, as file systems do it: together with a combining mark a slash is another Character.
        let slash = UInt8(ascii: "/")
        var parts = Array(name.utf8).split(separator: slash, omittingEmptySubsequences: false)
        guard parts.count == name.split(separator: "/", omittingEmptySubsequences: false).count else {
            return "a name with a slash that a mark is combined with"
        }
        if parts.first?.isEmpty == true { return "an absolute name" }
        if parts.last?.isEmpty == true { parts.removeLast() }
        guard parts.count <= depth else { return "a name nested in more than \(depth) folders" }
        let dot = UInt8(ascii: ".")
        for part in parts {
            if part.isEmpty || part == [dot] || part == [dot, dot] { return "a name with an empty part, . or .." }
            // Windows drops them, so that two names become one.
            if part.last == dot || part.last == UInt8(ascii: " ") {
                return "a part of a name that ends in a period or a space"
            }
        }
        if let first = parts.first, first.dropFirst().first == UInt8(ascii: ":") { return "a name with a drive" }
        return nil
    }

    /// The same for all names that some file system takes for one. Swift compares strings by canonical equivalence, which
    /// makes NFC and NFD one; the two mappings make one what differs in case only.
    static func key(_ name: some StringProtocol) -> String { name.uppercased().lowercased() }
}

/// The names of an archive, each once, as a tree of folders: a name costs what its length is, however many share a part.
struct EntryNames {
    private enum Kind { case file, folder, statedFolder }
    private struct Place: Hashable {
        let parent: Int
        let key: String
    }
    private var places: [Place: (number: Int, kind: Kind)] = [:]

    /// Takes in a name.
    ///
    /// - Throws: `duplicateName` when another file or folder has it, or when a file stands where this name has a folder.
    mutating func insert(_ name: String, at offset: Int64? = nil) throws(ZIPSyntaxError) {
        let duplicate = ZIPSyntaxError(
            .duplicateName, at: offset, clause: "ISO/IEC 21320-1 4.3.2",
            "\(name): another entry has this name, by case or normalisation, or is its folder")
        var parts = Array(name.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isFolder = parts.last?.isEmpty == true
        if isFolder { parts.removeLast() }
        var parent = 0
        for (depth, part) in parts.enumerated() {
            let place = Place(parent: parent, key: EntryName.key(String(decoding: part, as: UTF8.self)))
            let isLast = depth == parts.count - 1
            let known = places[place]
            let kind: Kind
            switch (known?.kind, isLast, isFolder) {
            case (nil, true, false): kind = .file
            case (nil, true, true), (.folder, true, true): kind = .statedFolder
            case (nil, false, _), (.folder, false, _): kind = .folder
            case (.statedFolder, false, _): kind = .statedFolder
            case (.file, _, _), (.folder, true, false), (.statedFolder, true, _): throw duplicate
            }
            parent = known?.number ?? places.count + 1
            places[place] = (parent, kind)
        }
    }
}
