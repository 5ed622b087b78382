// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension CoverageFault.Code {
    /// What is wrong, in words.
    public var phrase: Phrase {
        switch self {
        case .dictionaryNotIndirect:
            Phrase(
                vi: "giá trị của trường chữ ký không phải đối tượng riêng",
                en: "the signature is not an object of its own")
        case .byteRangeMissing: Phrase(vi: "thiếu phạm vi ký /ByteRange", en: "/ByteRange is missing")
        case .byteRangeMalformed:
            Phrase(vi: "/ByteRange không gồm đúng bốn số nguyên", en: "/ByteRange is not four integers")
        case .byteRangeIndirect:
            Phrase(
                vi: "/ByteRange không nằm trực tiếp trong chữ ký",
                en: "/ByteRange does not stand in the signature itself")
        case .byteRangeNotFromStart:
            Phrase(vi: "phạm vi ký không bắt đầu từ đầu tệp", en: "the signed range does not begin at the file's start")
        case .byteRangeOutOfOrder:
            Phrase(vi: "các phạm vi ký rỗng hoặc chồng lên nhau", en: "the signed ranges are empty or overlap")
        case .byteRangeBeyondFile:
            Phrase(vi: "phạm vi ký vượt quá cuối tệp", en: "the signed range ends behind the end of the file")
        case .contentsNotDirect:
            Phrase(
                vi: "/Contents thiếu hoặc không phải chuỗi thập lục phân",
                en: "/Contents is missing or no hexadecimal string")
        case .gapIsNotContents:
            Phrase(
                vi: "phần không được ký không trùng với giá trị chữ ký",
                en: "the bytes left out are not exactly the signature's value")
        case .endsInsideRevision:
            Phrase(vi: "phạm vi ký kết thúc giữa một bản sửa đổi", en: "the signed bytes end inside a revision")
        case .writtenInOtherRevision:
            Phrase(
                vi: "chữ ký được ghi ở bản sửa đổi khác với bản mà nó bao phủ",
                en: "the signature was written in another revision than the one it covers")
        case .revisionRefersBeyondEnd:
            Phrase(
                vi: "bản sửa đổi được ký tham chiếu đến dữ liệu nằm ngoài nó",
                en: "the signed revision refers to bytes behind its own end")
        case .hybridFile:
            Phrase(
                vi: "tệp PDF lai (bảng và luồng tham chiếu chéo) hiển thị khác nhau tùy trình đọc",
                en: "a hybrid PDF (cross-reference table and stream) shows different documents to different readers")
        case .trailingBytes:
            Phrase(vi: "có dữ liệu thừa ở cuối tệp", en: "bytes that belong to no revision end the file")
        case .gapsOverlap: Phrase(vi: "hai chữ ký dùng chung vùng giá trị", en: "two signatures share their place")
        }
    }
}
