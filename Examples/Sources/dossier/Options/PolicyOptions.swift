// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DERSyntax
import PKIX

/// What is asked of certificate policies (RFC 5280 §6.1.1).
struct PolicyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("An acceptable certificate policy; default any.", valueName: "oid"))
    var initialPolicy: [String] = []

    @Flag(help: "The path must be valid for an acceptable certificate policy.")
    var explicitPolicy = false

    @Flag(help: "Policy mappings do not count.")
    var inhibitMapping = false

    @Flag(help: "The policy anyPolicy in certificates does not count.")
    var inhibitAny = false

    func validate() throws { _ = try parameters() }

    func parameters() throws -> PathParameters {
        var parameters = PathParameters()
        if !initialPolicy.isEmpty {
            parameters.initialPolicies = Set(
                try initialPolicy.map { text in
                    if text == "anyPolicy" { return .anyPolicy }
                    guard let identifier = ObjectIdentifier(dotted: text) else {
                        throw ValidationError("--initial-policy takes an object identifier, not \(text)")
                    }
                    return identifier
                })
        }
        parameters.requiresExplicitPolicy = explicitPolicy
        parameters.inhibitsPolicyMapping = inhibitMapping
        parameters.inhibitsAnyPolicy = inhibitAny
        return parameters
    }
}

/// Words of a command line in a file, split as a shell does: by spaces, with quotes and backslashes.
enum CommandLineWords {
    static func split(_ line: some StringProtocol) throws -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character.isWhitespace {
                if let ended = word { words.append(ended) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { throw ValidationError("a line of the list ends inside quotes") }
        if let word { words.append(word) }
        return words
    }
}
