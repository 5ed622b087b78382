// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Testing
import XMLSyntax

@Suite struct `XML elements (XML 1.0, Namespaces in XML 1.0)` {
    private func parse(_ text: String, budget: Budget = XMLElement.standardBudget) throws(XMLSyntaxError) -> XMLElement
    {
        try XMLElement(parsing: Array(text.utf8), budget: budget)
    }

    private func fault(_ text: String, budget: Budget = XMLElement.standardBudget) -> XMLSyntaxError.Code? {
        do throws(XMLSyntaxError) {
            _ = try parse(text, budget: budget)
            return nil
        } catch { return error.code }
    }

    @Test func `names are resolved, whatever the prefix`() throws {
        let root = try parse("<a:r xmlns:a='urn:x' b='1' a:b='2'><c xmlns='urn:y'/><d/></a:r>")
        #expect(root.name == XMLName("r", in: "urn:x"))
        #expect(root.attribute("b") == "1")
        #expect(root.attribute("b", in: "urn:x") == "2")
        #expect(root.attribute("c") == nil)
        #expect(root.elements.map(\.name) == [XMLName("c", in: "urn:y"), XMLName("d")])
    }

    @Test func `text has its references resolved and its pieces joined`() throws {
        let root = try parse("<a>1&lt;2 &#272;<!-- c --><![CDATA[<x>]]>\r\nđ<?p i?></a>")
        #expect(root.text == "1<2 Đ<x>\nđ")
        #expect(try parse("<a b='&quot;&#10;&amp;'/>").attribute("b") == "\"\n&")
        #expect(try parse("\u{feff}<a/>").name.local == "a")
        #expect(try parse("<a>x<b/>y</a>").children.count == 3)
    }

