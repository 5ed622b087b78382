// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Holds one revision against the one before and lets rules explain its changes; what no rule explains is not allowed.
///
/// A class, because the rules walk the document from many sides and all write down what they found.
final class RevisionComparison {
    /// A place in the state before: the keys from an indirect object down.
    struct Place {
        let source: IndirectReference?
        let path: [PDFName]
        /// An object on the way here that is used in another place too: nothing below it may change in place.
        var shared: IndirectReference?

        func entry(_ key: PDFName) -> Place { Place(source: source, path: path + [key], shared: shared) }
    }

    let file: PDFFile
    let before: Int
    let after: Int
    let index: ReferenceIndex
    let changes: [IndirectReference: ObjectChange]
    private(set) var claimed: Set<IndirectReference> = []
    /// Objects that were written again without a change.
    private var identical: Set<IndirectReference> = []
    private(set) var reasons: [ChangeReason] = []
    var kinds: Set<RevisionChange.Kind> = []
    /// Names of the existing fields that were filled or signed.
    var filledFields: [String] = []
    /// The widgets, or fields with their widget, of new signature fields.
    var newWidgets: Set<IndirectReference> = []
    /// Objects looked at, so that the work over many revisions stays within the budget.
    var steps: Int
    /// Whether a new signature field is visible.
    var addsVisibleField = false
    /// Numbers of appearances of fields that were replaced by others.
    var replacedAppearances: Set<Int> = []
    /// New annotations that a rule explains; only a certification that allows annotations permits them.
    var newAnnotations: [IndirectReference] = []
    let states: ComparedStates

    init(_ file: PDFFile, after: Int, index: ReferenceIndex, steps: Int, states: ComparedStates) {
        self.file = file
        self.states = states
        self.steps = steps
        self.after = after
        before = after - 1
        self.index = index
        changes = Dictionary(file.changes(in: after).map { ($0.reference, $0) }) { first, _ in first }
    }

    /// Whether objects can be reached from the trailer, as far as it was asked.
    private var reachable: [Int: Bool] = [:]

    func refuse(_ code: ChangeReason.Code, _ object: IndirectReference? = nil) {
        let reason = ChangeReason(code, object)
        if reasons.count < 1000, !reasons.contains(reason) { reasons.append(reason) }
    }

    func object(_ reference: IndirectReference, asOf revision: Int) throws(PDFSyntaxError) -> PDFObject {
        try states.objects.object(reference, asOf: revision)
    }
    func old(_ value: PDFObject?) throws(PDFSyntaxError) -> PDFObject {
        try states.objects.resolve(value, asOf: before)
    }
    func new(_ value: PDFObject?) throws(PDFSyntaxError) -> PDFObject { try states.objects.resolve(value, asOf: after) }

    func isAdded(_ reference: IndirectReference) -> Bool { changes[reference]?.kind == .added }
    /// Whether an existing object has another value now.
    func isChanged(_ reference: IndirectReference) -> Bool {
        changes[reference]?.kind == .changed && !identical.contains(reference)
    }

    func claim(_ reference: IndirectReference) { claimed.insert(reference) }

    /// Explains all new objects that can be reached from a value through new objects.
    func claimNewObjects(from value: PDFObject?) throws(PDFSyntaxError) {
        guard let value else { return }
        var pending = value.references
        while let reference = pending.popLast() {
            guard isAdded(reference), claimed.insert(reference).inserted else { continue }
            pending += try object(reference, asOf: after).references
        }
    }

    /// What an entry was and is, after its references were checked.
    struct Entry {
        let before: PDFObject
        let after: PDFObject
        /// Where the content of the entry stood before.
        let place: Place
    }

    /// Follows an entry that may stay a reference to the same object, changed or not, or become a new object.
    ///
    /// - Parameter isAllowedUse: Which uses of an object changed in place do not count as sharing, beyond this entry.
    func enter(
        _ key: PDFName, _ beforeDictionary: PDFDictionary, _ afterDictionary: PDFDictionary, at place: Place,
        isAllowedUse: (ReferenceIndex.Use) -> Bool = { _ in false }
    ) throws(PDFSyntaxError) -> Entry {
        try enter(
            beforeDictionary[key], afterDictionary[key], at: place.entry(key), isAllowedUse: isAllowedUse)
    }

    func enter(
        _ beforeValue: PDFObject?, _ afterValue: PDFObject?, at place: Place,
        isAllowedUse: (ReferenceIndex.Use) -> Bool = { _ in false }
    ) throws(PDFSyntaxError) -> Entry {
        let first = beforeValue?.reference
        var shared = place.shared
        if let first, shared == nil, !isUsedOnly(first, at: place, isAllowedUse) { shared = first }
        if let second = afterValue?.reference {
            if second == first {
                if isChanged(second) {
                    if let shared { refuse(.sharedObjectChanged, shared) }
                    claim(second)
                }
            } else if isAdded(second) {
                claim(second)
            } else {
                refuse(.referenceRedirected, second)
            }
        }
        return Entry(
            before: try old(beforeValue), after: try new(afterValue),
            place: first.map { Place(source: $0, path: [], shared: shared) } ?? place)
    }

    /// Whether an object was used at a place, and at allowed ones, and nowhere else; more than 64 uses count as elsewhere,
    /// so that the work stays linear.
    func isUsedOnly(
        _ reference: IndirectReference, at place: Place, _ isAllowedUse: (ReferenceIndex.Use) -> Bool
    ) -> Bool {
        let own = ReferenceIndex.Use(source: place.source, path: place.path)
        let uses = index.uses(of: reference.number, atMost: 65)
        guard uses.count <= 64 else { return false }
        // What nothing leads to shows nothing: catalogues that were replaced, for example.
        for use in uses where use != own && !isAllowedUse(use) {
            guard let source = use.source,
                !index.isReachable(source.number, known: &reachable, steps: &steps)
            else { return false }
        }
        return true
    }

