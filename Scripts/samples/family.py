# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The invented family of the sample documents, and what each document says.

Everything here is made up. The identification numbers only have the shape of real ones; they were assigned to
nobody by this file. Dates are fixed, so that the same documents come out on every machine and on every day.
"""

from dataclasses import dataclass

NOTICE_VI = "DỮ LIỆU THỬ NGHIỆM – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
NOTICE_EN = "TEST DATA – NO LEGAL VALUE"
NOTICE = f"{NOTICE_VI} / {NOTICE_EN}"

# 2026-11-21T02:30:22Z: stands in every file where a producer writes a time of its own.
EPOCH = 1795228222

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"

WARD = "phường Thử Nghiệm"
WARD_TITLE = "Phường Thử Nghiệm"
CITY = "thành phố Hà Nội"
WARD_COMMITTEE = "Ủy ban nhân dân phường Thử Nghiệm, thành phố Hà Nội"
WARD_POLICE = "Công an phường Thử Nghiệm, thành phố Hà Nội"
HOSPITAL = "Bệnh viện Phụ sản Thử Nghiệm, thành phố Hà Nội"
POLICE_DEPARTMENT = "Cục Cảnh sát quản lý hành chính về trật tự xã hội (bản mô phỏng)"

OLD_ADDRESS = f"Số 5, ngách 6/7, phố Mô Phỏng, phường Giả Định, {CITY}"
NEW_ADDRESS = f"Số 12, ngõ 34, phố Thử Nghiệm, {WARD}, {CITY}"


@dataclass(frozen=True)
class Person:
    name: str
    born: str  # ISO 8601
    sex: str  # male | female
    citizen_id: str | None
    born_at: str = "Hà Nội"
    nation: str = "Kinh"
    nationality: str = "Việt Nam"

    @property
    def sex_vi(self):
        return {"male": "Nam", "female": "Nữ"}[self.sex]

    @property
    def born_vi(self):
        return date_vi(self.born)

    @property
    def capitals(self):
        return self.name.upper()


def date_vi(iso):
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"


def date_long(iso):
    year, month, day = iso.split("-")
    return f"ngày {day} tháng {month} năm {year}"


CITIZEN = Person("Nguyễn Văn Thử", "1999-03-15", "male", "001099000001")
SPOUSE = Person("Trần Thị Nghiệm", "1999-08-20", "female", "001199000002")
CHILD = Person("Nguyễn Thử Mai", "2026-11-10", "female", None)  # the number comes with the registration
FATHER = Person("Nguyễn Văn Mẫu", "1970-06-10", "male", "001070000004")
MOTHER = Person("Phạm Thị Liệu", "1973-12-01", "female", "001173000005")

REGISTRAR = "Hoàng Thị Ví Dụ"  # chairs the committee of the invented ward
OFFICER = "Đỗ Văn Giả Định"  # of the invented ward's police
MIDWIFE = "Vũ Thị Mô Phỏng"
PHONE = "0900 000 001"
EMAIL = "thu.nguyen@example.invalid"

HOUSE_AREA = "86,4 m²"
HOUSEHOLD_BOOK = "000000001"
LAND_CERTIFICATE = "TN 000001"
DOSSIER_CODE = "000.00.00.H00-261118-0001"


@dataclass(frozen=True)
class Document:
    file: str
    type: str
    name_vi: str
    name_en: str
    number: str | None
    issued_on: str
    issuer: str | None
    subjects: tuple
    fields: dict
    media_type: str = "application/pdf"
    valid_until: str | None = None
    producer: str = ""
    structure: tuple = ()
    pages: int | None = 1


def person_fields(prefix, person, without=()):
    """What a document states of a person; `without` names what it leaves out."""
    fields = {
        f"{prefix}.fullName": person.name,
        f"{prefix}.dateOfBirth": person.born,
        f"{prefix}.sex": person.sex,
        f"{prefix}.citizenId": person.citizen_id,
        f"{prefix}.ethnicity": person.nation,
        f"{prefix}.nationality": person.nationality,
    }
    return {name: value for name, value in fields.items() if name.removeprefix(f"{prefix}.") not in without}


DOCUMENTS = (
    Document(
        "pdfs/birth-certificate.pdf", "birth-certificate", "Giấy khai sinh", "Birth certificate",
        "0000015/1999", "2026-11-02", WARD_COMMITTEE, (CITIZEN,),
        {
            **person_fields("subject", CITIZEN),
            "subject.placeOfBirth": f"Trạm y tế {WARD}, {CITY}",
            "subject.hometown": f"{WARD_TITLE}, {CITY}",
            **person_fields("mother", MOTHER), "mother.residence": NEW_ADDRESS,
            **person_fields("father", FATHER), "father.residence": NEW_ADDRESS,
            "registration.date": "1999-03-22",
        },
        producer="LibreOffice", structure=("classic cross-reference table", "text"),
    ),
    Document(
        "pdfs/marriage-certificate.pdf", "marriage-certificate", "Giấy chứng nhận kết hôn", "Marriage certificate",
        "0000027/2024", "2024-05-20", WARD_COMMITTEE, (CITIZEN, SPOUSE),
        {
            **person_fields("wife", SPOUSE), "wife.residence": OLD_ADDRESS,
            **person_fields("husband", CITIZEN), "husband.residence": OLD_ADDRESS,
            "registration.date": "2024-05-20",
        },
        producer="Cairo", structure=("classic cross-reference table", "text", "subset fonts"),
    ),
    Document(
        "pdfs/residence-confirmation.pdf", "residence-confirmation", "Xác nhận thông tin về cư trú (CT07)",
        "Residence confirmation", "0000107/XN", "2026-11-19", WARD_POLICE, (CITIZEN,),
        {
            **person_fields("subject", CITIZEN),
            "residence.permanent": NEW_ADDRESS, "residence.current": NEW_ADDRESS,
            "residence.registeredOn": "2026-11-19",
            "household.head": FATHER.name, "household.headCitizenId": FATHER.citizen_id,
            "household.relationToHead": "Con",
        },
        valid_until="2027-11-19", producer="Ghostscript", structure=("PostScript through pdfwrite", "text", "XMP metadata"),
    ),
    Document(
        "pdfs/citizen-card-scan.pdf", "citizen-card", "Thẻ căn cước (bản quét)", "Citizen identity card (scan)",
        CITIZEN.citizen_id, "2024-08-12", POLICE_DEPARTMENT, (CITIZEN,),
        {**person_fields("subject", CITIZEN, {"ethnicity"}), "subject.residence": OLD_ADDRESS},
        valid_until="2039-03-15", producer="img2pdf", structure=("image only, 200 dpi", "no text layer"),
    ),
    Document(
        "pdfs/lawful-home-proof.pdf", "lawful-home-proof", "Văn bản cho mượn, cho ở nhờ nhà ở",
        "Agreement on the free use of a home", "01/2026/VB-ON", "2026-11-05", None, (FATHER, CITIZEN),
        {
            **person_fields("owner", FATHER), **person_fields("occupant", CITIZEN),
            "kind": "free-use", "home.address": NEW_ADDRESS, "home.floorArea": "86.4", "home.landCertificate": LAND_CERTIFICATE,
            "term.from": "2026-11-05", "term.until": "2031-11-05",
        },
        valid_until="2031-11-05", producer="LibreOffice, then qpdf",
        structure=("cross-reference stream", "object streams", "two pages"), pages=2,
    ),
    Document(
        "pdfs/ct01-declaration.pdf", "declaration-form", "Tờ khai thay đổi thông tin cư trú (CT01)",
        "Declaration of a change of residence", None, "2026-11-10", None, (CITIZEN, SPOUSE),
        {
            **person_fields("declarant", CITIZEN, {"ethnicity", "nationality"}), "declarant.phone": PHONE, "declarant.email": EMAIL,
            "household.head": FATHER.name, "household.headCitizenId": FATHER.citizen_id,
            "household.relationToHead": "Con", "request": f"Đăng ký thường trú tại {NEW_ADDRESS}",
            **person_fields("member.1", SPOUSE, {"ethnicity", "nationality"}), "member.1.relationToHead": "Con dâu",
        },
        producer="ReportLab", structure=("classic cross-reference table", "text"),
    ),
    Document(
        "pdfs/host-consent.pdf", "host-consent", "Văn bản đồng ý cho đăng ký thường trú",
        "Host's consent to the registration", None, "2026-11-08", None, (FATHER,),
        {
            **person_fields("host", FATHER, {"sex", "ethnicity", "nationality"}), "home.address": NEW_ADDRESS,
            "guest.1.fullName": CITIZEN.name, "guest.1.citizenId": CITIZEN.citizen_id,
            "guest.2.fullName": SPOUSE.name, "guest.2.citizenId": SPOUSE.citizen_id,
        },
        producer="Cairo, then qpdf", structure=("linearized", "hint stream"),
    ),
    Document(
        "pdfs/notice-of-birth.pdf", "notice-of-birth", "Giấy chứng sinh", "Notice of birth",
        "0000421/2026", "2026-11-12", HOSPITAL, (CHILD,),
        {
            "child.intendedName": CHILD.name, "child.dateOfBirth": CHILD.born, "child.timeOfBirth": "06:15",
            "child.sex": CHILD.sex, "child.weightGrams": "3150",
            **person_fields("mother", SPOUSE, {"nationality"}), "mother.residence": OLD_ADDRESS, "father.fullName": CITIZEN.name,
            "child.placeOfBirth": HOSPITAL,
        },
        valid_until="2027-01-09", producer="LibreOffice", structure=("tagged PDF/A-2b", "XMP metadata", "output intent"),
    ),
    Document(
        "pdfs/birth-registration-form.pdf", "declaration-form", "Tờ khai đăng ký khai sinh",
        "Declaration for the registration of a birth", None, "2026-11-20", None, (CHILD, CITIZEN),
        {
            "declarant.fullName": CITIZEN.name, "declarant.citizenId": CITIZEN.citizen_id,
            "declarant.relation": "Cha đẻ", "declarant.residence": NEW_ADDRESS,
            "child.fullName": CHILD.name, "child.dateOfBirth": CHILD.born, "child.sex": CHILD.sex,
            "mother.fullName": SPOUSE.name, "mother.citizenId": SPOUSE.citizen_id,
            "father.fullName": CITIZEN.name, "father.citizenId": CITIZEN.citizen_id,
            "marriage.number": "0000027/2024", "noticeOfBirth.number": "0000421/2026",
        },
        producer="LibreOffice", structure=("AcroForm with text fields",),
    ),
    Document(
        "pdfs/design-drawing.pdf", "design-drawings", "Bản vẽ thiết kế xây dựng", "Design drawing",
        "KT-01", "2025-09-15", "Công ty thiết kế Thử Nghiệm (bản mô phỏng)", (FATHER,),
        {"project.owner": FATHER.name, "project.address": NEW_ADDRESS, "drawing.scale": "1:100",
         "designer.name": "Công ty thiết kế Thử Nghiệm (bản mô phỏng)"},
        producer="Cairo, then pikepdf", structure=("/Rotate 90", "/CropBox smaller than /MediaBox"),
    ),
    Document(
        "pdfs/land-use-certificate.pdf", "land-use-certificate",
        "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất", "Land-use certificate",
        LAND_CERTIFICATE, "2015-04-06", "Văn phòng đăng ký đất đai Thử Nghiệm (bản mô phỏng)", (FATHER, MOTHER),
        {
            "holder.1.fullName": FATHER.name, "holder.1.citizenId": FATHER.citizen_id,
            "holder.2.fullName": MOTHER.name, "holder.2.citizenId": MOTHER.citizen_id,
            "parcel.number": "34", "parcel.mapSheet": "12", "parcel.area": "60.0", "parcel.address": NEW_ADDRESS,
            "home.floorArea": "86.4",
        },
        producer="Cairo, then pikepdf",
        structure=("page tree of two levels", "inherited /Resources, /MediaBox and /Rotate", "four pages"), pages=4,
    ),
    Document(
        "dossiers/ct01.xml", "declaration-form", "Tờ khai CT01 (dữ liệu)", "Declaration CT01 (data)",
        None, "2026-11-10", None, (CITIZEN, SPOUSE), {"sameFieldsAs": "pdfs/ct01-declaration.pdf"},
        media_type="application/xml", producer="Scripts/make-samples", structure=("UTF-8", "namespace urn:test:dossierkit:ct01:1"),
        pages=None,
    ),
    Document(
        "dossiers/photo.jpg", "other", "Ảnh chân dung 3 × 4 cm (vẽ)", "Portrait photo 3 × 4 cm (drawn)",
        None, "2026-11-01", None, (CITIZEN,), {"kind": "photo", "subject.fullName": CITIZEN.name, "subject.citizenId": CITIZEN.citizen_id},
        media_type="image/jpeg", producer="Cairo, then Pillow", structure=("300 dpi", "baseline JPEG"), pages=None,
    ),
)
