"""Directories made here, in the shape of an export, with names that no export was looked at for."""

from __future__ import annotations

import base64
import random
import unicodedata
import uuid

from tests.support.labelled import Directory, Row

_NAMES: tuple[tuple[str, str, str], ...] = (
    ("bg", "Красимира Пламен Йорданка Живко Цветелина Ангел Щерю Велислава Христо Стоянка",
     "Търговищки Пенчева Желязков Ангелов Щерева Хаджийски Цанков Бъчваров Кюркчиева Георгиев"),
    ("uk", "Ярослава Євген Іванна Їжак Григорій Олександра Юрій Людмила Зиновій Соломія",
     "Шевченко Коваленко Жадан Щербань Цимбалюк Гончарук Їжакевич Єфремов Хмельницький Юзьків"),
    ("sr", "Ђорђе Љубица Његош Живојин Ћирило Милица Чедомир Шћепан Јелена Ружица",
     "Његовић Љубојевић Ђорђевић Живковић Шћекић Чолаковић Џајић Стојковић Хаџић Цветковић"),
    ("ru", "Ксения Эдуард Жанна Яков Фёкла Агафья Харитон Юстина Цезарь Щукарь",
     "Подъячев Хвощинский Цыганков Жемчужникова Щедрин Эйхенбаум Юрьева Яхонтов Ёлкина Чайковский"),
    ("el", "Αγγελική Ξενοφών Χαράλαμπος Ευθυμία Θεμιστοκλής Ουρανία Μπάμπης Ψυχή Αυξέντιος Ηρώ",
     "Τζαβέλλας Γκίκας Ντούσκος Παπαγεωργίου Χατζηγιάννης Ξυλούρης Ψαλιδάκη Μπουμπουλίνα Αϊβαλιώτης"),
    ("is", "Þorgerður Sæunn Ásgeir Ðóra Björk Hallgrímur Örn Ýmir Guðný Æsa",
     "Þorláksdóttir Sæmundsson Ásbjörnsdóttir Össurarson Guðjónsdóttir Jónsson Ægisdóttir Bjarnason"),
    ("hu", "Győző Zsófia Ödön Gyöngyi Ágoston Szörény Tünde Etelka Bendegúz Krisztián",
     "Nagykőrösi Szűcs Gyárfás Kőszegi Hegedűs Cserháti Zsigmond Vörösmarty Őze Füzesi"),
    ("lt", "Žydrūnas Gražina Šarūnas Ąžuolas Eglė Čiurlionis Ūla Jūratė Vytautas Ieva",
     "Žemaitis Šimkutė Čepaitis Kęsgaila Petrauskienė Ožeraitis Ščerbinskas Grybauskaitė Ūsas"),
    ("vi", "Thị Hồng Văn Lâm Bảo Ngọc Quốc Cường Minh Châu Thùy Dương Đức Anh Như Quỳnh",
     "Đặng Huỳnh Võ Lương Trịnh Đoàn Thái Kiều Hoàng Nguyễn"),
    ("de", "Jörg Käthe Günther Änne Sönke Uwe Friederike Übbo Hans-Jürgen Götz",
     "Großkreutz Schäuble Müntefering Öttinger Weiß Künast Bärlauch Steinbrück Kröger Süßmuth"),
    ("ga", "Aoibhínn Séamus Gráinne Pádraig Niamh Tadhg Róisín Diarmuid Caoimhe Fionnuala",
     "O'Súilleabháin Ní-Bhriain MacGiolla O’Connor Ó-Dónaill D'Arcy FitzGerald McCarthy O'Neill"),
    ("tr", "Çiğdem İbrahim Işıl Ömer Şule Gülşah Uğur Ayşegül Özgür Yıldız",
     "Öztürk Çelik Yağmur Şahinoğlu Işıklar Güçlü Kılıç İnce Uçar Bozdağ"),
)  # fmt: skip


def _id(dice: random.Random, kind: str) -> str:
    number = uuid.UUID(int=dice.getrandbits(128), version=4)
    plain = f"ciscospark://us/{kind}/{number}".encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def made_directory(*, seed: int, people: int = 1200) -> Directory:
    """Return a directory of its own: 4 partners, 30 organizations, names in 12 languages."""
    dice = random.Random(seed)
    partners = tuple(
        {"id": _id(dice, "ORGANIZATION"), "displayName": f"Partner {n}"} for n in range(4)
    )
    organizations: list[Row] = []
    domains: list[Row] = []
    sites: list[Row] = []
    orders: list[Row] = []
    lasts = [last for _, _, names in _NAMES for last in names.split()]
    for number, last in enumerate(dice.sample(lasts, 30)):
        form = dice.choice(("GmbH", "AG", "s.r.o.", "& Sons", "ООД", "Ltd.", "S.A.", "ΑΕ", "Kft."))
        managers = dice.sample(partners, dice.choice((1, 1, 2)))
        row = {
            "id": _id(dice, "ORGANIZATION"),
            "displayName": f"{last} {dice.choice(lasts)} {form}",
            "managedBy": [partner["id"] for partner in managers],
        }
        organizations.append(row)
        host = f"bücher{number}.example" if number % 5 == 0 else f"firm-{number}.example"
        status = dice.choice(("claimed", "verified", "verified", "pending"))
        domains.append({"orgId": row["id"], "domain": host, "status": status})
        sites.append({"orgId": row["id"], "siteUrl": f"firm{number}.webex.example"})
        order = {
            "webOrderNumber": f"W{dice.randrange(10**8, 10**9)}",
            "subscriptionId": f"Sub{number}77",
        }
        orders.append({"orgId": row["id"], **order})
    rows = [_person(dice, n, dice.choice(organizations), domains) for n in range(people)]
    devices = [_device(dice, n, dice.choice(organizations)) for n in range(people // 6)]
    return Directory(
        tuple(rows), tuple(organizations), partners, tuple(devices), tuple(domains), tuple(sites),
        tuple(orders),
    )  # fmt: skip


def _person(dice: random.Random, number: int, owner: Row, domains: list[Row]) -> Row:
    _, firsts, lasts = dice.choice(_NAMES)
    first, last = dice.choice(firsts.split()), dice.choice(lasts.split())
    if dice.random() < 0.2:
        last = f"{last}{dice.choice('- ')}{dice.choice(lasts.split())}"
    host = dice.choice(domains)["domain"]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode().lower()
    local = "".join(c for c in plain if c.isalnum()) or "x"
    emails = [f"{local}{number}@{host}"]
    if dice.random() < 0.2:
        emails.append(f"{local}{number}+{dice.choice(('a', 'vpn', 'news'))}@{host}")
    phone = f"+{dice.choice(('359', '380', '49', '30', '1', '84', '353'))}{dice.randrange(10**8, 10**9)}"
    return {
        "id": _id(dice, "PEOPLE"),
        "emails": emails,
        "displayName": dice.choice((f"{first} {last}", f"{last}, {first}")),
        "firstName": first,
        "lastName": last,
        "orgId": owner["id"],
        "phoneNumbers": [{"type": "work", "value": phone}],
        "sipAddresses": [],
    }


def _device(dice: random.Random, number: int, owner: Row) -> Row:
    letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return {
        "id": _id(dice, "DEVICE"),
        "displayName": f"Board {number}",
        "orgId": owner["id"],
        "serial": "WZP" + "".join(dice.choices(letters, k=8)),
        "mac": ":".join(f"{dice.randrange(256):02X}" for _ in range(6)),
        "primarySipUrl": f"board{number}@firm.rooms.webex.example",
    }
