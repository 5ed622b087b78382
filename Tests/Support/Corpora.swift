// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import Foundation

/// Third-party test data, which stays outside the project.
public enum Corpora {
    /// The package's root folder.
    public static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folder named by `DOSSIER_CORPORA`, else `../shared/corpora` beside the package; `nil` when there is none.
    public static let folder: URL? = {
        let named = ProcessInfo.processInfo.environment["DOSSIER_CORPORA"].map { URL(filePath: $0) }
        let folder = named ?? packageRoot.deletingLastPathComponent().appending(path: "shared/corpora")
        var isFolder: ObjCBool = false
        let exists = unsafe FileManager.default.fileExists(atPath: folder.path(), isDirectory: &isFolder)
        return exists && isFolder.boolValue ? folder : nil
    }()

    /// A file or folder of the corpora, or `nil` after printing that the cases are skipped.
    public static func path(_ relative: String, cases: String) -> URL? {
        if let url = folder?.appending(path: relative), FileManager.default.fileExists(atPath: url.path()) {
            return url
        }
        print("skipped: \(cases): no test data at \(relative) (set DOSSIER_CORPORA)")
        return nil
    }

    /// The folder's path; `nil` when there is none.
    public static let root: String? = folder?.path()

    /// All PDFs below a folder of the corpora, sorted; none when there are no corpora.
    public static func pdfs(in relative: String) -> [String] {
        guard let root, let walk = FileManager.default.enumerator(atPath: root + "/" + relative) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.lowercased().hasSuffix(".pdf") }.sorted().map {
            root + "/" + relative + "/" + $0
        }
    }
}
