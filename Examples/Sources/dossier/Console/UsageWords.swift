// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// What the argument parser and the checks of options say, in Vietnamese.
///
/// The parser speaks English only, and options, names and values are the same in every language; the words around them are
/// few and always the same.
enum UsageWords {
    /// A message in Vietnamese; what the user typed stays as it is.
    static func vietnamese(_ line: String) -> String {
        for (pattern, replacement) in parser {
            if let range = line.range(of: pattern, options: [.regularExpression, .anchored]) {
                return line[range].replacingOccurrences(of: pattern, with: replacement, options: .regularExpression)
                    + line[range.upperBound...].replacingOccurrences(of: ". Did you mean ", with: "; có phải là ")
            }
        }
        // What follows is what was typed, or what a service said.
        let typed = line.range(of: ", not ") ?? line.range(of: "address: ")
        var text = typed.map { String(line[..<$0.lowerBound]) + (line[$0] == "address: " ? "address" : "") } ?? line
        for (english, vietnamese) in phrases { text = text.replacingOccurrences(of: english, with: vietnamese) }
        guard let typed, line[typed] == ", not " else { return text }
        return text + ", không phải " + line[typed.upperBound...]
    }

    private static let parser = [
        ("unknown option ", "không có tùy chọn "),
        ("missing expected argument ", "thiếu tham số "),
        (
            "the option '(.*)' does not take any value, but '(.*)' was specified",
            "tùy chọn '$1' không nhận giá trị, nhưng có '$2'"
        ),
        ("missing one of: ", "thiếu một trong: "),
        ("missing value for ", "thiếu giá trị của "),
        ("unexpected argument ", "thừa tham số "),
        ("([0-9]+) unexpected arguments: ", "thừa $1 tham số: "),
        ("the value '(.*)' is invalid for '([^']*)'", "giá trị '$1' không dùng được cho '$2'"),
    ]

    /// The longer ones first, where one holds another.
    private static let phrases = [
        ("an ISO 8601 time with zone", "thời điểm theo ISO 8601 có múi giờ"),
        (
            "--at is more than 5 minutes from the clock; give the reason with --override",
            "--at lệch đồng hồ hơn 5 phút; nêu lý do bằng --override"
        ),
        (
            "--from-evidence brings trust, material, policy, services, time and questions of its own; give none of them",
            "--from-evidence đã có gốc tin cậy, dữ liệu, chính sách, dịch vụ, thời điểm và câu hỏi; không dùng kèm các tùy chọn đó"
        ),
        ("--existed-at lies after the time of judgement", "--existed-at sau thời điểm kiểm tra"),
        ("--store has a password in it; use", "--store có chứa mật khẩu; dùng"),
        ("with ?contents=s3://… if wanted", "thêm ?contents=s3://… nếu cần"),
        ("a SHA-256 of 64 hexadecimal digits", "mã SHA-256 gồm 64 chữ số thập lục phân"),
        ("a document id has 32 hexadecimal digits", "mã giấy tờ có 32 chữ số thập lục phân"),
        ("a deposit has 32 hexadecimal digits", "mã lần gửi có 32 chữ số thập lục phân"),
        ("a slot has 32 hexadecimal digits", "mã ngăn khóa có 32 chữ số thập lục phân"),
        ("a grant has 32 hexadecimal digits", "mã lần đồng ý có 32 chữ số thập lục phân"),
        ("TEXT or TEXT=yyyy-mm-dd", "CHỮ hoặc CHỮ=yyyy-mm-dd"),
        ("64 hexadecimal digits", "64 chữ số thập lục phân"),
        ("an object identifier", "một mã định danh đối tượng (OID)"),
        ("a line of the list ends inside quotes", "một dòng của danh sách thiếu dấu nháy đóng"),
        ("--list cannot stand in a list", "trong danh sách không được có --list"),
        ("X,Y,WIDTH,HEIGHT in points", "X,Y,WIDTH,HEIGHT tính bằng điểm"),
        ("agency needs the seal with --image", "agency cần ảnh con dấu bằng --image"),
        ("the name or address of a host", "tên hoặc địa chỉ máy chủ"),
        ("PREFIX=URL with http or https addresses: expected PREFIX=URL", "PREFIX=URL với địa chỉ http hoặc https"),
        ("PREFIX=URL with http or https address", "PREFIX=URL với địa chỉ http hoặc https"),
        ("an http or https address", "địa chỉ http hoặc https"),
        ("a number from 1", "một số từ 1"),
        ("octets of text without control characters", "byte chữ, không có ký tự điều khiển"),
        ("a number of octets", "một số byte"),
        ("lies in the past", "đã qua"),
        ("--store and --to name the same store", "--store và --to là cùng một nơi lưu trữ"),
        ("a document is named twice", "một giấy tờ được nêu hai lần"),
        (
            "a device is added with slots add, --device-key-file does not go with create",
            "thiết bị được thêm bằng slots add, không dùng --device-key-file khi tạo kho"
        ),
        ("a text", "một đoạn chữ"),
        ("a new passphrase or recovery code", "mật khẩu hoặc mã khôi phục mới"),
        ("a name", "một tên"),
        ("a reason", "một lý do"),
        ("1 to 3600 seconds", "từ 1 đến 3600 giây"),
        ("1 to 2592000 seconds", "từ 1 đến 2592000 giây"),
        ("--days 1 to 3650", "--days từ 1 đến 3650"),
        ("expected KIND:VALUE, KIND one of", "cần KIND:VALUE, KIND là một trong"),
        ("fields are reserved and filled by sign, not by prepare", "ô được dành và điền bằng sign, không phải prepare"),
        ("several go into one container with --format asic-e", "nhiều tệp thì dùng một bộ chứa với --format asic-e"),
        ("two of the files have the same name and would share one output", "có hai tệp trùng tên, sẽ trùng kết quả"),
        ("attachments are given as TYPE=FILE", "tệp đính kèm được nêu dưới dạng TYPE=FILE"),
        (
            "a trust bundle names its own domains, so --trust",
            "gói tin cậy đã có tên miền riêng, không dùng được --trust"
        ),
        ("= cannot", "="),
        ("whose word counts is for you to say", "bạn phải nêu tin lời ai"),
        ("a ground, = and an id", "căn cứ, dấu = và mã"),
        ("representative= and an id", "representative= và mã"),
        ("--base-url must end in a slash", "--base-url phải kết thúc bằng dấu /"),
        ("--code-file is needed, or --originals", "cần --code-file hoặc --originals"),
        ("--ground and --decided-by are needed", "cần --ground và --decided-by"),
        ("name a slot", "nêu mã ngăn khóa"),
        ("the token speaks of", "thẻ chuẩn bị ký nói về"),
        ("the token asks for level", "thẻ chuẩn bị ký yêu cầu mức"),
        ("the signature covers", "chữ ký bảo vệ"),
        ("files; name one with --entry", "tệp; nêu một tệp bằng --entry"),
        ("which needs", "mức đó cần"),
        ("needs exactly one FILE", "cần đúng một FILE"),
        ("needs an ASiC-E container", "cần bộ chứa ASiC-E"),
        ("takes one FILE", "nhận một FILE"),
        ("need a PDF", "cần tệp PDF"),
        ("is missing", "chưa được nêu"),
        ("give one of ", "chỉ dùng một trong "),
        ("give ", "dùng "),
        (" takes ", " nhận "), (" needs ", " cần "), (" need ", " cần "), (" with ", " với "),
        (" or ", " hoặc "), (" and ", " và "), (" files", " tệp"),
    ]
}
