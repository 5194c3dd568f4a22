"""Names are found as people say and type them."""

from __future__ import annotations

import pytest

from services.search.domain import Document, Fields, Kind, Scope, highlights, parse_query
from services.search.index.tantivy import TantivyIndex

SCOPE = Scope("partner")
NAMES = (
    "Юлия Щербакова", "Хасан Цой", "Сергей Жуков", "Григорій Їжакевич", "Ђорђе Његовић",
    "Ευαγγελία Τραγούστη", "Χρήστος Μπακογιάννης", "Ηλίας Ψωμόπουλος",
    "Ștefan Țuțea", "Jürgen Groß", "Søren Ågård", "Łukasz Żółć", "Işık Çağlar", "Þórður Ægisson",
    "Nguyễn Thị Hồng", "Đặng Văn Lâm", "Anne-Marie O’Neill", "Ana Lívia dos Santos",
    "محمد الجفالي", "نسيب أبو داوود", "שמואל כהן", "健一 高橋", "王小明", "김민수", "გიორგი ხარაიშვილი",
    "राज शर्मा", "Robert Williams", "Mary Ann Smith", "Maryann Jones", "J. R. Ewing",
)  # fmt: skip


@pytest.fixture(scope="module")
def index():
    made = TantivyIndex()
    made.apply(
        Document(
            Kind.USER, name, "org", frozenset({"partner"}), 1, name, fields=Fields(names=(name,))
        )
        for name in NAMES
    )
    made.commit({})
    yield made
    made.close()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *((name, name) for name in NAMES),
        *((name.upper(), name) for name in NAMES),
        *((" ".join(reversed(name.split())), name) for name in NAMES),
        ("yuliya shcherbakova", "Юлия Щербакова"),
        ("iuliia scherbakova", "Юлия Щербакова"),
        ("julia schtscherbakowa", "Юлия Щербакова"),
        ("Julija Ščerbakova", "Юлия Щербакова"),
        ("shcherbakova yulia", "Юлия Щербакова"),
        ("yul shcher", "Юлия Щербакова"),
        ("khasan tsoy", "Хасан Цой"),
        ("hasan coj", "Хасан Цой"),
        ("chasan zoi", "Хасан Цой"),
        ("sergey zhukov", "Сергей Жуков"),
        ("serguei joukov", "Сергей Жуков"),
        ("Sergej Žukov", "Сергей Жуков"),
        ("hryhorii yizhakevych", "Григорій Їжакевич"),
        ("djordje njegovic", "Ђорђе Његовић"),
        ("evangelia tragousti", "Ευαγγελία Τραγούστη"),
        ("euaggelia tragoysth", "Ευαγγελία Τραγούστη"),
        ("christos bakogiannis", "Χρήστος Μπακογιάννης"),
        ("hristos mpakogiannhs", "Χρήστος Μπακογιάννης"),
        ("xrhstos bakoyannis", "Χρήστος Μπακογιάννης"),
        ("ilias psomopoulos", "Ηλίας Ψωμόπουλος"),
        ("hlias pswmopoulos", "Ηλίας Ψωμόπουλος"),
        ("elias psomopoulos", "Ηλίας Ψωμόπουλος"),
        ("stefan tutea", "Ștefan Țuțea"),
        ("Ştefan Ţuţea", "Ștefan Țuțea"),
        ("juergen gross", "Jürgen Groß"),
        ("jurgen gros", "Jürgen Groß"),
        ("soren agard", "Søren Ågård"),
        ("soeren aagaard", "Søren Ågård"),
        ("lukasz zolc", "Łukasz Żółć"),
        ("isik caglar", "Işık Çağlar"),
        ("ISIK CAGLAR", "Işık Çağlar"),
        ("thordur aegisson", "Þórður Ægisson"),
        ("nguyen thi hong", "Nguyễn Thị Hồng"),
        ("hong nguyen", "Nguyễn Thị Hồng"),
        ("dang van lam", "Đặng Văn Lâm"),
        ("anne marie oneill", "Anne-Marie O’Neill"),
        ("annemarie o'neill", "Anne-Marie O’Neill"),
        ("o neill", "Anne-Marie O’Neill"),
        ("ana dossantos", "Ana Lívia dos Santos"),
        ("analivia santos", "Ana Lívia dos Santos"),
        ("muhammad al-jafali", "محمد الجفالي"),
        ("mohamed jafali", "محمد الجفالي"),
        ("nasib abu dawud", "نسيب أبو داوود"),
        ("nassib abou daoud", "نسيب أبو داوود"),
        ("shmuel cohen", "שמואל כהן"),
        ("samuel kohen", "שמואל כהן"),
        ("takahashi kenichi", "健一 高橋"),
        ("wang xiaoming", "王小明"),
        ("xiao ming wang", "王小明"),
        ("kim minsu", "김민수"),
        ("min su kim", "김민수"),
        ("giorgi kharaishvili", "გიორგი ხარაიშვილი"),
        ("giorgi xaraishvili", "გიორგი ხარაიშვილი"),
        ("raj sharma", "राज शर्मा"),
        ("Роберт Вильямс", "Robert Williams"),
        ("robrt williams", "Robert Williams"),
        ("robert wiliams", "Robert Williams"),
        ("orbert williams", "Robert Williams"),
        ("rob wil", "Robert Williams"),
        ("r williams", "Robert Williams"),
        ("Williams, Robert", "Robert Williams"),
        ("robertwilliams", "Robert Williams"),
        ("dr robert williams", "Robert Williams"),
        ("Ｒｏｂｅｒｔ", "Robert Williams"),
        ("\u200frobert\u200b williams", "Robert Williams"),
        ("maryann smith", "Mary Ann Smith"),
        ("mary ann jones", "Maryann Jones"),
        ("jr ewing", "J. R. Ewing"),
        ("j.r. ewing", "J. R. Ewing"),
    ],
)
def test_a_name_is_found_as_it_is_typed(index, typed, name):
    hits = index.find(parse_query(typed, SCOPE)).hits

    assert name in [hit.id for hit in hits[:2]]


