// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierXML2
public import DossierCore

extension XMLElement {
    /// What a small XML document may ask for: 4 MiB, depth 32, 200,000 elements, attributes and pieces of text.
    public static let standardBudget = Budget(bytes: 1 << 22, depth: 32, objects: 200_000, expansionRatio: 1)

    /// Reads a document in UTF-8 and gives its root element.
    ///
    /// No document type, no entities but the five of XML, no network, no other file.
    ///
    /// - Throws: ``XMLSyntaxError``.
    public init(
        parsing bytes: [UInt8], budget: Budget = XMLElement.standardBudget
    ) throws(XMLSyntaxError) {
        guard Int64(bytes.count) <= budget.bytes, let count = Int32(exactly: bytes.count) else {
            throw XMLSyntaxError(LimitExceeded(.bytes, allowed: budget.bytes))
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw XMLSyntaxError(.unsupportedEncoding, clause: "XML 1.0 §4.3.3", "the bytes are not UTF-8")
        }
        self = try TreeBuilder(budget: budget).parse(bytes, count: count)
    }
}

/// Builds the tree from the parser's callbacks.
@safe private final class TreeBuilder {
    private let budget: Budget
    private var context: xmlParserCtxtPtr?
    private var open: [XMLElement] = []
    private var root: XMLElement?
    private var pending = ""
    private var objects = 0
    private var failure: XMLSyntaxError?

    /// libxml2 asks to be initialised before threads use it.
    private static let isReady: Bool = {
        xmlInitParser()
        return true
    }()

    init(budget: Budget) { self.budget = budget }

    func parse(_ bytes: [UInt8], count: Int32) throws(XMLSyntaxError) -> XMLElement {
        guard Self.isReady else { throw XMLSyntaxError(.notWellFormed, "libxml2 could not start") }
        var handler = unsafe Self.handler()
        let created = unsafe xmlCreatePushParserCtxt(
            &handler, Unmanaged.passUnretained(self).toOpaque(), nil, 0, nil)
        guard let created = unsafe created else { throw XMLSyntaxError(.notWellFormed, "libxml2 could not start") }
        unsafe context = created
        defer {
            unsafe context = nil
            unsafe xmlFreeParserCtxt(created)
        }
        // NOENT resolves the five entities of XML in attributes as well; a document type, where others could be declared,
        // stops the parser.
        let options =
            XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue | XML_PARSE_NOERROR.rawValue
            | XML_PARSE_NOWARNING.rawValue
        _ = unsafe xmlCtxtUseOptions(created, Int32(options))
        let status = unsafe bytes.withUnsafeBytes {
            unsafe xmlParseChunk(created, $0.bindMemory(to: CChar.self).baseAddress, count, 1)
        }
        if let failure { throw failure }
        if let encoding = unsafe created.pointee.encoding.map({ unsafe String(cString: $0) }),
            !["UTF-8", "US-ASCII", "ASCII"].contains(encoding.uppercased())
        {
            throw XMLSyntaxError(.unsupportedEncoding, clause: "XML 1.0 §4.3.3", "the document says another encoding")
        }
        guard status == 0, unsafe created.pointee.wellFormed == 1, unsafe created.pointee.nsWellFormed == 1,
            open.isEmpty, let root
        else {
            let line = unsafe xmlCtxtGetLastError(created).map { unsafe Int($0.pointee.line) }
            throw XMLSyntaxError(.notWellFormed, line: line, clause: "XML 1.0 §2.1", "libxml2 error \(status)")
        }
        return root
    }

    private func stop(_ error: XMLSyntaxError) {
        if failure == nil { failure = error }
        if let context = unsafe context { unsafe xmlStopParser(context) }
    }

    private func count(_ more: Int) -> Bool {
        objects += more
        guard failure == nil, objects <= budget.objects else {
            stop(XMLSyntaxError(LimitExceeded(.objects, allowed: budget.objects)))
            return false
        }
        return true
    }

    private func begin(_ name: XMLName, _ attributes: [XMLElement.Attribute]) {
        flush()
        guard count(1 + attributes.count) else { return }
        guard open.count < budget.depth else {
            stop(XMLSyntaxError(LimitExceeded(.depth, allowed: budget.depth)))
            return
        }
        open.append(XMLElement(name: name, attributes: attributes, children: []))
    }

    private func end() {
        flush()
        guard failure == nil, let last = open.popLast() else { return }
        if open.isEmpty { root = last } else { open[open.count - 1].children.append(.element(last)) }
    }

    private func add(_ text: String) {
        guard failure == nil, !open.isEmpty else { return }
        // The parser gives a text in pieces; they become one before they are put into the tree.
        pending += text
    }

    private func flush() {
        guard !pending.isEmpty, let last = open.indices.last, count(1) else { return }
        open[last].children.append(.text(pending))
        pending = ""
    }

    private static func handler() -> xmlSAXHandler {
        var handler = unsafe xmlSAXHandler()
        unsafe handler.initialized = dossier_xml_sax2_magic()
        unsafe handler.internalSubset = { context, _, _, _ in
            unsafe TreeBuilder.builder(context)?.stop(
                XMLSyntaxError(.documentType, clause: "XML 1.0 §2.8", "a document type declaration"))
        }
        unsafe handler.startElementNs = { context, local, _, namespace, _, _, count, _, values in
            guard let builder = unsafe TreeBuilder.builder(context), let local = unsafe local else { return }
            var attributes: [XMLElement.Attribute] = []
            if let values = unsafe values {
                // Five pointers each: local name, prefix, namespace, beginning and end of the value.
                for index in 0..<Int(count) {
                    guard let name = unsafe values[index * 5], let start = unsafe values[index * 5 + 3],
                        let end = unsafe values[index * 5 + 4]
                    else { continue }
                    attributes.append(
                        XMLElement.Attribute(
                            name: XMLName(
                                unsafe String(cString: name),
                                in: unsafe values[index * 5 + 2].map { unsafe String(cString: $0) }),
                            value: unsafe TreeBuilder.text(start, end - start)))
                }
            }
            builder.begin(
                XMLName(unsafe String(cString: local), in: unsafe namespace.map { unsafe String(cString: $0) }),
                attributes)
        }
        unsafe handler.endElementNs = { context, _, _, _ in unsafe TreeBuilder.builder(context)?.end() }
        unsafe handler.characters = { context, start, count in
            guard let start = unsafe start else { return }
            unsafe TreeBuilder.builder(context)?.add(TreeBuilder.text(start, Int(count)))
        }
        unsafe handler.ignorableWhitespace = handler.characters
        unsafe handler.cdataBlock = handler.characters
        return unsafe handler
    }

    private static func builder(_ context: UnsafeMutableRawPointer?) -> TreeBuilder? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<TreeBuilder>.fromOpaque(context).takeUnretainedValue()
    }

    private static func text(_ start: UnsafePointer<UInt8>, _ count: Int) -> String {
        unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
