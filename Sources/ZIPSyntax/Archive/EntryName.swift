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
        if name.hasPrefix("/") { return "an absolute name" }
        var parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if parts.last == "" { parts.removeLast() }
        guard parts.count <= depth else { return "a name nested in more than \(depth) folders" }
        for part in parts {
            if part.isEmpty || part == "." || part == ".." { return "a name with an empty part, . or .." }
            // Windows drops them, so that two names become one.
            if part.hasSuffix(".") || part.hasSuffix(" ") { return "a part of a name that ends in a period or a space" }
        }
        if let first = parts.first, first.utf8.count >= 2, first.utf8.dropFirst().first == UInt8(ascii: ":") {
            return "a name with a drive"
        }
        return nil
    }

    /// The same for all names that some file system takes for one. Swift compares strings by canonical equivalence, which
    /// makes NFC and NFD one; the two mappings make one what differs in case only.
    static func key(_ name: some StringProtocol) -> String { name.uppercased().lowercased() }
}

/// The names of an archive, each once.
struct EntryNames {
    private var files: Set<String> = []
    private var folders: Set<String> = []

    /// Takes in a name.
    ///
    /// - Throws: `duplicateName` when another file or folder has it, or when a file stands where this name has a folder.
    mutating func insert(_ name: String, at offset: Int64? = nil) throws(ZIPSyntaxError) {
        let isFolder = name.hasSuffix("/")
        let key = EntryName.key(isFolder ? String(name.dropLast()) : name)
        var isNew = true
        if isFolder {
            // A folder may have been implied by a file in it, and may be stated once.
            isNew = files.insert(key + "/").inserted && !files.contains(key)
            folders.insert(key)
        } else {
            isNew = files.insert(key).inserted && !folders.contains(key)
        }
        var parent = key[...]
        while let slash = parent.lastIndex(of: "/") {
            parent = parent[..<slash]
            if files.contains(String(parent)) { isNew = false }
            folders.insert(String(parent))
        }
        guard isNew else {
            throw ZIPSyntaxError(
                .duplicateName, at: offset, clause: "ISO/IEC 21320-1 4.3.2",
                "\(name): another entry has this name, by case or normalisation, or is its folder")
        }
    }
}
