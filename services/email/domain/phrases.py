"""Two words by which a user and an agent know each other: short, concrete, easy to say aloud."""

from __future__ import annotations

from collections.abc import Callable

_WORDS = {
    "en": """
        acorn amber anchor apple apron arrow atlas autumn badge bagel bamboo banjo barley barrel
        basil basket beacon beaver bench berry bishop bottle branch brass bread breeze brick bridge
        broom bucket butter button cabin cactus camel candle canoe canyon carbon cargo carpet
        carrot castle cedar cellar cereal chalk cheese cherry chess circle citrus clay cliff clock
        cloud clover cobalt cocoa coffee comet copper coral cotton cradle crane crayon cricket
        crown crystal cup curtain daisy desert diamond dolphin donkey dragon drum eagle ember
        engine falcon feather fern ferry fiddle fig flame flute forest fossil fountain fox frost
        garden garlic geyser ginger glacier globe goose granite grape guitar hammer harbor harvest
        hazel hedge helmet heron hill honey horizon igloo island ivory ivy jacket jaguar jasmine
        jungle kayak kettle kite kitten ladder lagoon lamp lantern laurel lemon lentil lilac lily
        linen lizard lobster lotus magnet mango maple marble meadow melon meteor mill mint mirror
        moon mosaic moss mountain muffin mustard napkin needle nest nickel north nutmeg oak oasis
        oat ocean olive onion orange orbit orchid otter owl oyster paddle palm panda paper parrot
        peach peanut pearl pebble pelican pencil pepper piano pickle pigeon pillow pine planet plum
        pocket pond poppy potato prairie puzzle quartz quilt rabbit radish raft rain raven ribbon
        river robin rocket rose ruby saddle sail salmon sand sapphire saturn scarf school shell
        silver spoon spring squirrel stone summer sunset swan table tea thunder tiger timber tomato
        tulip tunnel turtle valley vanilla velvet violin walnut water willow window winter zebra
    """,
    "ro": """
        abac acord adiere alge alee aluat ambră amurg ancoră apă aramă arc ardei argint arici arin
        armonică arșiță aripă asin atlas aur avion balans balcon balon bambus banc barcă baston
        berză bob bomboană brad brazdă bridă brumă brusture bucurie bujor burete cacao cactus
        cafea caiet caisă calendar cameră canapea cană caramel carte cascadă castan castel catifea
        cer cerb cerc chihlimbar chitară cireașă ciocan cioban clopot cocor colină colivie
        comoară compas copac corabie coral corn cort cozonac creion crin cristal cub cuc cufăr
        cunună curcubeu cutie dafin delfin dimineață dovleac drum dud dulap echer elefant
        evantai fag far fasole fereastră ferigă fluier fluture floare foarfecă foc frasin frunză
        fulg fulger furnică gard garoafă geam ghindă ghiocel ghiveci gheață glob grădină grâu
        gutuie hamac hambar hartă iarbă iarnă iaz iederă iepure inel insulă ivoriu izvor jar joc
        jucărie kiwi lac lalea lampă lanț lapte lavandă lebădă lemn leu liliac lămâie linie livadă
        lună luntre magnet mango marmură măr măslin meduză mesteacăn mentă miere migdală minge
        morcov mosor munte mure muscată muzică nasture nisip noapte nor nucă nufăr ocean oglindă
        orez orizont ovăz pahar palmier panglică papagal papură pară pas pădure pepene perlă pernă
        pește piatră pian piper pisică plajă plop plută poartă pod portocală potecă prun pungă rac
        ramură rândunică rază râu roșie rubin salcie salcâm sanie sare scară scoică scorțișoară
        seară semn smarald soare spic stea stejar strugure sunet șah șal șofran șoim tablou tei
        tigru timbru toamnă toporaș trandafir trifoi tulpină turn țarc umbră umbrelă undă unt urs
        val vapor vară vas vânt veveriță viață vioară vișin voal vrabie vulpe zahăr zâmbet zebră
        zefir ziar zimbru zmeură zori
    """,
    "de": """
        Abend Adler Ahorn Akazie Amsel Ananas Anker Antenne Apfel Aprikose Arche Atlas Auge Auster
        Bach Balkon Ball Bambus Banane Bank Basalt Becher Beere Bernstein Besen Biber Biene Birke
        Blatt Blitz Blume Boje Brief Brille Brot Brücke Brunnen Buche Burg Bürste Butter Dachs Dampf
        Deckel Delfin Diamant Dill Distel Donner Dorf Drache Düne Efeu Eimer Elch Elster Ente Erbse
        Erde Esche Esel Eule Fächer Faden Fahne Falke Farbe Farn Fass Fels Fenster Feuer Fichte
        Finger Flagge Flamme Flöte Flügel Fluss Forelle Frosch Gabel Garten Gecko Geige Gerste
        Gipfel Giraffe Globus Glocke Gold Granit Gras Gurke Gürtel Hafer Hahn Haken Halle Hammer
        Harfe Haus Hecke Heft Herbst Hirsch Hof Holz Honig Hügel Hummel Hut Igel Jacke Jaguar Juwel
        Käfer Kaffee Kajak Kaktus Kamel Kamin Kamm Karotte Karte Kastanie Katze Keks Kerze Kiefer
        Kirsche Kissen Klavier Klee Knopf Koffer Kohle Komet Kompass Koralle Korn Kranich Kranz
        Kreide Kreis Krone Krug Küche Kugel Kupfer Kürbis Küste Lampe Laterne Laub Lavendel Leiter
        Lerche Licht Lilie Linse Löffel Luchs Lupe Magnet Mango Mantel Marmor Meer Meise Melone
        Messing Milch Minze Mohn Mond Moos Morgen Möwe Mühle Muschel Mütze Nagel Nebel Nelke Nest
        Nuss Ofen Olive Orange Orgel Otter Palme Papier Paprika Perle Pfanne Pfeffer Pfeife Pferd
        Pflaume Pilz Pinsel Pirol Planet Platane Quelle Quitte Rabe Rad Rakete Regen Reh Ring Robbe
        Rose Rubin Ruder Safran Salbei Salz Sand Sattel Schach Schal Schere Schilf Schloss Schnee
        Schule Schwan Segel Seife Senf Sessel Silber Sofa Sommer Sonne Spargel Specht Spiegel Stern
        Stiefel Storch Strand Tafel Tanne Tasse Tee Teich Teller Tiger Tinte Tisch Topf Tor Traube
        Treppe Trommel Tulpe Turm Ufer Uhr Ulme Vase Veilchen Vogel Vulkan Waage Wagen Wald Walnuss
        Welle Wiese Wind Winter Wolke Wurzel Zange Zebra Zeder Zelt Ziegel Zimt Zirkel Zitrone
        Zucker Zwiebel
    """,
}
WORDS = {language: tuple(dict.fromkeys(text.split())) for language, text in _WORDS.items()}


def phrase(language: str, below: Callable[[int], int]) -> str:
    """Return two different words; ``below`` returns a random whole number below its argument."""
    words = WORDS.get(language[:2].lower(), WORDS["en"])
    first = below(len(words))
    second = below(len(words) - 1)
    return f"{words[first]} {words[second + (second >= first)]}"