@pytest.mark.parametrize(
    ("typed", "title", "marked"),
    [
        ("stef", "Ștefan Țuțea", ["Ștef"]),
        ("tutea stefan", "Ștefan Țuțea", ["Ștefan", "Țuțea"]),
        ("yulia", "Юлия Щербакова", ["Юлия"]),
        ("groß", "Jürgen Groß", ["Groß"]),
        ("gros", "Jürgen Groß", ["Groß"]),
        ("wiliams", "Robert Williams", ["Williams"]),
        ("oneil", "Anne-Marie O’Neill", ["O’Neill"]),
        ("acme.ex", "acme.example", ["acme", "ex"]),
        ("zzz", "Robert Williams", []),
    ],
)
def test_what_was_meant_is_marked_in_the_title(typed, title, marked):
    ranges = highlights(title, parse_query(typed, SCOPE))

    assert [title[start:end] for start, end in ranges] == marked


def test_a_company_comes_before_the_people_of_that_name():
    made = TantivyIndex()
    people = [
        Document(
            Kind.USER, f"u{i}", "org", frozenset({"partner"}), 1, f"{first} Manole",
            fields=Fields(names=(f"{first} Manole",), organization_name="Manole SRL"),
        )
        for i, first in enumerate(("Ana", "Dan", "Ion", "Eva", "Radu", "Vlad", "Zoe"))
    ]  # fmt: skip
    company = Document(
        Kind.ORGANIZATION, "o", "org", frozenset({"partner"}), 1, "Manole SRL",
        fields=Fields(names=("Manole SRL",)),
    )  # fmt: skip
    made.apply([*people, company])
    made.commit({})

    for typed in ("manole", "Manole S.R.L.", "manol", "manoel"):
        assert made.find(parse_query(typed, SCOPE)).hits[0].id == "o", typed
    made.close()


def test_the_name_of_the_company_narrows_down_people():
    made = TantivyIndex()
    made.apply(
        Document(
            Kind.USER, company, company, frozenset({"partner"}), 1, "Ana Pop",
            fields=Fields(names=("Ana Pop",), organization_name=company),
        )
        for company in ("Acme SRL", "Birnbaum GmbH", "Степанов ООО")
    )  # fmt: skip
    made.commit({})

    assert made.find(parse_query("ana pop birnbaum", SCOPE)).hits[0].id == "Birnbaum GmbH"
    assert made.find(parse_query("stepanov pop", SCOPE)).hits[0].id == "Степанов ООО"
    assert made.find(parse_query("birnbaum", SCOPE)).total == 0
    made.close()