    @Test(arguments: [
        "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ATTLIST a b CDATA 'default'>]><a/>", "<?xml version='1.0'?><!DOCTYPE a PUBLIC 'x' 'y'><a/>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://pki.dossier.test/x'> %p;]><a/>",
    ])
    func `a document type is refused, whatever it says`(_ text: String) { #expect(fault(text) == .documentType) }

    @Test func `entities that multiply are refused before they do`() {
        var text = "<!DOCTYPE a [<!ENTITY e0 '0123456789'>"
        for level in 1...20 {
            text += "<!ENTITY e\(level) '" + String(repeating: "&e\(level - 1);", count: 10) + "'>"
        }
        #expect(fault(text + "]><a b='&e20;'>&e20;</a>") == .documentType)
    }

    @Test(arguments: [
        "", " ", "<a>", "<a/><b/>", "<a></b>", "<a b='1' b='2'/>", "<a b=1/>", "<a>&x;</a>", "<x:a/>", "text",
        "<a/>text",
        "<a><", "<a>&#0;</a>", "<a b='<'/>", "bla<a/>", "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>",
        "<?xml version='1.0'?><?xml version='1.0'?><a/>", "<a>]]></a>",
    ])
    func `what is not well-formed is refused`(_ text: String) { #expect(fault(text) == .notWellFormed) }

    @Test func `another encoding is refused`() {
        #expect(fault("<?xml version='1.0' encoding='UTF-8'?><a/>") == nil)
        #expect(fault("<?xml version='1.0' encoding='utf-8'?><a/>") == nil)
        #expect(fault("<?xml version='1.0' encoding='ISO-8859-1'?><a/>") == .unsupportedEncoding)
        var code: XMLSyntaxError.Code?
        do throws(XMLSyntaxError) { _ = try XMLElement(parsing: [0x3c, 0x61, 0xff, 0x2f, 0x3e]) } catch {
            code = error.code
        }
        #expect(code == .unsupportedEncoding)
    }

    @Test func `UTF-16 with its byte order mark is the same document, and nothing else is guessed`() throws {
        func code(_ bytes: [UInt8]) -> XMLSyntaxError.Code? {
            do throws(XMLSyntaxError) {
                _ = try XMLElement(parsing: bytes)
                return nil
            } catch { return error.code }
        }
        func utf16(_ text: String) -> [UInt8] {
            [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        }
        for declaration in [
            "", "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"UTF-16\" standalone='yes'?>",
        ] {
            let read = try XMLElement(parsing: utf16(declaration + "<a n='Hồ sơ'>𝟙</a>"))
            #expect(read.attribute("n") == "Hồ sơ" && read.text == "𝟙")
        }
        #expect(code(utf16("<?xml version='1.0' encoding='UTF-8'?><a/>")) == .unsupportedEncoding)
        #expect(code(utf16("<a/>") + [0x00]) == .unsupportedEncoding)
        #expect(code(utf16("<a>") + [0x00, 0xdc] + utf16("</a>").dropFirst(2)) == .unsupportedEncoding)
        #expect(code(Array(utf16("<a/>").dropFirst(2))) != nil)
        #expect(code(utf16("<!DOCTYPE a><a/>")) == .documentType)
        #expect(code(utf16("<a>\u{0}</a>")) == .notWellFormed)
        let attributes = (0..<300).map { "a\($0)=''" }.joined(separator: " ")
        #expect(code(utf16("<a \(attributes)/>")) == .limitExceeded)
    }

    @Test func `depth, size and number are limited, the limits included`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(fault(nested(32)) == nil)
        #expect(fault(nested(33)) == .limitExceeded)
        #expect(fault(nested(100_000)) == .limitExceeded)
        let few = Budget(bytes: 30, depth: 4, objects: 3, expansionRatio: 1)
        #expect(fault("<a><b/><b/></a>", budget: few) == nil)
        #expect(fault("<a><b/><b/><b/></a>", budget: few) == .limitExceeded)
        #expect(fault("<a b='' c='' d=''/>", budget: few) == .limitExceeded)
        #expect(fault("<a>" + String(repeating: "x", count: 24) + "</a>", budget: few) == .limitExceeded)
    }

    @Test func `attributes of one element and namespaces of a document are limited, the limits included`() {
        func tag(_ count: Int) -> String { "<a" + (0..<count).map { " a\($0)='x=\"y\"'" }.joined() + "/>" }
        #expect(fault(tag(128)) == nil)
        #expect(fault(tag(300)) == .limitExceeded)
        // As many as fit: refused before anybody compares them.
        #expect(fault(tag(200_000)) == .limitExceeded)
        func nested(_ count: Int) -> String {
            (0..<count).map { "<a xmlns:n\($0)='u\($0)' xmlns:m\($0)='v\($0)'>" }.joined()
                + String(repeating: "<n0:b/>", count: 1000) + String(repeating: "</a>", count: count)
        }
        #expect(fault(nested(20)) == nil)
        let wide = (0..<30).map { level in
            "<a" + (0..<10).map { " xmlns:n\(level)x\($0)='u'" }.joined() + ">"
        }.joined()
        #expect(fault(wide + String(repeating: "</a>", count: 30)) == .limitExceeded)
    }

    @Test func `a long namespace is kept once`() throws {
        let namespace = "urn:" + String(repeating: "x", count: 1_000_000)
        let root = try parse("<n:a xmlns:n='\(namespace)'>" + String(repeating: "<n:b/>", count: 50_000) + "</n:a>")
        #expect(root.elements.count == 50_000 && root.elements.last?.name.namespace == namespace)
    }

    @Test func `a long text takes time in line with its length`() throws {
        let text = String(repeating: "x&amp;", count: 300_000)
        #expect(try parse("<a>\(text)</a>").text.utf8.count == 600_000)
    }

    @Test func `many documents are read at once`() async {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 {
                group.addTask {
                    (try? XMLElement(parsing: Array("<a n='\(number)'/>".utf8)))?.attribute("n") == "\(number)"
                }
            }
            for await holds in group { #expect(holds) }
        }
    }
}
