// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Pieces that several pages have.
enum Parts {
    /// The hidden field with the token; first in every form.
    static func token(_ visit: Visit) -> HTML {
        "<input type=\"hidden\" name=\"csrf\" value=\"\(visit.csrf)\">"
    }

    static func hidden(_ name: String, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(value: name)\" value=\"\(value: value)\">"
    }

    /// A labelled input.
    static func field(
        _ name: String, _ label: String, type: String = "text", value: String = "", hint: String? = nil,
        isRequired: Bool = false, autocomplete: String = "off"
    ) -> HTML {
        let id = "f-" + name
        let described: HTML = hint == nil ? .none : " aria-describedby=\"\(value: id)-hint\""
        let required: HTML = isRequired ? " required" : .none
        var note: HTML = .none
        if let hint { note = "<p class=\"hint\" id=\"\(value: id)-hint\">\(hint)</p>" }
        return """
            <div class="field"><label for="\(value: id)">\(label)</label>\(note)
            <input id="\(value: id)" name="\(value: name)" type="\(type)" value="\(value: value)" autocomplete="\(autocomplete)"\(described)\(required)></div>
            """
    }

    /// A labelled choice.
    static func choice(
        _ name: String, _ label: String, _ options: [(value: String, name: String)],
        chosen: String? = nil
    ) -> HTML {
        let items = options.map { option -> HTML in
            let selected: HTML = option.value == chosen ? " selected" : .none
            return "<option value=\"\(value: option.value)\"\(selected)>\(option.name)</option>"
        }
        return """
            <div class="field"><label for="f-\(value: name)">\(label)</label>
            <select id="f-\(value: name)" name="\(value: name)">\(items)</select></div>
            """
    }

    /// A question with one answer of several.
    static func radios(
        _ name: String, _ question: String, _ options: [(value: String, name: String)], chosen: String?
    ) -> HTML {
        let items = options.enumerated().map { index, option -> HTML in
            let checked: HTML = option.value == chosen ? " checked" : .none
            let id = "r-\(name)-\(index)"
            return """
                <div class="option"><input type="radio" id="\(value: id)" name="\(value: name)" value="\(value: option.value)"\(checked)>
                <label for="\(value: id)">\(option.name)</label></div>
                """
        }
        return "<fieldset><legend>\(question)</legend>\(items)</fieldset>"
    }

    /// A list of names and values.
    static func facts(_ rows: [(name: String, value: HTML)]) -> HTML {
        guard !rows.isEmpty else { return .none }
        let items = rows.map { row -> HTML in "<div><dt>\(row.name)</dt><dd>\(row.value)</dd></div>" }
        return "<dl class=\"facts\">\(items)</dl>"
    }

    /// A form of nothing but a button.
    static func button(
        _ visit: Visit, _ path: String, _ label: String, hidden: HTML = .none, style: String = ""
    )
        -> HTML
    {
        """
        <form method="post" action="\(value: path)">\(token(visit))\(hidden)<button class="\(style)">\(label)</button></form>
        """
    }
}