    /// What was put into an array whose other elements kept their order; `nil` when they did not.
    func insertions(_ old: [PDFObject], _ new: [PDFObject]) -> [PDFObject]? {
        guard old != new else { return [] }
        // The revision may not have written them: what was gone through counts, at eight elements a step.
        steps += (old.count + new.count) / 8
        var inserted: [PDFObject] = []
        var next = 0
        for element in new {
            if next < old.count, element == old[next] { next += 1 } else { inserted.append(element) }
        }
        return next == old.count ? inserted : nil
    }

    /// The keys whose values differ, references compared as such.
    func changedKeys(_ first: PDFDictionary, _ second: PDFDictionary) -> [PDFName] {
        var keys = first.keys.filter { second[$0] != first[$0] }
        keys += second.keys.filter { first[$0] == nil }
        return keys
    }

    /// Explains the containers that only carry other objects, and objects written again without a change.
    func claimContainers() throws(PDFSyntaxError) {
        let revision = file.revisions[after]
        for number in revision.crossReferenceStreams where isAdded(IndirectReference(number)) {
            claim(IndirectReference(number))
        }
        for (_, entry) in revision.entries {
            if case .compressed(let stream, _) = entry, isAdded(IndirectReference(stream)) {
                claim(IndirectReference(stream))
            }
        }
        for (reference, change) in changes where change.kind == .changed {
            guard file.reference(of: reference.number, asOf: before) == reference else { continue }
            if try isSame(object(reference, asOf: before), object(reference, asOf: after)) {
                identical.insert(reference)
                claim(reference)
            }
        }
    }

    private func isSame(_ first: PDFObject, _ second: PDFObject) throws(PDFSyntaxError) -> Bool {
        guard case .stream(let left) = first, case .stream(let right) = second else { return first == second }
        // Where the data end was read already: whether the number stands in the dictionary itself says nothing.
        let isPlain = right.dictionary["Length"]?.integer != nil
        let length: Set<PDFName> = isPlain ? ["Length"] : []
        guard left.dictionary.removing(length) == right.dictionary.removing(length),
            left.range.count == right.range.count
        else { return false }
        // Streams may lie inside each other; what was compared counts, at 256 bytes a step.
        steps += left.range.count / 256 + 1
        guard steps <= file.budget.objects else {
            throw PDFSyntaxError(.limitExceeded, "comparing the revisions takes more than \(file.budget.objects) steps")
        }
        var position: Int64 = 0
        let size = Int64(left.range.count)
        do throws(ByteSourceError) {
            while position < size {
                let count = Int(min(1 << 16, size - position))
                guard
                    try file.source.bytes(at: left.range.lowerBound + position, count: count)
                        == file.source.bytes(at: right.range.lowerBound + position, count: count)
                else { return false }
                position += Int64(count)
            }
        } catch { throw PDFSyntaxError(.unreadableSource, error.description) }
        return true
    }

    /// Whether an object was the appearance of fields only that have another one now, and nothing refers to its number any more:
    /// Poppler frees what it replaces, or writes it once more under the next generation.
    private func isGivenUp(_ number: Int, _ referenced: Set<Int>) throws(PDFSyntaxError) -> Bool {
        guard replacedAppearances.contains(number), !referenced.contains(number) else { return false }
        let uses = index.uses(of: number, atMost: 65)
        guard uses.count <= 64 else { return false }
        for use in uses {
            guard let source = use.source else { return false }
            guard index.isReachable(source.number, known: &reachable, steps: &steps) else { continue }
            let now = try object(source, asOf: after)
            if now.references.contains(where: { $0.number == number }) { return false }
        }
        return true
    }

    /// Refuses whatever is wrong with the entries themselves, and what no rule has explained.
    func close() throws(PDFSyntaxError) {
        for number in file.revisions[after].entriesBeyondEnd {
            refuse(.entryPointsBeyondEnd, IndirectReference(number))
        }
        var referenced: Set<Int> = Set(PDFObject.dictionary(file.revisions[after].trailer).references.map(\.number))
        for reference in claimed {
            referenced.formUnion(try object(reference, asOf: after).references.map(\.number))
        }
        for (reference, change) in changes.sorted(by: { $0.key < $1.key }) {
            if change.pointsBack, change.kind != .freed { refuse(.entryPointsBack, reference) }
            // Whatever else it is, with an object stream change the objects in it, of which no entry tells.
            if change.kind != .added, !identical.contains(reference), states.containers.contains(reference.number) {
                refuse(.unexplainedChange, reference)
            }
            switch change.kind {
            case .freed: if try !isGivenUp(reference.number, referenced) { refuse(.objectFreed, reference) }
            case .changed:
                guard !claimed.contains(reference) else { continue }
                // Under another generation it is another object: the one that was there is no more.
                let isAnother = file.reference(of: reference.number, asOf: before) != reference
                let isGivenUp = isAnother ? try isGivenUp(reference.number, referenced) : false
                if !isGivenUp { refuse(.unexplainedChange, reference) }
            case .added:
                if index.isUsed(reference.number) { refuse(.danglingReferenceFilled, reference) }
                // An object to which nothing refers has no effect.
                if !claimed.contains(reference), referenced.contains(reference.number) {
                    refuse(.unexplainedObject, reference)
                }
            }
        }
    }
}
