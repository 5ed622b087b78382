// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierXML2
public import DossierCore

extension XMLElement {
    /// What a small XML document may ask for: 4 MiB, depth 32, 200,000 elements, attributes and pieces of text.
    public static let standardBudget = Budget(bytes: 1 << 22, depth: 32, objects: 200_000, expansionRatio: 1)

    /// Reads a document in UTF-8, or in UTF-16 with its byte order mark (XML 1.0 §4.3.3), and gives its root element.
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
        if let converted = try UTF16Document.converted(bytes) {
            // A character of two octets may become three.
            guard let count = Int32(exactly: converted.count), !Self.hasTagBeyondLimit(converted) else {
                throw XMLSyntaxError(LimitExceeded(.objects, allowed: Self.attributeLimit))
            }
            self = try TreeBuilder(budget: budget).parse(converted, count: count)
            return
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw XMLSyntaxError(.unsupportedEncoding, clause: "XML 1.0 §4.3.3", "the bytes are not UTF-8")
        }
        guard !Self.hasTagBeyondLimit(bytes) else {
            throw XMLSyntaxError(LimitExceeded(.objects, allowed: Self.attributeLimit))
        }
        self = try TreeBuilder(budget: budget).parse(bytes, count: count)
    }

    /// Most attributes of one element, and most namespace declarations of a document.
    ///
    /// libxml2 compares every attribute of an element with every other, and every prefix with every declaration, before
    /// anybody is told of them.
    fileprivate static let attributeLimit = 256

    /// Whether some tag may have more attributes than the limit. A `<` stands in no attribute, so a tag ends before the
    /// next; `=` and a quotation mark that stand elsewhere are counted as well.
    private static func hasTagBeyondLimit(_ bytes: [UInt8]) -> Bool {
        var count = 0
        var isBehindEquals = false
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "<"): (count, isBehindEquals) = (0, false)
            case UInt8(ascii: "="): isBehindEquals = true
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if isBehindEquals { count += 1 }
                isBehindEquals = false
                if count > attributeLimit { return true }
            case 0x20, 0x09, 0x0a, 0x0d: break
            default: isBehindEquals = false
            }
        }
        return false
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
    private var declarations = 0
    private var strings: [UInt: String] = [:]
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

    private func begin(_ name: XMLName, _ attributes: [XMLElement.Attribute], declaring namespaces: Int) {
        flush()
        declarations += namespaces
        guard declarations <= XMLElement.attributeLimit else {
            stop(XMLSyntaxError(LimitExceeded(.objects, allowed: XMLElement.attributeLimit)))
            return
        }
        guard count(1 + attributes.count) else { return }
        guard open.count < budget.depth else {
            stop(XMLSyntaxError(LimitExceeded(.depth, allowed: budget.depth)))
            return
        }
        open.append(XMLElement(name: name, attributes: attributes, children: []))
    }

    /// A name of two strings that the parser keeps once each: a long namespace is copied once, not for every element.
    private func name(_ local: UnsafePointer<UInt8>, _ namespace: UnsafePointer<UInt8>?) -> XMLName {
        XMLName(unsafe kept(local), in: unsafe namespace.map { unsafe kept($0) })
    }

    private func kept(_ start: UnsafePointer<UInt8>) -> String {
        let key = UInt(bitPattern: start)
        if let known = strings[key] { return known }
        let text = unsafe String(cString: start)
        strings[key] = text
        return text
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
        unsafe handler.startElementNs = { context, local, _, namespace, declarations, _, count, _, values in
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
                            name: unsafe builder.name(name, values[index * 5 + 2]),
                            value: unsafe TreeBuilder.text(start, end - start)))
                }
            }
            builder.begin(unsafe builder.name(local, namespace), attributes, declaring: Int(declarations))
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
