"""Names of header cells: how they are compared, and which of them tell of a person."""

from __future__ import annotations

import unicodedata

from pipelines.extracts.decode import BLANKS
from schemas.extracts import EXTRACTS
from schemas.table import Declaration, by_name

TABLES: dict[str, Declaration] = by_name(EXTRACTS)

#: columns that no extract needs and that would bring a person's identity into the warehouse
_PERSON_WORDS = """
    psn_name name certno cert_no psn_cert_no psn_certno psn_cert_type cert_type tel tel_no mob
    mobile phone coner_name coner_tel coner_certno brdy birthday addr live_addr resd_addr rprno
    hsecfc mdtrt_cert_no card_no card_sn ecert_no ec_token bankacct bank_acct bank_card_no acctname
    legrep_name legrep_certno dr_name
"""
PERSON_HEADERS = frozenset(_PERSON_WORDS.split())
_PERSON_ZH = (
    "姓名", "身份证", "证件号", "证件类型", "手机", "电话", "住址", "地址", "银行账号", "银行卡",
    "出生日期", "社保卡号", "医保卡号", "户名",
)  # fmt: skip
_DECLARED_PERSONS = frozenset(
    name
    for decl in TABLES.values()
    for col in decl.columns
    if col.meta.hash_domain == "P"
    for name in (col.name, *col.meta.aliases)
)


def clean_header(cell: str) -> str:
    """A header cell in NFKC and lower case, without blanks at its ends."""
    return unicodedata.normalize("NFKC", cell).strip(BLANKS).strip().lower()


def loose(name: str) -> str:
    """A cleaned name without underscores and blanks: ``medfee_sumamt`` as in ``medfeeSumamt``."""
    return name.replace("_", "").replace(" ", "")


_LOOSE_PERSONS = frozenset(loose(name) for name in PERSON_HEADERS | _DECLARED_PERSONS)


def is_person(name: str) -> bool:
    """Whether a cleaned header name tells of a person: a name, an id number, a phone, an account.

    Person numbers that some table declares (and hashes) count as well: asked only of cells that
    the file's own table does not take.
    """
    return loose(name) in _LOOSE_PERSONS or any(word in name for word in _PERSON_ZH)
