// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// The peer's validator of JSON Schema over `docs/schemas`.
enum SchemaPeer {
    /// Faults of a result, one per line; none after saying that there is no peer.
    static func faults(_ json: Data, by schema: String) throws -> String {
        guard let python = DossierTool.python else {
            print("skipped: a result against \(schema): no Python with the peers")
            return ""
        }
        let file = DossierTool.root.appending(path: "docs/schemas/\(schema).schema.json").path()
        let script = """
            import json, sys, jsonschema
            schema = json.load(open(sys.argv[1], encoding="utf-8"))
            jsonschema.Draft202012Validator.check_schema(schema)
            for error in jsonschema.Draft202012Validator(schema).iter_errors(json.load(sys.stdin)):
                print(error.json_path, error.message[:300])
            """
        let outcome = try DossierTool.run(
            python, ["-c", script, file], input: json, environment: ["PYTHONIOENCODING": "utf-8"])
        return outcome.status == 0 ? outcome.output : outcome.errors
    }
}
